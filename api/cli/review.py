"""The command `review`: the curator's desk in a browser."""

import logging
import random
import webbrowser
from pathlib import Path

import click
from werkzeug.serving import make_server

from api.cli.curating import drafted, write_draft
from api.desk.app import create_desk
from api.desk.guard import new_token
from seeds.review.review import Review, ReviewRefused


@click.command()
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("article", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--audit", is_flag=True, help="Plant errors among the drafts, and tell at the end which were let through."
)
@click.option("--seed", type=click.IntRange(0), help="With --audit: the same number plants the same errors.")
def review(document: Path, article: Path, opens: bool, audit: bool, seed: int | None) -> None:
    """Review the draft of an article beside its text, on a page in the browser that only you can open.

    DOCUMENT is the text, ARTICLE a file in the folder articles/ of a seed folder, whose vocabulary gives the choices;
    if the file is not there, it is drafted first. The page shows the text with each figure marked and what is coded of
    it, checks it as you type, and saves it into ARTICLE; it writes nothing else. Ctrl-C ends it.

    \b
    Example: headcount review mosul.txt my-seeds/articles/2018-03-unknown-mosul.yaml --open
    """  # noqa: D301 (click's mark for lines that stay as they are)
    folder = article.resolve().parent
    if folder.name != "articles" or not (folder.parent / "vocabulary").is_dir():
        raise click.UsageError(f"{article} is in no seed folder; expected SEEDS/articles/NAME.yaml, beside vocabulary/")
    if seed is not None and not audit:
        raise click.UsageError("--seed is the seed of an audit; expected --audit too")
    if not article.exists():
        click.echo(write_draft(drafted(document, folder.parent, None), article))
    plants = (random.randrange(2**31) if seed is None else seed) if audit else None  # noqa: S311 (no secret)
    token = new_token()
    try:
        desk = create_desk(lambda: Review.read(document, article), token, plants, click.echo)
        server = make_server("127.0.0.1", 0, desk, threaded=True)
    except ReviewRefused as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or '127.0.0.1'}: {error.strerror}") from error
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its lines would show the token
    address = f"http://127.0.0.1:{server.port}/{token}/"
    click.echo(f"The desk is at {address} until you press Ctrl-C")
    if opens:
        webbrowser.open(address)
    server.serve_forever()  # until Ctrl-C
    click.echo("The desk is closed; what was saved stands in the file")
