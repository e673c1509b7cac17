"""The command `headcount schema`: JSON Schema of the seed files, for editors."""

import click
import orjson

from seeds.json_schema import KINDS_OF_FILES, json_schema


@click.command()
@click.argument("kind", type=click.Choice(KINDS_OF_FILES))
def schema(kind: str) -> None:
    """Print the JSON Schema of seed files, by which editors complete and mark them.

    The first line of a seed file names it for editors with a YAML language server, such as VS Code:
    # yaml-language-server: $schema=../schemas/article.json

    \b
    Example: headcount schema article > my-seeds/schemas/article.json
    """  # noqa: D301 (click's mark for lines that stay as they are)
    click.echo(orjson.dumps(json_schema(kind), option=orjson.OPT_INDENT_2))
