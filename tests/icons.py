"""Draws the icons of pixels from icon.svg: `python tests/icons.py` writes them into the explorer's files."""

import struct
from pathlib import Path

import vl_convert

STATIC = Path(__file__).parents[1] / "api" / "explorer" / "static"
SVG_SIZE = 32
"""The pixels of icon.svg, as its viewBox says."""


def png(size: int) -> bytes:
    """Return the icon as a PNG of so many pixels."""
    svg = (STATIC / "icon.svg").read_text().replace("<svg ", f'<svg width="{SVG_SIZE}" height="{SVG_SIZE}" ')
    return vl_convert.svg_to_png(svg, scale=size / SVG_SIZE)


def ico(size: int) -> bytes:
    """Return the icon as an ICO that holds one PNG."""
    image = png(size)
    head = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(image), len(head) + 16)
    return head + entry + image


def icons() -> dict[str, bytes]:
    """Return the content of each file by its name."""
    return {"favicon.ico": ico(32), "apple-touch-icon.png": png(180)}


if __name__ == "__main__":
    for name, content in icons().items():
        (STATIC / name).write_bytes(content)
