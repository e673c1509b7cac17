"""The commands for those who code articles: `locate` and `draft`."""

import sys
from pathlib import Path

import click
import orjson

from seeds.curated.places import line_and_column, nearest_place, places_of

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_AROUND = 40
"""Characters of the text that are shown on each side of a place."""


@click.command()
@click.argument("document", type=_FILE)
@click.argument("wording")
@click.option("--json", "as_json", is_flag=True, help="Print the places as JSON.")
def locate(document: Path, wording: str, as_json: bool) -> None:
    """Print where a wording stands in a document, as `evidence` of an estimate has it.

    DOCUMENT is a text in UTF-8; - is standard input. Places are counted in characters (Unicode code points) from 0.
    All places are printed; if there is none, the nearest words of the document are, and the exit code is 1.

    \b
    Example: headcount locate mosul.txt "up to 2,000 fighters"
    """  # noqa: D301 (click's mark for lines that stay as they are)
    text = _text_of(document)
    places = places_of(wording, text)
    if as_json:
        click.echo(orjson.dumps([{"start": start, "end": end} for start, end in places]))
    else:
        for place in places:
            click.echo(_shown(document, text, place))
    if places:
        return
    near = nearest_place(wording, text)
    expected = f"the document's own words, such as\n{_shown(document, text, near)}" if near else "words that it bears"
    click.echo(f"{document}: {wording!r} is not in the document; expected {expected}", err=True)
    sys.exit(1)


def _text_of(document: Path) -> str:
    """Return the text of a document as `check --documents` reads it, with line breaks as they are in the file."""
    try:
        raw = sys.stdin.buffer.read() if str(document) == "-" else document.read_bytes()
        return raw.decode()
    except OSError as error:
        raise click.ClickException(f"{document}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        what = f"{document}: is not UTF-8 at byte {error.start} (0x{raw[error.start]:02x}); expected a text in UTF-8"
        raise click.ClickException(what) from error


def _shown(document: Path, text: str, place: tuple[int, int]) -> str:
    """Return a place in one line: the file, line and column, the offsets, and the words with some text around them."""
    start, end = place
    line, column = line_and_column(text, start)
    before, behind = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    words = " ".join(f"{before}[{text[start:end]}]{behind}".split())
    return f"{document}:{line}:{column}: {{start: {start}, end: {end}}}  … {words} …"
