"""A side of `headcount diff` as a release: a seed folder, a database file, or a seed folder in a revision of git."""

import io
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import click

from api.cli.progress import steps
from schema.grammar import counted
from seeds.curated.check import check_seeds
from seeds.entries import Seeds
from seeds.problems import SeedsRefused
from seeds.release.publish import write_release
from seeds.staging import Staging, stage

_SEEDS = "seeds"
"""The folder of a revision that is read where none is named."""
_EXPECTED = "expected a seed folder, a database file, or a revision of git such as main or HEAD~1:my-seeds"


class SideRefused(click.ClickException):
    """A side cannot be read, or has problems; the text says why. It ends the command with 2, as 1 is a difference."""

    exit_code = 2


def release_of(side: str, folder: Path) -> Path:
    """Return the database file of a side of the comparison; what has to be made for it is made in a new folder.

    A path that is there goes before a revision of the same name. Raises SideRefused, DatabaseError and OSError.
    """
    path = Path(side)
    if path.is_file():
        return path
    if path.is_dir():
        seeds = _checked(path, side)
    else:
        _extract(side, folder / "seeds")
        seeds = _checked(folder / "seeds", side if ":" in side else f"{side}:{_SEEDS}")
    release = folder / "headcount.db"
    with Staging(folder) as staging:
        stage(seeds, staging)
        write_release(staging, release, progress=steps)
    return release


def _checked(folder: Path, name: str) -> Seeds:
    """Return the records of a seed folder; raises SideRefused with its problems, in which the folder has this name."""
    try:
        return check_seeds(folder, progress=steps)
    except SeedsRefused as refused:
        problems = [
            replace(problem, file=Path(name) / problem.file.relative_to(folder)) for problem in refused.problems
        ]
        listed = "\n".join(map(str, problems))
        raise SideRefused(f"{name} has {counted(len(problems), 'problem')}; expected seeds without\n{listed}") from None


def _extract(side: str, folder: Path) -> None:
    """Write a folder of a revision of git, `REVISION` or `REVISION:FOLDER`, into a new folder."""
    revision, _, path = side.partition(":")
    tree = f"{revision}:{path or _SEEDS}"
    try:
        if side.startswith("-"):
            raise SideRefused(f"{side!r} is no revision; {_EXPECTED}")
        top = _git("rev-parse", "--show-toplevel").decode().rstrip("\n")
        archive = _git("-C", top, "archive", "--format=tar", tree)
    except FileNotFoundError as error:
        raise SideRefused(f"{side!r} is no file or folder, and git is not installed; {_EXPECTED}") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise SideRefused(f"{side!r} is no file or folder, and git has no {tree} ({said}); {_EXPECTED}") from error
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")  # refuses links that lead out of the folder
    except tarfile.TarError as error:
        raise SideRefused(f"{tree} cannot be read ({error}); expected a folder of YAML files") from error


def _git(*words: str) -> bytes:
    """Return what a command of git prints; raises CalledProcessError, and FileNotFoundError where there is no git."""
    return subprocess.run(["git", *words], capture_output=True, check=True).stdout  # noqa: S603, S607
