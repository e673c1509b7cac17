"""Claims as a feed: Atom (RFC 4287), page by page (RFC 5005).

An entry is one claim, with the sentences that also pages and `/answer` tell of it. It is as old as its latest article,
so a retelling brings it to the top. Atom asks for an instant; of an article only the day is known, or less: then it is
the first instant of that time.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from api.formats.sentences import tell_claim, tell_reports, tell_reversals
from api.formats.xml import add, document

_NAMESPACE = "http://www.w3.org/2005/Atom"


class Head(NamedTuple):
    """What a feed says of itself.

    `site` begins absolute addresses, `id` is that of the feed, `updated` the instant when the dataset was built, and
    `links` are addresses without a host by relation: self, alternate, next, prev.
    """

    title: str
    subtitle: str
    rights: str
    site: str
    id: str
    updated: str
    links: Mapping[str, str | None]


def write_atom(head: Head, claims: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a page of a feed of claims."""
    feed = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    for name in ("title", "subtitle", "rights", "updated"):
        add(feed, name, getattr(head, name))
    add(feed, "id", f"{head.site}{head.id}")
    for relation, address in head.links.items():
        if address:
            media_type = "text/html" if relation == "alternate" else "application/atom+xml"
            add(feed, "link", rel=relation, type=media_type, href=f"{head.site}{address}")
    for claim in claims:
        _add_entry(feed, claim, head)
    return document(feed)


def _add_entry(feed: Element, claim: Mapping[str, Any], head: Head) -> None:
    entry, address = add(feed, "entry"), f"{head.site}{claim['url']}"
    add(entry, "title", tell_claim(claim).text)
    add(entry, "id", address)
    add(entry, "link", rel="alternate", type="text/html", href=address)
    printed = [report["article"]["published"]["start"] for report in claim["reports"]]
    last_printed = max(filter(None, printed), default="")
    add(entry, "updated", f"{last_printed}T00:00:00Z" if last_printed else head.updated)
    author = add(entry, "author")
    add(author, "name", claim["source"]["name"])
    add(author, "uri", f"{head.site}/sources/{claim['source']['id']}")
    add(entry, "summary", " ".join(sentence.text for sentence in (tell_reports(claim), *tell_reversals(claim))))
