"""The command line `headcount`: `serve` is here, the others are in modules of their own, named in `_ELSEWHERE`.

It may import all of api, schema and seeds. No other package imports it.
"""

import logging
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import click

from api.config import read_config, renamed_variables
from schema.store.errors import DatabaseError
from schema.store.files import is_outdated_copy
from schema.store.urls import database_path
from seeds import SHIPPED

log = logging.getLogger(__name__)

EXAMPLES = """\b
Examples:
  headcount serve                              serve on port 8000, loading the shipped seeds first if need be
  headcount draft mosul.txt --into my-seeds/articles   write a draft article with an entry for each figure
  headcount review mosul.txt my-seeds/articles/mosul.yaml --open   settle the draft beside its text
  headcount locate mosul.txt "up to 2,000 fighters"   print where these words stand
  headcount vocabulary add region iraq --into my-seeds   add a country, with its codes
  headcount check my-seeds --documents texts   check a seed folder against the documents it was coded from
  headcount agree my-seeds your-seeds          compare two codings of the same documents
  headcount diff main my-seeds                 tell what a change of the seeds does to the data
  headcount load my-seeds                      check it, then make it the dataset that is served
  headcount import events.csv.gz --mapping ucdp-ged   make a table the dataset that is served
  headcount publish estimates.db postgresql+psycopg://me@host/db   copy the dataset into PostgreSQL
  headcount verify draft.md                    say of each number in a text who said it
"""
COMPLETION = """\b
Shell completion (bash; also zsh, fish):
  eval "$(_HEADCOUNT_COMPLETE=bash_source headcount)"
"""

_ELSEWHERE = {
    "agree": ("agree", "agree"),
    "check": ("loading", "check"),
    "diff": ("diff", "diff"),
    "draft": ("curating", "draft"),
    "import": ("loading", "import_"),
    "load": ("loading", "load"),
    "locate": ("curating", "locate"),
    "publish": ("publishing", "publish"),
    "review": ("review", "review"),
    "schema": ("json_schema", "schema"),
    "verify": ("verify", "verify"),
    "vocabulary": ("vocabulary", "vocabulary"),
}
"""The commands of other modules of this package: the module of each, and its name there."""


class _Commands(click.Group):
    """`serve` and the commands of other modules; these are slow to import, so only their commands import them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*self.commands, *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, or None."""
        if cmd_name not in _ELSEWHERE:
            return self.commands.get(cmd_name)
        module, name = _ELSEWHERE[cmd_name]
        command: click.Command = getattr(import_module(f"api.cli.{module}"), name)
        return command


@click.group(
    cls=_Commands, epilog=f"{EXAMPLES}\n{COMPLETION}", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(version("headcount"), prog_name="headcount")
def main() -> None:
    """Structured estimates: numbers in the news about armed groups, with who said so.

    HEADCOUNT_DATABASE_URL names the database: a file (sqlite:///PATH), by default one in your data folder, or a
    PostgreSQL database (postgresql+psycopg://USER@HOST/DATABASE).
    """


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

    The shipped seeds are loaded first if there is no database yet, or one that another version made of them; into
    PostgreSQL nothing is loaded.

    \b
    Example: headcount serve --host 0.0.0.0 --port 8080 --workers 4
    """  # noqa: D301
    if not find_spec("api.server"):
        raise click.ClickException(
            "api/server is not there; start a WSGI server of your choice, such as gunicorn 'api:create_app()'"
        )
    try:
        config = read_config()
    except (ValueError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    from api.server.gunicorn import LOG_FORMAT, Server  # noqa: PLC0415 (slow to import, and no other command needs it)

    logging.basicConfig(format=LOG_FORMAT, level=logging.WARNING)
    for old, new in renamed_variables().items():
        log.warning("%s is ignored; it is called %s now", old, new)
    path = database_path(config.database_url)
    if path and (not path.exists() or is_outdated_copy(path)):
        from api.cli.loading import load_seeds  # noqa: PLC0415 (not needed where there is a dataset)

        click.echo(load_seeds(SHIPPED), err=True)
    Server(config, host, port, workers).run()
