"""The command `headcount verify`: what the dataset holds about each number of a text, for people, editors and CI."""

import sys
from pathlib import Path
from typing import Any

import click
import orjson
from marshmallow import ValidationError

from api import context
from api.config import read_config
from api.endpoints.verify import HTML, MARKDOWN, PLAIN, findings_in
from api.http.answers import CODE_VERSION
from api.http.limits import LONGEST_BODY
from api.read.verification import Verdict
from schema.fields import Edtf, Language
from schema.quantities import TextTooLong
from schema.store.errors import DatabaseError
from schema.store.urls import open_database
from seeds.curated.places import line_and_column

_MEDIA_TYPES = {".html": HTML, ".htm": HTML, ".md": MARKDOWN, ".markdown": MARKDOWN}
_LEVELS = {
    Verdict.BORNE: "none",
    Verdict.UNSETTLED: "note",
    Verdict.HEDGE_LOST: "warning",
    Verdict.HEDGE_CHANGED: "warning",
    Verdict.BOUND_REVERSED: "error",
    Verdict.CONTRADICTED: "error",
    Verdict.NUMBER_DIFFERS: "warning",
    Verdict.NOBODY_SAID: "note",
}
"""The level of each verdict in SARIF; with a warning or an error the command ends with 1."""
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def _checked(field: Any) -> Any:
    """Return a callback that checks an option by a field of a record."""

    def callback(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
        try:
            return None if value is None else str(field.deserialize(value))
        except ValidationError as error:
            raise click.BadParameter("; ".join(map(str, error.messages))) from error

    return callback


_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_FORMATS = click.Choice(["text", "json", "sarif"])


@click.command("verify")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--language", default="en", show_default=True, callback=_checked(Language()), help="BCP 47 tag.")
@click.option("--as-of", callback=_checked(Edtf()), help="Time that the text describes, such as 2023-03 (EDTF).")
@click.option("--format", "format_", type=_FORMATS, default="text", show_default=True, help="What to print.")
def verify(files: tuple[Path, ...], language: str, as_of: str | None, format_: str) -> None:
    """Say of each number in a text who said it, in which words, or that nobody did.

    FILES are texts in UTF-8: plain, Markdown (.md) or HTML (.html); - is standard input. Nothing leaves this machine.
    It never says that a number is true. The command ends with 1 if a number differs from what was said: its hedge is
    lost or another one, its bound is reversed, or a claim excludes it; not if the text only leaves open whether it says
    the same, which stands in brackets.

    \b
    Example: headcount verify draft.md --as-of 2023-03 --format sarif > draft.sarif
    """  # noqa: D301
    try:
        database = open_database(read_config().database_url)
        context.begin(context.RequestContext(database, ""))
        findings = {file: _findings(file, language, as_of) for file in files}
        version = context.release().version
    except (ValueError, OSError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    if format_ == "json":
        data = [{"file": str(file), **finding} for file, (_, listed) in findings.items() for finding in listed]
        click.echo(
            orjson.dumps({"data": data, "meta": {"total": len(data), "dataset": version}}, option=orjson.OPT_INDENT_2)
        )
    elif format_ == "sarif":
        click.echo(orjson.dumps(_sarif(findings), option=orjson.OPT_INDENT_2))
    else:
        for file, (text, listed) in findings.items():
            for finding in listed:
                if finding["verdict"] != Verdict.NOT_A_CLAIM:
                    line, column = line_and_column(text, finding["start"])
                    click.echo(f"{file}:{line}:{column}: {finding['verdict']}: {finding['text']!r}: {_said(finding)}")
    levels = {_LEVELS.get(finding["verdict"]) for _, listed in findings.values() for finding in listed}
    sys.exit(1 if levels & {"warning", "error"} else 0)


Findings = dict[Path, tuple[str, list[dict[str, Any]]]]
"""The text of each file, with its findings."""


def _findings(file: Path, language: str, as_of: str | None) -> tuple[str, list[dict[str, Any]]]:
    """Return the text of a file and its findings; raises ValueError with the name of the file."""
    raw = sys.stdin.buffer.read(LONGEST_BODY + 1) if str(file) == "-" else file.read_bytes()
    if len(raw) > LONGEST_BODY:
        raise ValueError(f"{file}: has more than {LONGEST_BODY:,} bytes; expected at most so many")
    try:
        text = raw.decode()
        return text, findings_in(text, _MEDIA_TYPES.get(file.suffix.lower(), PLAIN), language, as_of)
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: is not UTF-8 at byte {error.start}; expected UTF-8") from error
    except TextTooLong as error:
        raise ValueError(f"{file}: {error}") from error


def _said(finding: dict[str, Any]) -> str:
    """Return a verdict as a sentence, with what the text leaves open behind it."""
    return " ".join([finding["says"], *(f"[{doubt}]" for doubt in finding["unsettled"])])


def _sarif(findings: Findings) -> dict[str, Any]:
    """Return findings as SARIF 2.1.0, which editors and code hosts show beside the text."""
    rules = [{"id": str(verdict), "defaultConfiguration": {"level": level}} for verdict, level in _LEVELS.items()]
    driver = {"name": "Headcount", "version": CODE_VERSION, "rules": rules}
    results = [
        _result(file, text, finding)
        for file, (text, listed) in findings.items()
        for finding in listed
        if finding["verdict"] in _LEVELS
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}


def _result(file: Path, text: str, finding: dict[str, Any]) -> dict[str, Any]:
    (line, column), (end_line, end_column) = (line_and_column(text, finding[side]) for side in ("start", "end"))
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    level = _LEVELS[finding["verdict"]]
    return {
        "ruleId": str(finding["verdict"]),
        "kind": "pass" if level == "none" else "fail",
        "level": level,
        "message": {"text": _said(finding)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": file.as_posix()}, "region": region}},
        ],
    }
