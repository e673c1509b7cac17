"""The commands that make a dataset: `check`, `load` and `import`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from api.cli.progress import Reading, steps
from api.config import configured_url
from schema.grammar import counted
from schema.store.errors import DatabaseError, reason_of
from schema.store.urls import place_of
from seeds import SHIPPED
from seeds.curated.check import check_seeds
from seeds.curated.fixes import FileChangedError, fixes_of
from seeds.entries import Seeds
from seeds.problems import SeedsRefused
from seeds.release.destination import replaced_release
from seeds.release.publish import write_release
from seeds.staging import Staging, stage
from seeds.tables.file_import import import_files
from seeds.tables.findings import SUFFIXES, FindingLog, Grade
from seeds.tables.mapping import Mapping, read_mapping
from seeds.tables.row_staging import Imported
from seeds.tables.starting_terms import stage_starting_terms
from seeds.tables.tabular import identify

seeds_folder = click.argument(
    "seeds_dir", default=SHIPPED, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
documents_folder = click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the documents: check that each bears the wordings where they are said to stand.",
)


@click.command()
@click.argument("seeds_dir", metavar="[SEEDS]", default=SHIPPED, type=click.Path(exists=True, path_type=Path))
@documents_folder
@click.option("--fix", is_flag=True, help="First fill in hashes and offsets that are missing or have moved.")
@click.option("--yes", is_flag=True, help="With --fix: write without asking.")
def check(seeds_dir: Path, documents: Path | None, fix: bool, yes: bool) -> None:
    """Check a seed folder; nothing is written, but for what --fix may write.

    SEEDS is a folder that holds vocabulary/ and articles/, by default the one that ships with Headcount. It may be the
    file of an article instead: all of its seed folder is checked, but only this article is compared with its document.
    All problems are listed as file:line:column: place: what; expected …; see …, and then the exit code is 1.

    --fix shows what it would change and asks. It changes the SHA-256 of documents and the places of wordings, and
    nothing else in the files.

    \b
    Examples:
      headcount check seeds --documents ../documents --fix
      headcount check seeds/articles/2017-01-unknown-general-says.yaml --documents texts
    """  # noqa: D301 (click's mark for lines that stay as they are)
    if fix and not documents:
        raise click.UsageError("--fix compares with the documents; expected --documents FOLDER too")
    article = seeds_dir if seeds_dir.is_file() else None
    if article and article.parent.parent == article.parent:  # "article.yaml", where one works in its folder
        article = article.absolute()
    folder = article.parent.parent if article else seeds_dir
    if fix and documents:
        _fix(folder, documents, article, ask=not yes)
    seeds = _checked(folder, documents, article)
    warnings = f", {counted(len(seeds.warnings), 'warning')}" if seeds.warnings else ""
    click.echo(f"{_summary(len(seeds.articles), len(seeds.estimates))}: no problem found{warnings}")


@click.command()
@seeds_folder
@documents_folder
def load(seeds_dir: Path, documents: Path | None) -> None:
    """Check a seed folder and make it the live dataset.

    Problems are listed as by `check`, and then nothing is written. A running server takes up the new dataset by
    itself. The same seeds give the same dataset version. HEADCOUNT_DATABASE_URL names the file that is replaced, or the
    PostgreSQL database into which the dataset is published.

    \b
    Example: HEADCOUNT_DATABASE_URL=sqlite:///estimates.db headcount load seeds
    """  # noqa: D301
    click.echo(load_seeds(seeds_dir, documents))


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help="What the columns mean: a YAML file, or ucdp-ged, which ships with it.")
@click.option(
    "--seeds",
    "seeds_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A seed folder whose vocabulary, articles and estimates are loaded as well.",
)
@click.option(
    "--problems",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write all problems into this file: .ndjson or .csv.",
)
@click.option("--keep-going", is_flag=True, help="Load the good rows, and leave out and list the others.")
def import_(
    files: tuple[Path, ...], mapping: str, seeds_dir: Path | None, problems: Path | None, keep_going: bool
) -> None:
    """Make tables (CSV, NDJSON, Parquet; .gz of the first two) the live dataset.

    Each row is checked by the rules for curated estimates. If a row has an error nothing is written, unless you
    --keep-going; a file that cannot be read to its end is never loaded. The exit code is 0 if a dataset was loaded,
    with all rows or without some, and 1 if none was.

    \b
    Example: headcount import events.csv.gz --mapping ucdp-ged --keep-going --problems problems.csv
    """  # noqa: D301
    if problems and problems.suffix not in SUFFIXES:
        raise click.BadParameter(
            f"{problems}: expected a file named *{' or *'.join(SUFFIXES)}", param_hint="--problems"
        )
    with _database_url() as url, replaced_release(url, steps) as path, Staging(path.parent) as staging:
        with FindingLog(problems) as log:  # closed before anything goes live, since its disk may be full too
            columns = _read_mapping(mapping, seeds_dir, staging)
            documents = [identify(file) for file in files]
            with Reading(sum(document.size for document in documents)) as reading:
                imported = import_files(documents, columns, staging, log, reading.advance)
        for line in log.lines():
            click.echo(line, err=True)
        counts = _summary(staging.count("articles"), staging.count("estimates"))
        if not staging.count("estimates") or not _may_be_loaded(log, imported, keep_going=keep_going):
            click.echo(f"{reading.rate(imported.rows)}; nothing was written", err=True)
            sys.exit(1)
        release = write_release(staging, path, progress=steps)
    left_out = f", {imported.left_out:,} left out" if imported.left_out else ""
    verb = "loaded into" if release.is_new else "already in"
    click.echo(f"{reading.rate(imported.rows)}{left_out}: {counts} {verb} {place_of(url)}: version {release.version}")


def load_seeds(folder: Path, documents: Path | None = None) -> str:
    """Check a seed folder and make it the live dataset; return a message, or exit if there are problems."""
    seeds = _checked(folder, documents)
    with _database_url() as url, replaced_release(url, steps) as path, Staging(path.parent) as staging:
        stage(seeds, staging)
        release = write_release(staging, path, shipped=folder.resolve() == SHIPPED.resolve(), progress=steps)
    if not release.is_new:
        return f"{place_of(url)} holds these seeds already: version {release.version}"
    counts = _summary(len(seeds.articles), len(seeds.estimates))
    return f"{counts} loaded into {place_of(url)}: version {release.version}"


@contextmanager
def _database_url() -> Iterator[str]:
    """Give the database's URL. An error in the block is shown in one line, which says what and where, and ends it."""
    try:
        url = configured_url()
        try:
            yield url
        except OSError as error:
            place = error.filename or place_of(url)
            raise DatabaseError(f"{place}: {reason_of(error)}; nothing was written") from error
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error


def _checked(folder: Path, documents: Path | None, article: Path | None = None) -> Seeds:
    """Return the records of a seed folder, and print its warnings; print all problems and exit if there are any."""
    try:
        seeds = check_seeds(folder, documents, steps, article=article)
    except SeedsRefused as refused:
        _refuse(refused)
    for warning in seeds.warnings:
        click.echo(f"warning: {warning}", err=True)
    return seeds


def _fix(folder: Path, documents: Path, article: Path | None, *, ask: bool) -> None:
    """Show what would be fixed in the articles of a seed folder, and write it if the user agrees."""
    fixes = fixes_of(folder, documents, article)
    for fix in fixes:
        click.echo(fix.diff())
    if not fixes or (ask and not click.confirm(f"Write {counted(len(fixes), 'file')}?", err=True)):
        return
    try:
        for fix in fixes:
            fix.write()
    except (FileChangedError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _refuse(refused: SeedsRefused) -> NoReturn:
    """Print all problems and exit with code 1."""
    for problem in refused.problems:
        click.echo(str(problem), err=True)
    click.echo(f"{counted(len(refused.problems), 'problem')}; nothing was written", err=True)
    sys.exit(1)


def _read_mapping(name: str, seeds_dir: Path | None, staging: Staging) -> Mapping:
    """Stage the seeds and all terms, and return the mapping; exit if there are problems."""
    seeds = _checked(seeds_dir, None) if seeds_dir else None
    try:
        mapping = read_mapping(name)
        stage_starting_terms(seeds, mapping, staging)
    except SeedsRefused as refused:
        _refuse(refused)
    return mapping


def _may_be_loaded(log: FindingLog, imported: Imported, *, keep_going: bool) -> bool:
    """Return whether the staged rows may be loaded: no finding is fatal, and no row is left out unless `keep_going`."""
    return not log.count(Grade.FATAL) and (keep_going or not imported.left_out)


def _summary(articles: int, estimates: int) -> str:
    return f"{counted(articles, 'article')} with {counted(estimates, 'estimate')}"
