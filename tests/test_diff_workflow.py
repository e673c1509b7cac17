"""The commands of .github/workflows/diff.yml: what they compare, and which comment they write."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from hostile import GOOD
from program import HEADCOUNT

ROOT = Path(__file__).parents[1]
JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "diff.yml").read_text())["jobs"]
AUTHOR = ("-c", "user.name=A. Writer", "-c", "user.email=writer@example.org")
GH = """\
#!/bin/sh
case "$*" in *--jq*) cat ids ;; *) printf '%s\\n' "$@" > called ;; esac
"""
"""A `gh` that lists the comments in a file, and writes down how it is called to write one."""


def run(job, folder, **variables):
    """Run the last commands of a job as GitHub does."""
    environment = os.environ | {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output"), **variables}
    commands = JOBS[job]["steps"][-1]["run"]
    done = subprocess.run(["bash", "-e", "-c", commands], cwd=folder / "work", env=environment, check=False)
    assert done.returncode == 0


def git(folder, *words):
    subprocess.run(["git", "-C", folder, *AUTHOR, *words], check=True, capture_output=True)


@pytest.fixture
def proposed(tmp_path):
    """Return a folder with a checkout of `main`, and a function that makes pull request 7 of a change of the seeds."""
    origin = tmp_path / "origin"
    shutil.copytree(GOOD, origin / "seeds")
    git(tmp_path, "init", "-q", "-b", "main", origin)
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "first")
    git(tmp_path, "clone", "-q", origin, "work")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "headcount").symlink_to(HEADCOUNT[0])

    def propose(old, new):
        article = origin / "seeds" / "articles" / "2020-01-day-first.yaml"
        article.write_text(article.read_text().replace(old, new))
        git(origin, "commit", "-q", "-a", "-m", "second")
        git(origin, "update-ref", "refs/pull/7/head", "HEAD")
        git(origin, "reset", "-q", "--hard", "HEAD~1")

    return tmp_path, propose


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("author: A. Writer", "author: B. Writer", "- **updated** `first`: `author` `A. Writer` → `B. Writer`"),
        ("hedge: up_to", "hedge: <b>", "/articles/2020-01-day-first.yaml:101:12: estimates[5].hedge: '<b>' is refused"),
    ],
)
def test_a_pull_request_is_compared_with_what_it_began_from(proposed, old, new, told):
    folder, propose = proposed
    propose(old, new)
    run("diff", folder, NUMBER="7")
    first, title, *lines, last = (folder / "output").read_text().splitlines()
    assert (first, title) == (f"markdown<<{last}", "### What the seeds of this pull request do to the data")
    (line,) = [line for line in lines if told in line]
    assert line.startswith("    " if "<b>" in told else "- ")


@pytest.mark.parametrize(
    ("ids", "called"),
    [
        ("12\n34\n", ["api", "--silent", "--method", "PATCH", "repos/a/b/issues/comments/12"]),
        ("", ["api", "--silent", "repos/a/b/issues/7/comments"]),
    ],
)
def test_its_own_comment_is_written_again(tmp_path, ids, called):
    work = tmp_path / "work"
    work.mkdir()
    (work / "gh").write_text(GH)
    (work / "gh").chmod(0o755)
    (work / "ids").write_text(ids)
    variables = {"COMMENTS": "repos/a/b/issues/7/comments", "REPOSITORY": "a/b", "MARKDOWN": "$(date) `date` 'x'"}
    run("comment", tmp_path, PATH=f"{work}:{os.environ['PATH']}", **variables)
    words = (work / "called").read_text().splitlines()
    assert words == [*called, "--raw-field", "body=<!-- headcount diff -->", "$(date) `date` 'x'"]
