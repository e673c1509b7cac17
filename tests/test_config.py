"""The configuration: only variables with our prefix count, each is checked, and the default cache fits into the memory."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from api import config, create_app
from api.cli import main
from api.config import Config, memory_limit, read_config
from schema.store.errors import DatabaseError


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Return a function that sets variables; there are none of ours but those."""
    for name in (
        "DATABASE_URL",
        "CACHE_BYTES",
        "KEPT_BYTES",
        "MAX_AGE",
        "RATE_LIMIT",
        "TRUSTED_PROXIES",
        "FIRST_REQUEST_SECONDS",
        "PUBLIC_URL",
    ):
        monkeypatch.delenv(f"HEADCOUNT_{name}", raising=False)
    return lambda **variables: [monkeypatch.setenv(name, value) for name, value in variables.items()]


def test_each_variable_is_read_and_what_is_passed_goes_over_it(environment):
    environment(
        HEADCOUNT_DATABASE_URL="sqlite:////tmp/a.db",
        HEADCOUNT_CACHE_BYTES="1000",
        HEADCOUNT_MAX_AGE="60",
        HEADCOUNT_FIRST_REQUEST_SECONDS="0.5",
        HEADCOUNT_RATE_LIMIT="5 per minute",
        HEADCOUNT_TRUSTED_PROXIES="2",
    )
    read = read_config()
    assert (read.database_url, read.cache_bytes, read.first_request_seconds) == ("sqlite:////tmp/a.db", 1000, 0.5)
    assert read.max_age == 60
    assert ([str(limit) for limit in read.rate_limits], read.trusted_proxies) == (["5 per 1 minute"], 2)
    assert read_config({"CACHE_BYTES": 5, "RATE_LIMIT": ""}) == Config(
        "sqlite:////tmp/a.db", 5, 60, 0.5, (), "memory://", 2, "", None
    )


def test_an_empty_variable_means_the_default(environment):
    default = read_config()
    for name in ("CACHE_BYTES", "MAX_AGE", "FIRST_REQUEST_SECONDS", "TRUSTED_PROXIES"):
        environment(**{f"HEADCOUNT_{name}": ""})
    assert read_config() == default
    assert (default.first_request_seconds, default.rate_limits, default.trusted_proxies) == (10, (), 0)
    assert default.max_age == 0


def test_variables_without_our_prefix_are_not_ours(environment):
    default = read_config()
    environment(TRUSTED_PROXIES="cloudflare", CACHE_BYTES="lots", RATE_LIMIT="lots", DATABASE_URL="postgresql://a/b")
    assert read_config() == default


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CACHE_BYTES", "lots", "'lots' is no number of bytes; expected, say, 256000000"),
        ("CACHE_BYTES", "-1", "'-1' is no number of bytes"),
        ("CACHE_BYTES", "9" * 20, f"{'9' * 20} is more than this machine has; expected at most "),
        ("MAX_AGE", "soon", "'soon' is no number of seconds from 0 to 31536000; expected, say, 60"),
        ("MAX_AGE", "-1", "'-1' is no number of seconds from 0 to"),
        ("MAX_AGE", "1.5", "'1.5' is no number of seconds from 0 to"),
        ("MAX_AGE", "31536001", "'31536001' is no number of seconds from 0 to"),
        ("FIRST_REQUEST_SECONDS", "0", "'0' is no number of seconds; expected, say, 10"),
        ("FIRST_REQUEST_SECONDS", "nan", "'nan' is no number of seconds"),
        ("FIRST_REQUEST_SECONDS", "soon", "'soon' is no number of seconds"),
        ("TRUSTED_PROXIES", "cloudflare", "'cloudflare' is no number of proxies; expected, say, 1"),
    ],
)
def test_a_wrong_value_is_refused_under_the_name_of_its_variable(environment, name, value, message):
    environment(**{f"HEADCOUNT_{name}": value})
    for read in (read_config, create_app):
        with pytest.raises(ValueError, match=f"^HEADCOUNT_{name}: {message}"):
            read()


def test_a_database_of_another_engine_is_refused(environment):
    environment(HEADCOUNT_DATABASE_URL="mysql://somewhere/db")
    with pytest.raises(DatabaseError, match=r"^HEADCOUNT_DATABASE_URL: "):
        read_config()


def control_groups(root: Path, membership: str, **limits: str) -> Path:
    """Write what Linux shows of control groups."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(membership)
    for file, limit in limits.items():
        path = root / "sys/fs/cgroup" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(limit)
    return root


@pytest.mark.parametrize(
    ("membership", "limits"),
    [
        ("0::/\n", {"memory.max": "40000000\n"}),
        ("0::/a/b\n", {"a/b/memory.max": "max\n", "a/memory.max": "40000000\n"}),
        ("0::/a/b\n", {"a/b/memory.max": "40000000\n", "a/memory.max": "50000000\n", "other/memory.max": "1\n"}),
        ("4:cpu,memory:/docker/x\n2:pids:/\n0::/\n", {"memory/memory.limit_in_bytes": "40000000\n"}),
        ("4:memory:/x\n", {"memory/x/memory.limit_in_bytes": "40000000", "memory/memory.limit_in_bytes": "9" * 18}),
    ],
)
def test_a_control_group_limits_the_memory_and_with_it_the_cache(tmp_path, monkeypatch, membership, limits):
    root = control_groups(tmp_path, membership, **limits)
    assert memory_limit(root) == 40_000_000
    monkeypatch.setattr(config, "memory_limit", lambda: memory_limit(root))
    assert read_config().cache_bytes == 10_000_000
    assert read_config({"CACHE_BYTES": 40_000_000}).cache_bytes == 40_000_000
    with pytest.raises(ValueError, match=r"^HEADCOUNT_CACHE_BYTES: 40000001 is more than this machine has"):
        read_config({"CACHE_BYTES": 40_000_001})


def test_without_a_control_group_the_machine_is_the_limit(tmp_path):
    whole = memory_limit(tmp_path)
    assert whole > 100_000_000
    assert memory_limit(control_groups(tmp_path, "0::/\n", **{"memory.max": "max\n"})) == whole


@pytest.mark.slow
def test_a_variable_of_an_earlier_version_is_ignored_and_named(environment, tmp_path, monkeypatch, caplog):
    served = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # the counts of a server that does not run stay there
    monkeypatch.setattr("api.server.gunicorn.Server.run", lambda server: served.append(server))  # noqa: PLW0108 (a method takes its instance)
    environment(HEADCOUNT_KEPT_BYTES="lots", HEADCOUNT_DATABASE_URL=f"sqlite:///{tmp_path}/a.db")
    assert CliRunner().invoke(main, ["serve"]).exit_code == 0
    assert "HEADCOUNT_KEPT_BYTES is ignored; it is called HEADCOUNT_CACHE_BYTES now" in caplog.text
    assert len(served) == 1
