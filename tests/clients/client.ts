// What a frontend asks of the API, typed by its OpenAPI document. Prints what it was answered.
import createClient from "openapi-fetch";
import type { paths } from "./openapi.js";

type Query = NonNullable<paths["/estimates"]["get"]["parameters"]["query"]>;
type Json = "application/json" | "application/problem+json"; // not the lists' CSV and NDJSON, which are mere text

const address = process.argv[2] ?? "";
const client = createClient<paths, Json>({ baseUrl: address });

/** Read a list to its end, page by page. */
async function estimates(query: Query) {
  const found = [];
  for (;;) {
    const { data, error } = await client.GET("/estimates", { params: { query } });
    if (error) throw new Error(error.detail);
    found.push(...data.data);
    if (data.links.next === null) return { total: data.meta.total, estimates: found };
    const cursor = new URL(data.links.next, address).searchParams.get("cursor");
    query = { ...query, ...(cursor && { cursor }) };
  }
}

/** Read how each report of a claim words it, when that was said, and what has drifted. */
async function reports(id: string) {
  const { data, error } = await client.GET("/claims/{id}", { params: { path: { id } } });
  if (error) throw new Error(error.detail);
  return data.data.reports?.map((one) => [one.wording, one.stated?.edtf ?? null, one.drift]);
}

/** Count the estimates of each region. */
async function regions() {
  const { data, error } = await client.GET("/facets", { params: { query: { fields: ["region"] } } });
  if (error) throw new Error(error.detail);
  return Object.fromEntries(data.data.region?.map((one) => [one.value, one.count]) ?? []);
}

/** Ask for a region that there is not. */
async function problem() {
  // @ts-expect-error: the types know the regions
  const { error } = await client.GET("/estimates", { params: { query: { region: ["irak"] } } });
  return { problem: error, did_you_mean: error?.errors?.[0]?.did_you_mean };
}

console.log(
  JSON.stringify({
    ...(await estimates({ region: ["iraq"], not_source_kind: ["military"], sort: ["-published", "low"], limit: 4 })),
    reports: await reports("mohamadawi-2023-03-iraq-fighters"),
    regions: await regions(),
    ...(await problem()),
  }),
);
