"""The commands for those who code articles: `locate` and `draft`."""

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from schema.grammar import counted
from schema.quantities import TextTooLong
from seeds import SHIPPED
from seeds.curated.places import line_and_column, nearest_place, places_of
from seeds.drafts.article import draft_article
from seeds.drafts.documents import Document, DocumentRefused
from seeds.drafts.vocabulary import read_vocabulary
from seeds.drafts.yaml_text import yaml_of
from seeds.problems import SeedsRefused

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
    try:
        text = Document.read(None, _bytes_of(document), is_html=False).text
    except DocumentRefused as error:
        raise click.ClickException(f"{document}: {error}") from error
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


def _bytes_of(document: Path) -> bytes:
    """Return the bytes of a document, or of standard input."""
    try:
        return sys.stdin.buffer.read() if str(document) == "-" else document.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{document}: cannot be read ({error.strerror})") from error


def _shown(document: Path, text: str, place: tuple[int, int]) -> str:
    """Return a place in one line: the file, line and column, the offsets, and the words with some text around them."""
    start, end = place
    line, column = line_and_column(text, start)
    before, behind = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    words = " ".join(f"{before}[{text[start:end]}]{behind}".split())
    return f"{document}:{line}:{column}: {{start: {start}, end: {end}}}  … {words} …"


@click.command()
@click.argument("documents", nargs=-1, required=True, type=_FILE)
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of articles in a seed folder, whose vocabulary is used: write a file for each document.",
)
@click.option("--language", help="BCP 47 tag of the documents; by default it is told by their words.")
@click.option("--json", "as_json", is_flag=True, help="Print the drafts as JSON.")
def draft(documents: tuple[Path, ...], into: Path | None, language: str | None, as_json: bool) -> None:
    """Draft an article from a document: an entry for each figure, with all that the text tells of it.

    DOCUMENTS are texts in UTF-8: plain or HTML (.html); - is standard input. What the text does not tell is null. Each
    entry says how sure it is and why; `headcount load` refuses it until you have settled it. Nothing leaves this
    machine.

    \b
    Example: headcount draft mosul.txt --into my-seeds/articles
    """  # noqa: D301
    seeds_dir = into.parent if into else SHIPPED
    drafts = [drafted(document, seeds_dir, language) for document in documents]
    if as_json:
        click.echo(orjson.dumps(drafts, option=orjson.OPT_INDENT_2))
    elif into:
        for article in drafts:
            published = article["published"]
            month = published["edtf"][:7] if published else "undated"
            click.echo(write_draft(article, into / f"{month}-unknown-{article['id']}.yaml"))
    else:
        click.echo("---\n".join(map(yaml_of, drafts)), nl=False)


def drafted(path: Path, seeds_dir: Path, language: str | None) -> dict[str, Any]:
    """Return the draft of a document by the vocabulary of a seed folder; raises ClickException."""
    try:
        name = None if str(path) == "-" else path.name
        document = Document.read(name, _bytes_of(path), is_html=path.suffix.lower() in (".html", ".htm"))
        tag = language or document.language
        if tag is None:
            raise click.ClickException(f"{path}: its language is not known; expected --language, such as en")
        return draft_article(document, read_vocabulary(seeds_dir, tag), tag)
    except (DocumentRefused, TextTooLong) as error:
        raise click.ClickException(f"{path}: {error}") from error
    except SeedsRefused as refused:
        raise click.ClickException("\n".join(map(str, refused.problems))) from refused


def write_draft(article: dict[str, Any], path: Path) -> str:
    """Write a draft into a new file, and return what was done; raises ClickException."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(yaml_of(article))
    except FileExistsError as error:
        raise click.ClickException(f"{path}: is there already; expected a new file; move or remove it") from error
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written ({error.strerror})") from error
    return f"{path}: {counted(len(article['estimates']), 'figure')}"
