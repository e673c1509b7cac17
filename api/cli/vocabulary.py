"""The command `headcount vocabulary add`: new groups, regions, indicators and sources."""

from pathlib import Path

import click

from schema.fields import ListOf
from seeds import SHIPPED
from seeds.additions import addition
from seeds.curated.fixes import FileChangedError
from seeds.iso_regions import UnknownRegionError
from seeds.problems import SeedsRefused
from seeds.tables.terms import KINDS


@click.group()
def vocabulary() -> None:
    """Change the vocabulary of a seed folder: its groups, regions, indicators and sources."""


@vocabulary.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("name")
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
@click.option(
    "--into",
    default=SHIPPED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The seed folder; by default the one that ships with Headcount.",
)
@click.option("--yes", is_flag=True, help="Write without asking.")
def add(kind: str, name: str, values: tuple[str, ...], into: Path, yes: bool) -> None:
    """Add an entry to the vocabulary of a seed folder: shows it, asks, and writes it behind the others.

    NAME of a region is a country or a part of one, by a name or code of ISO 3166; codes, names and the country come
    from there. Any other entry has the keys that you give: of a list, each of its values by the same KEY. An entry
    that `headcount check` would refuse is not written.

    \b
    Examples:
      headcount vocabulary add region iraq --into my-seeds
      headcount vocabulary add region IQ-NI name=Nineveh aliases=Ninawa --into my-seeds
      headcount vocabulary add region Tikrit kind=city iso=null parent=iraq --into my-seeds
      headcount vocabulary add group "Example Front" definition="Fighters of the front." --into my-seeds
      headcount vocabulary add indicator Vehicles definition="Vehicles of the group." unit=vehicles kind=stock
      headcount vocabulary add source "Example Ministry" kind=government organisation=Example anonymous=false
    """  # noqa: D301 (click's mark for lines that stay as they are)
    try:
        fix = addition(into, kind, name, _values(kind, values))
    except SeedsRefused as refused:
        raise click.ClickException("\n".join(map(str, refused.problems))) from refused
    except (UnknownRegionError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(fix.diff())
    if not yes and not click.confirm(f"Write {fix.path}?", err=True):
        return
    try:
        fix.write()
    except (FileChangedError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _values(kind: str, pairs: tuple[str, ...]) -> dict[str, str | list[str]]:
    """Return the values by key of arguments `KEY=VALUE`; raises click.UsageError where one is none."""
    lists = [key for key, field in KINDS[kind]().fields.items() if isinstance(field, ListOf)]
    values: dict[str, str | list[str]] = {}
    for pair in pairs:
        key, is_pair, value = pair.partition("=")
        if not is_pair or (key in values and key not in lists):
            raise click.UsageError(f"{pair!r} is refused; expected KEY=VALUE, each key once, such as kind=city")
        if key in lists:
            values[key] = [*values.get(key, []), value]
        else:
            values[key] = value
    return values
