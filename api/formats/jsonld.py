"""Records as JSON-LD: schema.org for their content, W3C's Web Annotation for the place in the document.

An estimate is an Observation with a QuantitativeValue of the stated numbers only: `minValue` for low, `value` for
best, `maxValue` for high. A claim is a Claim whose `appearance` is the NewsArticles that report it. Dates are EDTF; a
document is named by its hash (RFC 6920). Every answer contains the context, so that no client has to fetch it.
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
    licence,
    node,
    region,
    source,
)
from schema.dataset import names_of_licences

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
    **{name: {"@type": "@id"} for name in ("containedInPlace", "containsPlace", "parentOrganization", "memberOf")},
}

CSV_FRAGMENTS = "http://tools.ietf.org/rfc/rfc7111"
"""The standard of the fragments of CSV files, as the Web Annotation vocabulary names it."""

_ACTIONS = {"inserted": "AddAction", "updated": "UpdateAction", "deleted": "DeleteAction"}


def document_uri(sha256: str) -> str:
    """Return the name of a document by its hash (RFC 6920)."""
    return f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def _properties(values: Record) -> list[Node]:
    """Return values without a property in schema.org, under their names in our JSON; None is left out."""
    return [node("PropertyValue", name=name, value=value) for name, value in values.items() if value is not None]


def _value(record: Record, unit: str | None) -> Node | None:
    """Return the stated numbers of an estimate; None if there are none."""
    properties = _properties({key: record.get(key) for key in ("low_inclusive", "high_inclusive", "granularity")})
    numbers: Node = {"minValue": record.get("low"), "value": record.get("best"), "maxValue": record.get("high")}
    if not properties and all(number is None for number in numbers.values()):
        return None
    return node("QuantitativeValue", **numbers, unitText=unit, additionalProperty=properties)


def _place(evidence: Record) -> list[Node]:
    """Return the position of words in a text, or the row of a CSV file (RFC 7111: its header is the first row)."""
    row, start, end = (evidence.get(key) for key in ("row", "start", "end"))
    if row is not None and re.search(r"\.csv(?:\.gz)?$", evidence.get("document", ""), re.I):
        return [node("FragmentSelector", conformsTo=CSV_FRAGMENTS, fragment=f"row={row + 1}")]
    if start is not None and end is not None:
        return [node("TextPositionSelector", start=start, end=end)]
    return []


def _annotation(record: Record) -> Node | None:
    """Return the place in a document that an estimate comes from: the words, and their position."""
    evidence, wording = record.get("evidence") or {}, record.get("wording")
    selectors = ([node("TextQuoteSelector", exact=wording)] if wording else []) + _place(evidence)
    if not selectors:
        return None
    document = document_uri(evidence["sha256"]) if "sha256" in evidence else None
    return node("Annotation", hasTarget=node("SpecificResource", hasSource=document, hasSelector=selectors))


def _as_printed(record: Record, key: str, term: str) -> Record:
    """Return the words by which a report's own text calls its source or its region, and what they stand for."""
    printed = record.get(key) or {}
    return {
        key: printed.get("wording"),
        f"{key}_{term}": (printed.get(term) or {}).get("id"),
        f"{key}_basis": printed.get("basis"),
    }


def _observation(record: Record) -> Node:
    subjects = [below(record, "group", group), below(record, "region", region)]
    derived, as_of, printed = (record.get(key) or {} for key in ("derived", "as_of", "article"))
    basis = {"as_of_basis": as_of.get("basis"), "published_basis": (printed.get("published") or {}).get("basis")}
    derivation = {"derived_from": derived.get("from"), "derived_factor": derived.get("factor")}
    claim = below(record, "claim", lambda claim: node("Claim", "claims", claim.get("id")))
    origin: Node = {"author": below(record, "source", source), "appearance": below(record, "article", article)}
    origin |= {"dateCreated": edtf(record.get("stated"))}
    statement = {key: value for key, value in origin.items() if value}
    return node(
        "Observation",
        "estimates",
        record.get("id"),
        description=record.get("summary"),
        disambiguatingDescription=record.get("scope"),
        variableMeasured=below(record, "indicator", indicator),
        observationAbout=[subject for subject in subjects if subject],
        observationDate=edtf(record.get("as_of")),
        value=_value(record, (record.get("indicator") or {}).get("unit")),
        measurementQualifier=below(record, "hedge", lambda id_: hedge({"id": id_})),
        isBasedOn=addresses("estimates", [derived["from"]] if "from" in derived else None),
        additionalProperty=_properties(
            {
                **{key: record.get(key) for key in ("locus", "quoted", "disputed")},
                **_as_printed(record, "attributed_to", "source"),
                **_as_printed(record, "place", "region"),
                **derivation,
                **basis,
            }
        ),
        subjectOf={**(claim or {"@type": "Claim"}), **statement} if claim or statement else None,
        annotation=_annotation(record),
    )


def _claim(record: Record) -> Node:
    reports = record.get("reports") or []
    appearances = {report["article"]["id"]: article(report["article"]) for report in reports}
    shared = {key: record[key] for key in ("group", "indicator", "region", "as_of") if key in record}
    shared |= {"claim": {"id": record["id"]}} if "id" in record else {}
    return node(
        "Claim",
        "claims",
        record.get("id"),
        author=below(record, "source", source),
        appearance=list(appearances.values()),
        about=[_observation({**shared, **report}) for report in reports] or [_observation(shared)],
    )


def _point(record: Record) -> Node:
    """Return a point of a series as an Observation without an author, since it may combine several sources."""
    point = _observation({key: value for key, value in record.items() if key not in ("source", "claim")})
    if "start" in record and "end" in record:
        point["observationDate"] = f"{record['start'] or '..'}/{record['end'] or '..'}"
    if members := addresses("estimates", [member["id"] for member in record.get("members", ())]):
        point["isBasedOn"] = members
    return {**point, "measurementMethod": "the lowest and the highest number that was said in isBasedOn"}


def _conflict(record: Record) -> Node:
    sides = [below(record, side, _observation) for side in ("lower", "higher")]
    properties = _properties({key: record.get(key) for key in ("gap", "days", "same_scope")})
    elements = [side for side in sides if side]
    return node("ItemList", name=record.get("kind"), itemListElement=elements, additionalProperty=properties)


def _change(record: Record) -> Node:
    values = [
        node("PropertyValue", name=changed["field"], value=changed["new"], valueReference=changed["old"])
        for changed in record.get("changed", ())
    ]
    action = _ACTIONS.get(record.get("change", ""), "UpdateAction")
    return node(action, object=below(record, "estimate", _observation), additionalProperty=values)


def _meaning(record: Record) -> Node:
    to_node = _NODES_OF_KINDS.get(record.get("kind", ""), source)
    return to_node({"id": record.get("id"), "name": record.get("name"), "aliases": record.get("matched")})


_NODES_OF_KINDS = {"group": group, "region": region, "indicator": indicator, "source": source}

NODES: dict[str, Callable[[Record], Node]] = {
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
"""For each list, the function that returns the node of one of its records."""


def record_jsonld(name: str, record: Record) -> Node:
    """Return a record of a list as JSON-LD."""
    return {"@context": CONTEXT, **NODES[name](record)}


def list_jsonld(name: str, records: list[Record], total: int, address: str) -> Node:
    """Return a page of a list as JSON-LD; `total` is the number of records on all pages, `address` that of the page."""
    nodes = [NODES[name](record) for record in records]
    return {"@context": CONTEXT, "@id": address, **node("ItemList", numberOfItems=total, itemListElement=nodes)}


def dataset_jsonld(dataset: Record) -> Node:
    """Return the description of a dataset, the `data` of `/dataset`, as JSON-LD."""
    return {
        "@context": CONTEXT,
        "@id": "/dataset",
        **node(
            "Dataset",
            name=dataset["title"],
            description=dataset["description"],
            version=dataset["version"],
            license=[licence(name) for name in names_of_licences(dataset)],
            creator=[{"name": name} for name in dataset["creators"]],
            creditText=[dataset["citation"], *(cite for one in dataset["licences"] for cite in one["cite"])],
            dateModified=dataset["built"],
            isAccessibleForFree=True,
            distribution=[
                node(
                    "DataDownload",
                    name=file["name"],
                    contentUrl=file["url"],
                    encodingFormat=file["media_type"],
                    contentSize=f"{file['bytes']} B",
                    sha256=file["sha256"],
                )
                for file in dataset["downloads"]
            ],
        ),
    }
