"""The command `headcount diff`: what a change of the seeds does to the data."""

import sys
import tempfile
from pathlib import Path

import click
import orjson

from api.cli.answers import answers_of
from api.cli.differences import compare
from api.cli.differences_markdown import markdown_of
from api.cli.sides import SideRefused, release_of
from schema.store.errors import DatabaseError


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print all changes as JSON.")
@click.option(
    "--most",
    default=10,
    show_default=True,
    type=click.IntRange(1),
    help="How many changes of one kind the Markdown shows.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything has changed, as `git diff --exit-code`.")
def diff(old: str, new: str, as_json: bool, most: int, exit_code: bool) -> None:
    """Tell what a change of the seeds does to the data, as Markdown for a pull request.

    OLD and NEW are seed folders, database files that `load` made, or revisions of git: main, HEAD~1:my-seeds (the
    folder is `seeds` unless it is named). Seeds are checked and loaded into a temporary folder, and the API is asked
    for the estimates, claims, conflicts, series and terms of both. What is inserted, updated or deleted is told. The
    exit code is 2 if a side cannot be read or has problems, which are listed.

    \b
    Example: headcount diff main seeds
    """  # noqa: D301 (click's mark for lines that stay as they are)
    try:
        with tempfile.TemporaryDirectory(prefix="headcount-", ignore_cleanup_errors=True) as folder:
            before, after = (
                answers_of(release_of(side, Path(folder) / name)) for side, name in ((old, "old"), (new, "new"))
            )
    except (DatabaseError, OSError) as error:
        raise SideRefused(str(error)) from error
    differences = compare(before, after)
    if as_json:
        click.echo(orjson.dumps({"old": old, "new": new, **differences.data()}, option=orjson.OPT_INDENT_2))
    else:
        click.echo(markdown_of(differences, most), nl=False)
    sys.exit(1 if exit_code and differences.changes else 0)
