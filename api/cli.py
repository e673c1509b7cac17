"""`headcount`: the command line, and the one place that sees both the API and the seeds."""

import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api import limits
from api.kept import most_kept
from schema.engine import Database, DatabaseError, OtherVersionError, database_path, default_url
from seeds import SHIPPED
from seeds.build import build_dataset
from seeds.check import check_seeds
from seeds.entries import Seeds
from seeds.problems import SeedsRefused
from seeds.write import write_release

EXAMPLES = """\b
Examples:
  headcount serve                              serve on port 8000, loading the shipped seeds first if need be
  headcount check my-seeds --documents texts   check a seed folder against the documents it was coded from
  headcount load my-seeds                      check it, then make it the dataset that is served
"""
COMPLETION = """\b
Shell completion (bash; also zsh, fish):
  eval "$(_HEADCOUNT_COMPLETE=bash_source headcount)"
"""

seeds_folder = click.argument(
    "seeds_dir", default=SHIPPED, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
documents_folder = click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the documents: check that each bears the wordings where they are said to stand.",
)


@click.group(epilog=f"{EXAMPLES}\n{COMPLETION}", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("headcount"), prog_name="headcount")
def main() -> None:
    """Structured estimates: numbers in the news about armed groups, with who said so.

    The database is the file that HEADCOUNT_DATABASE_URL names (sqlite:///PATH), by default one in your data folder.
    """


@main.command()
@seeds_folder
@documents_folder
def check(seeds_dir: Path, documents: Path | None) -> None:
    """Check a seed folder; nothing is written.

    SEEDS_DIR holds vocabulary/ and articles/; by default it is the folder that ships with Headcount. All problems
    are listed as file:line:column: place: what; expected …, and then the exit code is 1.

    \b
    Example: headcount check seeds --documents ../documents
    """  # noqa: D301 (click's mark for lines that stay as they are)
    seeds = _checked(seeds_dir, documents)
    click.echo(f"{_counted(seeds)}: no problem found")


@main.command()
@seeds_folder
@documents_folder
def load(seeds_dir: Path, documents: Path | None) -> None:
    """Check a seed folder and make it the live dataset.

    Any problem is listed as by `check`, and then nothing is written. A server that runs takes the new dataset up by
    itself. The same seeds give the same dataset version.

    \b
    Example: HEADCOUNT_DATABASE_URL=sqlite:///estimates.db headcount load seeds
    """  # noqa: D301
    click.echo(_load(_checked(seeds_dir, documents), shipped=seeds_dir.resolve() == SHIPPED.resolve()))


@main.command()
@click.option("--host", envvar="HEADCOUNT_HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    envvar="HEADCOUNT_PORT",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port.",
)
@click.option(
    "--workers",
    envvar="HEADCOUNT_WORKERS",
    default=2,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Processes; as many as there are cores.",
)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API with gunicorn, in the foreground; SIGTERM lets running requests finish.

    The shipped seeds are loaded first if there is no database yet, or one that another version made of them.

    \b
    Example: headcount serve --host 0.0.0.0 --port 8080 --workers 4
    """  # noqa: D301
    try:
        settings = {name.removeprefix("HEADCOUNT_"): value for name, value in os.environ.items()}
        limits.read_settings(settings)
        most_kept(settings)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    from api.server import LOG_FORMAT, Server  # noqa: PLC0415 (gunicorn is slow to import, and of no use elsewhere)

    logging.basicConfig(format=LOG_FORMAT, level=logging.WARNING)
    if not _database_file().exists() or _is_outdated_copy(_database_file()):
        click.echo(_load(_checked(SHIPPED, None), shipped=True), err=True)
    Server(host, port, workers).run()


def _database_file() -> Path:
    try:
        return database_path(os.environ.get("HEADCOUNT_DATABASE_URL") or default_url())
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error


def _checked(folder: Path, documents: Path | None) -> Seeds:
    try:
        return check_seeds(folder, documents, _progress)
    except SeedsRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        click.echo(f"{len(refused.problems)} problems; nothing was written", err=True)
        sys.exit(1)


def _load(seeds: Seeds, *, shipped: bool) -> str:
    path = _database_file()
    dataset = build_dataset(seeds, shipped=shipped)
    if _live_version(path) == dataset.version:
        return f"{path} holds these seeds already: version {dataset.version}"
    try:
        write_release(dataset, path)
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    return f"{_counted(seeds)} loaded into {path}: version {dataset.version}"


def _live_version(path: Path) -> str | None:
    """Return the version of the dataset that is there, or None where there is none that can be read."""
    if not path.exists():
        return None
    database = Database(f"sqlite:///{path}")
    try:
        return database.release().version
    except DatabaseError:
        return None
    finally:
        database.close()


def _is_outdated_copy(path: Path) -> bool:
    """Say whether another version made the database, of the seeds that ship: then nothing of the user's is lost."""
    database = Database(f"sqlite:///{path}")
    try:
        database.release()
    except OtherVersionError as error:
        return error.shipped
    except DatabaseError:
        return False
    finally:
        database.close()
    return False


def _counted(seeds: Seeds) -> str:
    return f"{len(seeds.articles)} articles with {len(seeds.estimates)} estimates"


def _progress(files: Sequence[Path]) -> Iterator[Path]:
    """Hand the files on; on a terminal, a bar shows how far it is once that takes longer than a second."""
    console = Console(stderr=True)
    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    started = time.monotonic()
    shown = False
    task = bar.add_task("Reading", total=len(files))
    try:
        for file in files:
            if not shown and time.monotonic() - started > 1:
                bar.start()
                shown = True
            yield file
            bar.advance(task)
    finally:
        if shown:
            bar.stop()
