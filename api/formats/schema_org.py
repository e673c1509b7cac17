"""Nodes of schema.org for groups, regions, indicators, hedges, sources and articles."""

from collections.abc import Callable, Mapping
from typing import Any

from schema.terms import RegionKind

Node = dict[str, Any]
_PLACES = {RegionKind.COUNTRY: "Country", RegionKind.ADMIN1: "AdministrativeArea", RegionKind.CITY: "City"}

Record = Mapping[str, Any]
"""A record of an answer. Any of its keys may be missing, because the parameter `fields` can leave it out."""


def node(type_: str, kind: str = "", id_: str | None = None, **properties: Any) -> Node:
    """Return a node: its type, its address if `id_` is given, and the properties that are neither None nor empty."""
    address = {} if id_ is None else {"@id": f"/{kind}/{id_}"}
    return {**address, "@type": type_, **{key: value for key, value in properties.items() if value not in (None, [])}}


def _named(type_: str, kind: str, record: Record, **properties: Any) -> Node:
    """Return the node of a record that has a name and aliases."""
    names = {"name": record.get("name"), "alternateName": record.get("aliases")}
    return node(type_, kind, record.get("id"), **names, **properties)


def below(record: Record, key: str, to_node: Callable[[Record], Node]) -> Node | None:
    """Return the node that `to_node` makes of the value at a key of a record; None if there is no value."""
    return to_node(record[key]) if record.get(key) else None


def addresses(kind: str, ids: list[str] | None) -> list[str]:
    """Return the addresses of records of a kind."""
    return [f"/{kind}/{id_}" for id_ in ids or []]


def edtf(period: Record | None) -> str | None:
    """Return the EDTF date of a period; None if there is no period."""
    return period.get("edtf") if period else None


def group(record: Record) -> Node:
    """Return a group as an Organization."""
    return _named(
        "Organization",
        "groups",
        record,
        description=record.get("definition"),
        parentOrganization=addresses("groups", record.get("parents")),
    )


def region(record: Record) -> Node:
    """Return a region as a Place, or the kind of place that it is."""
    return _named(
        _PLACES.get(record.get("kind", ""), "Place"),
        "regions",
        record,
        identifier=record.get("iso"),
        containedInPlace=addresses("regions", [record["parent"]] if record.get("parent") else None),
        containsPlace=addresses("regions", record.get("members")),
    )


def indicator(record: Record) -> Node:
    """Return an indicator as a StatisticalVariable."""
    return _named(
        "StatisticalVariable", "indicators", record, description=record.get("definition"), unitText=record.get("unit")
    )


def hedge(record: Record) -> Node:
    """Return a hedge as a DefinedTerm."""
    return node(
        "DefinedTerm",
        "hedges",
        record.get("id"),
        termCode=record.get("id"),
        name=record.get("name"),
        description=record.get("definition"),
    )


def source(record: Record) -> Node:
    """Return a source as a Thing, because not every record tells whether it is a person or an organisation."""
    return _named(
        "Thing",
        "sources",
        record,
        description=record.get("organisation"),
        memberOf=addresses("sources", record.get("parents")),
    )


def article(record: Record) -> Node:
    """Return an article as a NewsArticle."""
    document = record.get("document") or {}
    return node(
        "NewsArticle",
        "articles",
        record.get("id"),
        headline=record.get("title"),
        datePublished=edtf(record.get("published")),
        inLanguage=record.get("language"),
        url=record.get("url"),
        **{role: {"name": record[key]} for role, key in _ROLES.items() if record.get(key)},
        encoding=node("MediaObject", name=document.get("name"), sha256=document.get("sha256")) if document else None,
        subjectOf=_coded(record),
    )


def _coded(record: Record) -> Node | None:
    """Return what is coded from an article, with its licence: the article itself is not under this licence."""
    identifier, cite = record.get("licence"), record.get("cite")
    if not identifier and not cite:
        return None
    return node("CreativeWork", license=licence(identifier) if identifier else None, creditText=cite)


def licence(identifier: str) -> str | Node:
    """Return the address of a licence of SPDX; a work with its name where it is none of SPDX's."""
    if identifier.startswith("LicenseRef-"):
        return node("CreativeWork", name=identifier)
    return f"https://spdx.org/licenses/{identifier}"


_ROLES = {"publisher": "publisher", "author": "author", "sourceOrganization": "agency"}
"""The properties of a NewsArticle that are nodes with a name, and the keys of an article that hold the names."""
