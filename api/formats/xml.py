"""XML documents of elements without attributes of other namespaces: feeds, site maps, oEmbed."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Add an element with a text to another one, and return it; what XML forbids in a text becomes a `�`."""
    element = SubElement(parent, name, {key: legal(value) for key, value in attributes.items()})
    element.text = legal(text) or None
    return element


def legal(text: str) -> str:
    """Return a text with a `�` in place of each character that XML 1.0 forbids, such as most control characters."""
    return _FORBIDDEN.sub("\ufffd", text)


def document(root: Element) -> bytes:
    """Return a document in UTF-8, with its declaration."""
    written: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written
