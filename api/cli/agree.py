"""The command `headcount agree`: two codings of the same documents side by side."""

import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import orjson

from schema.grammar import counted
from seeds.curated.codings import CodedFigure, Coding, read_coding
from seeds.curated.comparison import Comparison, FieldAgreement, compare, contradicting, differing
from seeds.problems import SeedsRefused

_CODING = click.Path(exists=True, path_type=Path)
_HEADS = ("field", "level", "compared", "same", "alpha", "only A", "only B")
_CANNOT_BE_TOLD = "cannot be told"


@click.command("agree")
@click.argument("a", type=_CODING)
@click.argument("b", type=_CODING)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.option(
    "--at-least",
    type=click.FloatRange(0, 1),
    help="Exit with 1 if the share of figures that both have, or the alpha of a field, is less: 0.8, say.",
)
def agree(a: Path, b: Path, as_json: bool, at_least: float | None) -> None:
    """Compare two codings of the same documents: figures that both have, and how far their fields agree.

    A and B are seed folders, folders of articles, or files of one article; drafts, too. Figures are the same where
    their numbers stand at one place of a document, or else have the same wording. Of each field, a table tells how many
    figures have a value in both codings, in how many it is the same, and Krippendorff's alpha, which is 1 for full
    agreement and 0 for that of chance. Needs `pip install 'headcount[curate]'`.

    \b
    Example: headcount agree seeds my-drafts --at-least 0.8
    """  # noqa: D301 (click's mark for lines that stay as they are)
    if not find_spec("krippendorff"):
        raise click.ClickException("krippendorff is not installed; expected `pip install 'headcount[curate]'` before")
    comparison = compare(_read(a), _read(b))
    if not comparison.documents:
        raise click.ClickException("no document is in both; expected two codings of one document, by its SHA-256")
    fields = comparison.fields()
    if as_json:
        click.echo(orjson.dumps(_data(comparison, fields), option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join([f"A: {a}", f"B: {b}", *_report(comparison, fields)]))
    if at_least is not None:
        sys.exit(1 if _is_below(at_least, comparison, fields) else 0)


def _read(path: Path) -> Coding:
    try:
        return read_coding(path)
    except SeedsRefused as refused:
        raise click.ClickException("\n".join(map(str, refused.problems))) from refused


def _is_below(least: float, comparison: Comparison, fields: list[FieldAgreement]) -> bool:
    """Return whether anything agrees less than is wanted, and print what does, and what cannot be told."""
    shares = {"figures": comparison.share or 0.0, **{field.field: field.alpha for field in fields}}
    below = {name: share for name, share in shares.items() if share is not None and share < least}
    for name, share in below.items():
        click.echo(f"{name}: {share:.3f} is less than {least}", err=True)
    if untold := [name for name, share in shares.items() if share is None]:
        click.echo(f"{', '.join(untold)}: {_CANNOT_BE_TOLD}", err=True)
    return bool(below)


def _report(comparison: Comparison, fields: list[FieldAgreement]) -> list[str]:
    """Return the lines of the report for people."""
    both, only_a, only_b = len(comparison.pairs), len(comparison.only_a), len(comparison.only_b)
    rows = [
        (each.field, each.level, each.compared, each.same, _alpha(each.alpha), each.only_a, each.only_b)
        for each in fields
    ]
    share = _CANNOT_BE_TOLD if comparison.share is None else f"{comparison.share:.0%} of all are in both"
    lines = [
        f"{counted(comparison.documents, 'document')}, {both} figures in both, {only_a} only in A, {only_b} only in B: "
        f"{share}",
        f"number and hedge are the same in {comparison.same_figures} of {both}",
        *(f"not compared, only in A: {name}" for name in comparison.documents_only_a),
        *(f"not compared, only in B: {name}" for name in comparison.documents_only_b),
        "",
        *_table([_HEADS, *rows]),
        "",
    ]
    for pair in comparison.pairs:
        if values := contradicting(pair):
            fields_of_pair = "; ".join(f"{field} {_text(a)} / {_text(b)}" for field, (a, b) in values.items())
            lines += [f"A: {pair[0]}", f"B: {pair[1]}", f"   {fields_of_pair}"]
    lines += [f"only in A: {figure}" for figure in comparison.only_a]
    return lines + [f"only in B: {figure}" for figure in comparison.only_b]


def _table(rows: list[tuple[Any, ...]]) -> list[str]:
    """Return rows as lines with their columns one below the other: words at the left, numbers at the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    sides = ["<", "<"] + [">"] * (len(widths) - 2)
    return [
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True))
        for row in texts
    ]


def _alpha(alpha: float | None) -> str:
    return _CANNOT_BE_TOLD if alpha is None else f"{alpha:.2f}"


def _text(value: Any) -> str:
    return "empty" if value is None else str(value)


def _data(comparison: Comparison, fields: list[FieldAgreement]) -> dict[str, Any]:
    """Return the comparison for programs."""
    return {
        "documents": {
            "both": comparison.documents,
            "only_a": comparison.documents_only_a,
            "only_b": comparison.documents_only_b,
        },
        "figures": {
            **{"both": len(comparison.pairs), "only_a": len(comparison.only_a), "only_b": len(comparison.only_b)},
            **{"share": comparison.share, "same_number_and_hedge": comparison.same_figures},
        },
        "fields": [asdict(field) for field in fields],
        "differ": [
            {"a": _place(pair[0]), "b": _place(pair[1]), "fields": {key: list(both) for key, both in values.items()}}
            for pair in comparison.pairs
            if (values := differing(pair))
        ],
        "only_a": [_place(figure) for figure in comparison.only_a],
        "only_b": [_place(figure) for figure in comparison.only_b],
    }


def _place(figure: CodedFigure) -> dict[str, Any]:
    """Return where a figure is coded, and its words."""
    file = figure.entry.file
    line = file.line(figure.entry.place)
    return {"file": str(file.path), "line": line, "id": figure.record.get("id"), "wording": figure.record["wording"]}
