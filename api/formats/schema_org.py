"""The records that others refer to, whom, what, where, who says and who prints, as nodes of schema.org."""

from collections.abc import Callable, Mapping
from typing import Any

from schema.terms import RegionKind

Node = dict[str, Any]
_PLACES = {RegionKind.COUNTRY: "Country", RegionKind.ADMIN1: "AdministrativeArea", RegionKind.CITY: "City"}

Record = Mapping[str, Any]
"""A record as it is answered; any of its keys may be missing, as `fields` leaves them out."""


def node(type_: str, kind: str = "", id_: str | None = None, **said: Any) -> Node:
    """Return a node with what is known of it, and its address where it has one."""
    address = {} if id_ is None else {"@id": f"/{kind}/{id_}"}
    return {**address, "@type": type_, **{key: value for key, value in said.items() if value not in (None, [])}}


def below(record: Record, key: str, link: Callable[[Record], Node]) -> Node | None:
    """Return what stands under a key of a record, where it is there."""
    return link(record[key]) if record.get(key) else None


def addresses(kind: str, ids: list[str] | None) -> list[str]:
    """Return where records of a kind are."""
    return [f"/{kind}/{id_}" for id_ in ids or []]


def edtf(period: Record | None) -> str | None:
    """Return the EDTF date of a period, where it is there."""
    return period.get("edtf") if period else None


def group(one: Record) -> Node:
    """Return a group as an Organization."""
    return node(
        "Organization",
        "groups",
        one.get("id"),
        name=one.get("name"),
        alternateName=one.get("aliases"),
        description=one.get("definition"),
        parentOrganization=addresses("groups", one.get("parents")),
    )


def region(one: Record) -> Node:
    """Return a region as a Place, or the kind of place that it is."""
    return node(
        _PLACES.get(one.get("kind", ""), "Place"),
        "regions",
        one.get("id"),
        name=one.get("name"),
        alternateName=one.get("aliases"),
        identifier=one.get("iso"),
        containedInPlace=addresses("regions", [one["parent"]] if one.get("parent") else None),
        containsPlace=addresses("regions", one.get("members")),
    )


def indicator(one: Record) -> Node:
    """Return an indicator as a StatisticalVariable."""
    return node(
        "StatisticalVariable",
        "indicators",
        one.get("id"),
        name=one.get("name"),
        alternateName=one.get("aliases"),
        description=one.get("definition"),
        unitText=one.get("unit"),
    )


def hedge(one: Record) -> Node:
    """Return a hedge as a DefinedTerm."""
    return node(
        "DefinedTerm",
        "hedges",
        one.get("id"),
        termCode=one.get("id"),
        name=one.get("name"),
        description=one.get("definition"),
    )


def source(one: Record) -> Node:
    """Return a source as a Thing: whether a person or a body speaks is not known of every one."""
    return node(
        "Thing",
        "sources",
        one.get("id"),
        name=one.get("name"),
        alternateName=one.get("aliases"),
        description=one.get("organisation"),
    )


def article(one: Record) -> Node:
    """Return an article as a NewsArticle."""
    document = one.get("document") or {}
    return node(
        "NewsArticle",
        "articles",
        one.get("id"),
        headline=one.get("title"),
        datePublished=edtf(one.get("published")),
        inLanguage=one.get("language"),
        url=one.get("url"),
        **{role: {"name": one[key]} for role, key in _ROLES.items() if one.get(key)},
        encoding=node("MediaObject", name=document.get("name"), sha256=document.get("sha256")) if document else None,
    )


_ROLES = {"publisher": "publisher", "author": "author", "sourceOrganization": "agency"}
