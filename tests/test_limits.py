"""Requests are limited where the configuration says so, and every answer then tells how many are left."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api import create_app
from api.config import read_config


@pytest.fixture
def limited(database, url_of):
    """Return a function that makes a client of an application with this configuration."""
    apps = []

    def make(rate, **config):
        apps.append(create_app({"DATABASE_URL": url_of(database), "RATE_LIMIT": rate, **config}))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["database"].close()


@pytest.fixture
def clock(monkeypatch):
    """Return a list whose one item is the time."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def told(response):
    return tuple(response.headers.get(name) for name in ("RateLimit-Policy", "RateLimit", "Retry-After"))


def test_nothing_is_limited_by_default(app, client):
    assert "limiter" not in app.extensions
    for _ in range(20):
        assert told(client.get("/estimates")) == (None, None, None)


def test_each_answer_says_how_many_are_left_until_none_is(limited, clock):
    client = limited("3 per minute")
    policy = '"3 per minute";q=3;w=60'
    first = client.get("/estimates")
    assert told(first) == (policy, '"3 per minute";r=2;t=60', None)
    clock[0] += 10.5
    again = client.get("/estimates", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert told(again) == (policy, '"3 per minute";r=1;t=50', None)
    clock[0] += 10
    missing = client.get("/nowhere")
    assert missing.status_code == 404
    assert told(missing) == (policy, '"3 per minute";r=0;t=40', None)
    refused = client.get("/claims", headers={"Origin": "https://example.org", "X-Request-Id": "find-me"})
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert (refused.json["status"], refused.json["title"]) == (429, "Too Many Requests")
    assert "3 per minute" in refused.json["detail"]
    assert told(refused) == (policy, '"3 per minute";r=0;t=40', "40")
    assert refused.headers["X-Request-Id"] == "find-me"
    assert refused.headers["X-Dataset-Version"] == first.headers["X-Dataset-Version"]
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    exposed = refused.headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("RateLimit", "RateLimit-Policy", "Retry-After"))
    clock[0] += 40
    assert told(client.get("/estimates")) == (policy, '"3 per minute";r=2;t=60', None)


@pytest.mark.slow
def test_of_several_limits_each_holds(limited, clock):
    client = limited("2 per 10 second; 3 per hour")
    policy = '"2 per 10 second";q=2;w=10, "3 per hour";q=3;w=3600'
    assert told(client.get("/")) == (policy, '"2 per 10 second";r=1;t=10, "3 per hour";r=2;t=3600', None)
    client.get("/")
    assert told(client.get("/")) == (policy, '"2 per 10 second";r=0;t=10', "10")
    clock[0] += 10
    assert client.get("/").status_code == 200
    refused = client.get("/")
    assert refused.status_code == 429
    assert told(refused)[2] == "3590"


def test_probes_metrics_and_preflights_are_free(limited):
    client = limited("1 per hour")
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    for _ in range(2):
        for path in ("/health/live", "/health/ready", "/metrics"):
            free = client.get(path)
            assert (free.status_code, told(free)) == (200, (None, None, None))
        preflight = client.options("/estimates", headers=asked)
        assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert [client.get("/").status_code for _ in range(2)] == [200, 429]


def test_what_could_not_be_read_is_refused_as_such_and_not_counted(limited):
    app = limited("1 per hour").application
    for _ in range(2):
        with app.test_request_context("/unreadable"):
            assert app.preprocess_request() is None


def test_clients_are_told_apart_by_address_or_ipv6_network(limited):
    client = limited("1 per hour")
    asked = {
        "192.0.2.1": 200,
        "192.0.2.2": 200,
        "::ffff:192.0.2.1": 429,
        "2001:db8::1": 200,
        "2001:db8::2": 429,
        "2001:db8:0:1::1": 200,
    }
    for address, status in asked.items():
        assert client.get("/", environ_base={"REMOTE_ADDR": address}).status_code == status


@pytest.mark.parametrize(("proxies", "statuses"), {"0": [200, 429, 429], "1": [200, 200, 429]}.items())
def test_a_forwarded_address_counts_only_where_a_proxy_is_trusted(limited, proxies, statuses):
    client = limited("1 per hour", TRUSTED_PROXIES=proxies)
    forwarded = ("192.0.2.1", "192.0.2.2", "192.0.2.9, 192.0.2.2")
    assert [client.get("/", headers={"X-Forwarded-For": one}).status_code for one in forwarded] == statuses


def test_while_the_store_is_down_each_process_counts_for_itself(limited, monkeypatch):
    client = limited("2 per hour")
    (limiter,) = client.application.extensions["limiter"]

    def fail(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(limiter.storage, "incr", fail)
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]


WRONG = {
    "ten per minute": "RATE_LIMIT",
    "5 per fortnight": "RATE_LIMIT",
    "0 per minute": "RATE_LIMIT",
    "100": "RATE_LIMIT",
    "memcached://user:secret@host": "RATE_LIMIT_STORAGE",  # its client is not installed
    "async+memory://": "RATE_LIMIT_STORAGE",
    "-1": "TRUSTED_PROXIES",
    "true": "TRUSTED_PROXIES",
}


@pytest.mark.parametrize(("value", "name"), WRONG.items())
def test_a_value_that_means_nothing_is_refused_at_the_start(value, name):
    with pytest.raises(ValueError, match=rf"^HEADCOUNT_{name}: '.*expected") as refused:
        read_config({"RATE_LIMIT": "1 per day", name: value})
    assert f"'{value.partition(':')[0]}'" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.slow
def test_the_server_does_not_start_with_a_wrong_limit(database):
    environment = os.environ | {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}", "HEADCOUNT_RATE_LIMIT": "lots"}
    command = [Path(sys.executable).with_name("headcount"), "serve", "--port", "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: HEADCOUNT_RATE_LIMIT: 'lots' is no limit; expected, say, '100 per minute; 5000 per day'\n"
    )
