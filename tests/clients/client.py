"""What an analyst asks of the API, by the client generated from its OpenAPI document. Prints what was answered."""

import json
import sys
from urllib.parse import parse_qs, urlsplit

from headcount_client import Client
from headcount_client.api.claims import get_claim
from headcount_client.api.estimates import list_estimates
from headcount_client.api.facets import get_facets
from headcount_client.models import (
    ClaimItem,
    EstimateList,
    FacetsItem,
    GetFacetsFieldsItem,
    ListEstimatesNotSourceKindItem,
    ListEstimatesRegionItem,
    ListEstimatesSortItem,
    Problem,
)
from headcount_client.types import UNSET

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)


def estimates():
    """Read a list to its end, page by page."""
    found, cursor = [], UNSET
    while True:
        answer = list_estimates.sync(
            client=client,
            region=[ListEstimatesRegionItem.IRAQ],
            not_source_kind=[ListEstimatesNotSourceKindItem.MILITARY],
            sort=[ListEstimatesSortItem("-published"), ListEstimatesSortItem.LOW],
            limit=4,
            cursor=cursor,
        )
        assert isinstance(answer, EstimateList), answer
        found += answer.data
        if answer.links.next_ is None:
            return {"total": answer.meta.total, "estimates": [one.to_dict() for one in found]}
        cursor = parse_qs(urlsplit(answer.links.next_).query)["cursor"][0]


def reports(id_):
    """Read how each report of a claim words it, when that was said, and what has drifted."""
    answer = get_claim.sync(id_, client=client)
    assert isinstance(answer, ClaimItem), answer
    return [[one.wording, one.stated and one.stated.edtf, one.drift] for one in answer.data.reports]


def regions():
    """Count the estimates of each region."""
    answer = get_facets.sync(client=client, fields=[GetFacetsFieldsItem.REGION])
    assert isinstance(answer, FacetsItem), answer
    return {one.value: one.count for one in answer.data.region}


def problem():
    """Ask for a month that there is not."""
    answer = list_estimates.sync(client=client, as_of="2017-13")
    assert isinstance(answer, Problem), answer
    return {"problem": answer.to_dict(), "did_you_mean": answer.errors[0].did_you_mean}


said = estimates() | {"reports": reports("mohamadawi-2023-03-iraq-fighters"), "regions": regions()} | problem()
print(json.dumps(said))
