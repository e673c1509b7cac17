"""The commands that make a dataset: `check`, `load` and `import`."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from api.cli.progress import Reading, steps
from api.config import configured_database
from schema.engine import DatabaseError
from seeds import SHIPPED
from seeds.curated.check import check_seeds
from seeds.entries import Seeds
from seeds.problems import SeedsRefused
from seeds.release.publish import replaceable, write_release
from seeds.staging import Staging, stage
from seeds.tables.findings import SUFFIXES, Grade, Report
from seeds.tables.mapping import Mapping, read_mapping
from seeds.tables.run import Imported, import_files
from seeds.tables.tabular import identify
from seeds.tables.vocabulary import start_from

seeds_folder = click.argument(
    "seeds_dir", default=SHIPPED, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
documents_folder = click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the documents: check that each bears the wordings where they are said to stand.",
)


@click.command()
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


@click.command()
@seeds_folder
@documents_folder
def load(seeds_dir: Path, documents: Path | None) -> None:
    """Check a seed folder and make it the live dataset.

    Any problem is listed as by `check`, and then nothing is written. A server that runs takes the new dataset up by
    itself. The same seeds give the same dataset version.

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

    Each row is checked as curated estimates are. Where one is refused nothing is written, unless you --keep-going; a
    file that cannot be read to its end is never loaded. The exit code is 0 where a dataset was loaded, with all rows or
    without some, and 1 where none was.

    \b
    Example: headcount import events.csv.gz --mapping ucdp-ged --keep-going --problems problems.csv
    """  # noqa: D301
    if problems and problems.suffix not in SUFFIXES:
        raise click.BadParameter(
            f"{problems}: expected a file named *{' or *'.join(SUFFIXES)}", param_hint="--problems"
        )
    try:
        path = configured_database()
        with Staging(replaceable(path).parent) as staging, Report(problems) as report:
            asked = _understood(mapping, seeds_dir, staging)
            documents = [identify(file) for file in files]
            with Reading(sum(document.size for document in documents)) as reading:
                imported = import_files(documents, asked, staging, report, reading.advance)
            loadable = _told(report, imported, keep_going=keep_going) and staging.count("estimates") > 0
            counts = f"{staging.count('articles'):,} articles with {staging.count('estimates'):,} estimates"
            if not loadable:
                click.echo(f"{reading.rate(imported.rows)}; nothing was written", err=True)
                sys.exit(1)
            written = write_release(staging, path, progress=steps)
    except (DatabaseError, OSError) as error:
        raise click.ClickException(str(error)) from error
    left_out = f", {imported.left_out:,} left out" if imported.left_out else ""
    what = "is there already in" if written.was_there else "loaded into"
    click.echo(f"{reading.rate(imported.rows)}{left_out}: {counts} {what} {path}: version {written.version}")


def load_seeds(folder: Path, documents: Path | None = None) -> str:
    """Check a seed folder and make it the live dataset; return what was done, or end the program."""
    seeds = _checked(folder, documents)
    try:
        path = configured_database()
        with Staging(replaceable(path).parent) as staging:
            stage(seeds, staging)
            written = write_release(staging, path, shipped=folder.resolve() == SHIPPED.resolve(), progress=steps)
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    if written.was_there:
        return f"{path} holds these seeds already: version {written.version}"
    return f"{_counted(seeds)} loaded into {path}: version {written.version}"


def _checked(folder: Path, documents: Path | None) -> Seeds:
    try:
        return check_seeds(folder, documents, steps)
    except SeedsRefused as refused:
        _refuse(refused)


def _refuse(refused: SeedsRefused) -> NoReturn:
    for problem in refused.problems:
        click.echo(str(problem), err=True)
    click.echo(f"{len(refused.problems)} problems; nothing was written", err=True)
    sys.exit(1)


def _understood(name: str, seeds_dir: Path | None, staging: Staging) -> Mapping:
    """Return a mapping, having staged the seeds and all terms; ends the program where something is wrong with them."""
    seeds = _checked(seeds_dir, None) if seeds_dir else None
    try:
        mapping = read_mapping(name)
        start_from(seeds, mapping, staging)
    except SeedsRefused as refused:
        _refuse(refused)
    return mapping


def _told(report: Report, imported: Imported, *, keep_going: bool) -> bool:
    """Say on stderr what was found, and return whether what is left may be loaded."""
    for line in report.lines():
        click.echo(line, err=True)
    return not report.of(Grade.UNREADABLE) and (keep_going or not imported.left_out)


def _counted(seeds: Seeds) -> str:
    return f"{len(seeds.articles)} articles with {len(seeds.estimates)} estimates"


COMMANDS: dict[str, click.Command] = {"check": check, "load": load, "import": import_}
