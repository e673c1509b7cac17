"""nginx before the server, with the configuration of api/README.md: it carries the readers, and shows a new release in time."""

import getpass
import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from conftest import GOOD, make_release
from program import running

from seeds import SHIPPED

pytestmark = pytest.mark.server

README = (Path(__file__).parents[1] / "api" / "README.md").read_text()
(SHOWN,) = re.findall("^```nginx\n(.*?)^```$", README, re.M | re.S)
AROUND = """
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/headcount.conf;
}}
"""
"""What stands around such a file in /etc/nginx/nginx.conf, with folders of a test's own."""
MAX_AGE = 3


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def nginx_before(server, folder):
    """Run nginx before a server, with the README's configuration but for addresses and folders; give its address."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None and not os.environ.get("CI"):
        pytest.skip("needs nginx")
    assert program, "there is no nginx"
    address = f"127.0.0.1:{free_port()}"
    replaced = {
        "127.0.0.1:8000": server.removeprefix("http://"),
        "listen 80;": f"listen {address};",
        "/var/cache/nginx/headcount": f"{folder}/cache",
    }
    shown = SHOWN
    for standing, own in replaced.items():
        assert shown.count(standing) == 1
        shown = shown.replace(standing, own)
    (folder / "headcount.conf").write_text(shown)
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""  # else its workers could not write into the folder
    (folder / "nginx.conf").write_text(user + AROUND.format(folder=folder))
    command = [program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors", "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            assert process.poll() is None, (folder / "errors").read_text()
            try:
                socket.create_connection(address.split(":"), timeout=5).close()
                break
            except ConnectionError:
                time.sleep(0.05)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """Return the address of nginx, that of the server behind it, and the database of both."""
    folder = tmp_path_factory.mktemp("nginx")
    path = folder / "live.db"
    make_release(GOOD, path)
    with (
        running(path, HEADCOUNT_MAX_AGE=str(MAX_AGE), HEADCOUNT_TRUSTED_PROXIES="1") as (server, _),
        nginx_before(server, folder) as address,
    ):
        yield address, server, path


def ask(address, target, method="GET", **headers):
    """Return the status, the headers and the body of an answer."""
    with closing(HTTPConnection(address.removeprefix("http://"), timeout=30)) as connection:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def reached(server, route):
    """Return how many requests to a route have reached the server, once its workers have written their counts."""
    time.sleep(1.5)
    with urllib.request.urlopen(f"{server}/metrics", timeout=10) as response:
        samples = re.findall(r"^headcount_requests_total\{(.*)\} (.*)$", response.read().decode(), re.M)
    return sum(float(count) for labels, count in samples if f'route="{route}"' in labels)


def versioned(server, path):
    """Return a path with the version that is live, whose answer does not grow old during a test."""
    version = ask(server, "/hedges?limit=1")[1]["X-Dataset-Version"]
    return f"{path}{'&' if '?' in path else '?'}dataset={version}"


def test_a_thousand_repeated_requests_reach_the_server_once(behind):
    address, server, _ = behind
    target = versioned(server, "/estimates?limit=3")
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda number: ask(address, target, X_Request_Id=f"id-{number}"), range(1000)))
    assert {(status, body) for status, _, body in answers} == {(200, ask(server, target)[2])}
    assert reached(server, "/estimates") == 1 + 1  # one of these did not go by nginx
    assert [headers["X-Request-Id"] for _, headers, _ in answers] == [f"id-{number}" for number in range(1000)]


def test_requests_within_max_age_reach_the_server_once(behind):
    address, server, _ = behind
    began = time.monotonic()
    policies = {ask(address, "/groups?limit=2")[1]["Cache-Control"] for _ in range(100)}
    assert time.monotonic() - began < MAX_AGE
    assert policies == {f"public, max-age={MAX_AGE}, stale-while-revalidate={MAX_AGE}"}
    assert reached(server, "/groups") == 1


def test_each_media_type_and_coding_is_cached_by_itself(behind):
    address, server, _ = behind
    target = versioned(server, "/claims")
    bodies = {}
    for _ in range(20):
        for media_type in ("application/json", "application/ld+json", "text/csv"):
            for coding in ("gzip", "identity"):
                status, headers, body = ask(address, target, Accept=media_type, Accept_Encoding=coding)
                assert (status, headers.get_content_type()) == (200, media_type)
                assert headers["Content-Encoding"] == (None if coding == "identity" else coding)
                bodies.setdefault(media_type, set()).add(gzip.decompress(body) if coding == "gzip" else body)
    assert [len(same) for same in bodies.values()] == [1, 1, 1]
    assert reached(server, "/claims") == 6
    status, headers, body = ask(address, target, "HEAD", Accept="application/json", Accept_Encoding="gzip")
    assert (status, body) == (200, b"")
    known = ask(address, target, Accept="application/json", Accept_Encoding="gzip", If_None_Match=headers["ETag"])
    assert (known[0], known[1]["Cache-Control"]) == (304, "public, max-age=31536000, immutable")
    assert reached(server, "/claims") == 6


def test_what_may_not_be_stored_reaches_the_server_each_time(behind):
    address, server, _ = behind
    for _ in range(5):
        assert ask(address, "/regions?dataset=0000000000000000")[0] == 409
        assert ask(address, "/regions?limit=x")[0] == 400
        assert ask(address, "/health/live")[0] == 200
    assert reached(server, "/regions") == 10


def test_a_download_goes_on_where_it_broke_off(behind):
    address, _, _ = behind
    status, headers, whole = ask(address, "/dataset/estimates.csv")
    assert status == 200
    rest = ask(address, "/dataset/estimates.csv", Range="bytes=100-", If_Range=headers["ETag"])
    assert (rest[0], rest[2]) == (206, whole[100:])


def test_a_new_release_is_seen_after_max_age_by_all_but_its_own_addresses(behind):
    address, server, path = behind
    make_release(SHIPPED, path.with_name("next.db"))
    fixed = versioned(server, "/sources?limit=1")
    old = ask(address, fixed)
    began = time.monotonic()
    before = ask(address, "/sources?limit=1")[1]["X-Dataset-Version"]
    os.replace(path.with_name("next.db"), path)
    assert ask(address, "/sources?limit=1")[1]["X-Dataset-Version"] == before
    assert time.monotonic() - began < MAX_AGE
    while (answer := ask(address, "/sources?limit=1"))[1]["X-Dataset-Version"] == before:
        assert time.monotonic() - began < 2 * MAX_AGE + 1
        time.sleep(0.1)
    assert time.monotonic() - began >= MAX_AGE - 1
    assert json.loads(answer[2])["meta"]["dataset"] == answer[1]["X-Dataset-Version"]
    assert (ask(address, fixed)[0], ask(address, fixed)[2]) == (200, old[2])
    assert ask(address, fixed.replace("limit=1", "limit=2"))[0] == 409  # which nginx does not have
