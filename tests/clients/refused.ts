// What the types have to refuse: an error that is expected and not there is an error.
import createClient from "openapi-fetch";
import type { components, paths } from "./openapi.js";

type List = components["schemas"]["EstimateList"];

const client = createClient<paths>();

// @ts-expect-error: no such path
void client.GET("/estimate");
// @ts-expect-error: no such method
void client.POST("/estimates");
// @ts-expect-error: no such parameter
void client.GET("/estimates", { params: { query: { regoin: ["iraq"] } } });
// @ts-expect-error: one value where there may be several
void client.GET("/estimates", { params: { query: { region: "iraq" } } });
// @ts-expect-error: a number in words
void client.GET("/estimates", { params: { query: { value_min: "5000" } } });
// @ts-expect-error: an order of another list
void client.GET("/estimates", { params: { query: { sort: ["reports"] } } });
// @ts-expect-error: which claim?
void client.GET("/claims/{id}");
// @ts-expect-error: no such member
export const average = (list: List) => list.data.map((one) => one.average);
// @ts-expect-error: the last page has no next
export const next = (list: List): string => list.links.next;
// @ts-expect-error: a floor has no high
export const high = (list: List) => list.data.map((one) => (one.high ?? null) + 1);
