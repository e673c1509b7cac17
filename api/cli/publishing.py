"""The command `headcount publish`: copies a release into a PostgreSQL database."""

from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

import click

from api.cli.progress import steps
from schema.store.errors import DatabaseError
from schema.store.urls import shown
from seeds.release.destination import KEPT, release_file


@click.command("publish")
@click.argument("source", metavar="FILE_OR_URL")
@click.argument("target", metavar="TO_URL")
@click.option(
    "--keep",
    default=KEPT,
    show_default=True,
    type=click.IntRange(1),
    help="How many releases the database keeps, with the live one.",
)
def publish(source: str, target: str, keep: int) -> None:
    """Copy a release into a PostgreSQL database, compare it with its file, and make it live there.

    FILE_OR_URL is a database that `load` or `import` made: a path, sqlite:///PATH or a URL like TO_URL, which is
    postgresql+psycopg://USER@HOST/DATABASE. Whatever goes wrong, the release before stays live and whole. The release
    of a file that was published before is only made live again. Needs `pip install 'headcount[postgresql]'`.

    \b
    Example: headcount publish headcount.db postgresql+psycopg://loader@db.example.org/headcount --keep 3
    """  # noqa: D301
    if not find_spec("psycopg"):
        raise click.ClickException("psycopg is not installed; expected `pip install 'headcount[postgresql]'` before")
    from seeds.release.postgresql import publish_release  # noqa: PLC0415 (imports psycopg)

    try:
        file = release_file(source, steps) if "://" in source else nullcontext(Path(source))
        with file as path:
            publication = publish_release(path, target, keep=keep, progress=steps)
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    how = "copied, compared and made live" if publication.is_copied else "there already, and live"
    click.echo(f"{shown(source) if '://' in source else source}: version {publication.version} is {how}")
