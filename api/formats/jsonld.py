"""Records as JSON-LD: schema.org for what they say, W3C's Web Annotation for where a document bears it.

An estimate is an Observation with a QuantitativeValue that holds only what was said: `minValue` for low, `value` for
best, `maxValue` for high. A claim is a Claim whose `appearance` is the NewsArticles that report it. Dates are EDTF; a
document is named by its hash (RFC 6920). The context is in every answer, so that nothing has to be fetched to read it.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable

from api.formats.schema_org import (
    Node,
    Record,
    addresses,
    article,
    below,
    edtf,
    group,
    hedge,
    indicator,
    node,
    region,
    source,
)

CONTEXT: Node = {
    "@vocab": "https://schema.org/",
    "oa": "http://www.w3.org/ns/oa#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    **{name: f"oa:{name}" for name in ("Annotation", "SpecificResource")},
    **{f"{name}Selector": f"oa:{name}Selector" for name in ("TextPosition", "TextQuote", "Fragment")},
    **{name: f"oa:{name}" for name in ("hasTarget", "hasSelector", "exact", "start", "end")},
    "conformsTo": {"@id": "http://purl.org/dc/terms/conformsTo", "@type": "@id"},
    "fragment": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
    "hasSource": {"@id": "oa:hasSource", "@type": "@id"},
    "annotation": {"@reverse": "oa:hasBody"},
    **{name: {"@type": "edtf:EDTF"} for name in ("observationDate", "datePublished", "dateCreated")},
    **{name: {"@type": "@id"} for name in ("contentUrl", "isBasedOn", "license", "url")},
    **{name: {"@type": "@id"} for name in ("containedInPlace", "containsPlace", "parentOrganization")},
}

CSV_FRAGMENTS = "http://tools.ietf.org/rfc/rfc7111"
"""What the fragment of a CSV file conforms to, as the Web Annotation vocabulary names it."""

_ACTIONS = {"inserted": "AddAction", "updated": "UpdateAction", "deleted": "DeleteAction"}


def document_uri(sha256: str) -> str:
    """Return the name of a document by its hash (RFC 6920)."""
    return f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def _properties(named: Record) -> list[Node]:
    """Return what schema.org has no word for, by the names that it has in JSON."""
    return [node("PropertyValue", name=name, value=value) for name, value in named.items() if value is not None]


def _value(one: Record, unit: str | None) -> Node | None:
    """Return what was said in numbers, and only that."""
    stated = _properties({key: one.get(key) for key in ("low_inclusive", "high_inclusive", "granularity")})
    numbers: Node = {"minValue": one.get("low"), "value": one.get("best"), "maxValue": one.get("high")}
    if not stated and all(number is None for number in numbers.values()):
        return None
    return node("QuantitativeValue", **numbers, unitText=unit, additionalProperty=stated)


def _place(evidence: Record) -> list[Node]:
    """Return where words stand in a text, or the row of a CSV file (RFC 7111: the header is its first)."""
    row, start, end = (evidence.get(key) for key in ("row", "start", "end"))
    if row is not None and re.search(r"\.csv(?:\.gz)?$", evidence.get("document", ""), re.I):
        return [node("FragmentSelector", conformsTo=CSV_FRAGMENTS, fragment=f"row={row + 1}")]
    if start is not None and end is not None:
        return [node("TextPositionSelector", start=start, end=end)]
    return []


def _annotation(one: Record) -> Node | None:
    """Return where a document bears an estimate: the words themselves, and their place."""
    evidence, wording = one.get("evidence") or {}, one.get("wording")
    selectors = ([node("TextQuoteSelector", exact=wording)] if wording else []) + _place(evidence)
    if not selectors:
        return None
    document = document_uri(evidence["sha256"]) if "sha256" in evidence else None
    return node("Annotation", hasTarget=node("SpecificResource", hasSource=document, hasSelector=selectors))


def _observation(one: Record) -> Node:
    about = [below(one, "group", group), below(one, "region", region)]
    derived, as_of, printed = (one.get(key) or {} for key in ("derived", "as_of", "article"))
    basis = {"as_of_basis": as_of.get("basis"), "published_basis": (printed.get("published") or {}).get("basis")}
    worked_out = {"derived_from": derived.get("from"), "derived_factor": derived.get("factor")}
    claim = below(one, "claim", lambda claim: node("Claim", "claims", claim.get("id")))
    who = {"author": below(one, "source", source), "appearance": below(one, "article", article)}
    said = {key: known for key, known in {**who, "dateCreated": edtf(one.get("stated"))}.items() if known}
    return node(
        "Observation",
        "estimates",
        one.get("id"),
        description=one.get("summary"),
        disambiguatingDescription=one.get("scope"),
        variableMeasured=below(one, "indicator", indicator),
        observationAbout=[place for place in about if place],
        observationDate=edtf(one.get("as_of")),
        value=_value(one, (one.get("indicator") or {}).get("unit")),
        measurementQualifier=below(one, "hedge", lambda id_: hedge({"id": id_})),
        isBasedOn=addresses("estimates", [derived["from"]] if "from" in derived else None),
        additionalProperty=_properties(
            {"locus": one.get("locus"), "disputed": one.get("disputed"), **worked_out, **basis}
        ),
        subjectOf={**(claim or {"@type": "Claim"}), **said} if claim or said else None,
        annotation=_annotation(one),
    )


def _claim(one: Record) -> Node:
    reports = one.get("reports") or []
    appearances = {report["article"]["id"]: article(report["article"]) for report in reports}
    shared = {key: one[key] for key in ("group", "indicator", "region", "as_of") if key in one}
    shared |= {"claim": {"id": one["id"]}} if "id" in one else {}
    return node(
        "Claim",
        "claims",
        one.get("id"),
        author=below(one, "source", source),
        appearance=list(appearances.values()),
        about=[_observation({**shared, **report}) for report in reports] or [_observation(shared)],
    )


def _point(one: Record) -> Node:
    """Return a point as what was observed of its time: by nobody, for it may bound what several said."""
    point = _observation({key: value for key, value in one.items() if key not in ("source", "claim")})
    if "start" in one and "end" in one:
        point["observationDate"] = f"{one['start'] or '..'}/{one['end'] or '..'}"
    if members := addresses("estimates", [member["id"] for member in one.get("members", ())]):
        point["isBasedOn"] = members
    return {**point, "measurementMethod": "the lowest and the highest number that was said in isBasedOn"}


def _conflict(one: Record) -> Node:
    sides = [below(one, side, _observation) for side in ("lower", "higher")]
    known = _properties({key: one.get(key) for key in ("gap", "days", "same_scope")})
    return node(
        "ItemList", name=one.get("kind"), itemListElement=[side for side in sides if side], additionalProperty=known
    )


def _change(one: Record) -> Node:
    values = [
        node("PropertyValue", name=changed["field"], value=changed["new"], valueReference=changed["old"])
        for changed in one.get("changed", ())
    ]
    action = _ACTIONS.get(one.get("change", ""), "UpdateAction")
    return node(action, object=below(one, "estimate", _observation), additionalProperty=values)


def _meaning(one: Record) -> Node:
    link = _NAMED.get(one.get("kind", ""), source)
    return link({"id": one.get("id"), "name": one.get("name"), "aliases": one.get("matched")})


_NAMED = {"group": group, "region": region, "indicator": indicator, "source": source}

LINKS: dict[str, Callable[[Record], Node]] = {
    "estimates": _observation,
    "claims": _claim,
    "sources": source,
    "articles": article,
    "groups": group,
    "regions": region,
    "indicators": indicator,
    "hedges": hedge,
    "series": _point,
    "conflicts": _conflict,
    "changes": _change,
    "resolve": _meaning,
}
"""How the records of each list become nodes."""


def linked(name: str, record: Record) -> Node:
    """Return a record of a list as JSON-LD."""
    return {"@context": CONTEXT, **LINKS[name](record)}


def linked_list(name: str, records: list[Record], total: int, address: str) -> Node:
    """Return a page of a list as JSON-LD; `total` is how many there are on all pages."""
    nodes = [LINKS[name](record) for record in records]
    return {
        "@context": CONTEXT,
        "@id": address,
        **node("ItemList", numberOfItems=total, itemListElement=nodes),
    }


def linked_dataset(dataset: Record) -> Node:
    """Return a dataset, as `/dataset` tells of it, as JSON-LD."""
    return {
        "@context": CONTEXT,
        "@id": "/dataset",
        **node(
            "Dataset",
            name=dataset["title"],
            description=dataset["description"],
            version=dataset["version"],
            license=f"https://spdx.org/licenses/{dataset['licence']}",
            creator=[{"name": name} for name in dataset["creators"]],
            creditText=dataset["citation"],
            dateModified=dataset["built"],
            isAccessibleForFree=True,
            distribution=[
                node(
                    "DataDownload",
                    name=one["name"],
                    contentUrl=one["url"],
                    encodingFormat=one["media_type"],
                    contentSize=f"{one['bytes']} B",
                    sha256=one["sha256"],
                )
                for one in dataset["downloads"]
            ],
        ),
    }
