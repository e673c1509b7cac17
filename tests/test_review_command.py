"""`headcount review` as a curator starts it: what it refuses, what it drafts, and who can reach what it serves."""

import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from functools import partial

import pytest
from click.testing import CliRunner
from conftest import MOSUL
from program import HEADCOUNT

from api.cli import main
from seeds.read import read_file


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "mosul.txt"
    path.write_text(MOSUL)
    return path


def run(*words):
    return CliRunner().invoke(main, ["review", *map(str, words)], prog_name="headcount")


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"a\0b", "has a NUL character at 1; expected a text"),
        (b"caf\xe9", "is not UTF-8 at byte 3 (0xe9); expected a text in UTF-8"),
        (b"the 500 men " * 100_000, "the text has 1,200,000 characters; expected at most 200,000"),
    ],
)
def test_a_document_that_cannot_be_drafted_is_refused(document, empty_seeds, raw, what):
    document.write_bytes(raw)
    result = run(document, empty_seeds / "articles" / "a.yaml")
    assert (result.exit_code, result.output) == (1, f"Error: {document}: {what}\n")
    assert list((empty_seeds / "articles").iterdir()) == []


def test_an_article_outside_of_a_seed_folder_is_refused(document, tmp_path):
    result = run(document, tmp_path / "a.yaml")
    assert result.exit_code == 2
    assert "is in no seed folder; expected SEEDS/articles/NAME.yaml, beside vocabulary/" in result.output


def test_a_seed_without_an_audit_is_refused(document, empty_seeds):
    assert "expected --audit too" in run(document, empty_seeds / "articles" / "a.yaml", "--seed", "1").output


def test_an_article_of_another_document_is_refused(drafted):
    drafted.document_path.write_text("Another text.\n")
    result = run(drafted.document_path, drafted.path)
    assert result.exit_code == 1
    assert f"is not the text that {drafted.path} was coded from" in result.output


def status_of(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.status


@pytest.mark.server
def test_it_drafts_the_article_and_serves_it_to_this_machine_only(document, empty_seeds):
    article = empty_seeds / "articles" / "mosul.yaml"
    command = [*HEADCOUNT, "review", document, article]
    heeds_ctrl_c = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # who runs in the background may ignore it
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=heeds_ctrl_c) as process:  # noqa: PLW1509
        try:
            assert process.stdout.readline() == f"{article}: 3 figures\n"
            address = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", process.stdout.readline())[0]
            assert len(read_file(article).data["estimates"]) == 3
            port = int(re.search(r":(\d+)/", address)[1])
            assert status_of(address) == 200
            assert status_of(address, Host=f"evil.example:{port}") == 403
            assert status_of(address, Origin="http://evil.example") == 403
            assert status_of(f"http://127.0.0.1:{port}/") == 403
            own = socket.gethostbyname(socket.gethostname())
            for other in {own, "127.0.0.2"} - {"127.0.0.1"}:
                with pytest.raises(OSError, match=r"refused|timed out"):
                    socket.create_connection((other, port), timeout=5).close()
        finally:
            process.send_signal(signal.SIGINT)
        assert "what was saved stands in the file" in process.stdout.read()
    assert process.returncode == 0
