"""The front door: it answers as Flask alone does, first time and again, whatever is swapped, cancelled or ended."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

from asked import LISTS, answer, drawn
from conftest import running


@contextmanager
def flask_alone(database):
    """Run Flask on gunicorn's simplest worker; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--no-control-socket", "api:create_app()"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/health/live", timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=40)


def test_the_front_door_answers_as_flask_alone(database, client):
    ids = {name: [one["id"] for one in client.get(f"/{name}?limit=5").json["data"]] for name in LISTS}
    with flask_alone(database) as alone, running(database, "--workers", "1") as (address, _):
        for request in drawn(2000, ids):
            expected = answer(alone, request)
            assert (request, answer(address, request)) == (request, expected)
            assert (request, answer(address, request)) == (request, expected)
