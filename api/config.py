"""The configuration: the HEADCOUNT_* environment variables, read and checked in one place.

`headcount serve` has three more, HEADCOUNT_HOST, HEADCOUNT_PORT and HEADCOUNT_WORKERS, which are its options.
"""

import math
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from limits import RateLimitItem, parse_many

from schema.store.errors import DatabaseError
from schema.store.urls import database_path, default_url

PREFIX = "HEADCOUNT_"
RENAMED = {"KEPT_BYTES": "CACHE_BYTES"}
"""Earlier names of variables, which are ignored, with the present names."""
DEFAULT_CACHE_BYTES = 256_000_000
DEFAULT_CACHE_PART = 4
"""The default size of the cache is at most the memory divided by this number."""
A_YEAR = 31_536_000
"""The longest time in seconds for which HTTP caches may use an answer."""
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
STORAGE_PACKAGES = {"memory": "limits", "redis": "redis", "rediss": "redis", "memcached": "pymemcache"}
"""The package that each kind of storage for counted requests needs, by the scheme of the storage's URL."""


@dataclass(frozen=True)
class Config:
    """The checked configuration.

    - `database_url` (HEADCOUNT_DATABASE_URL): the SQLite file, sqlite:///PATH, or the PostgreSQL database.
    - `cache_bytes` (HEADCOUNT_CACHE_BYTES): size in bytes of the response caches of all workers together; 0 for no
      cache. By default 256 MB, but at most a quarter of the memory of the machine or the control group.
    - `max_age` (HEADCOUNT_MAX_AGE): seconds for which HTTP caches may use an answer without asking again.
    - `first_request_seconds` (HEADCOUNT_FIRST_REQUEST_SECONDS): seconds in which the headers of a connection's first
      request must arrive.
    - `rate_limits` (HEADCOUNT_RATE_LIMIT): how many requests a client may make.
    - `rate_limit_storage` (HEADCOUNT_RATE_LIMIT_STORAGE): where requests are counted, as a URL.
    - `trusted_proxies` (HEADCOUNT_TRUSTED_PROXIES): number of proxies in front of the server whose
      X-Forwarded-For header tells the client's address.
    - `public_url` (HEADCOUNT_PUBLIC_URL): how absolute addresses begin, without a slash at the end; empty: with the
      host that the client sent.
    - `metrics_folder`: folder in which the processes of one server write their counts; `api.server.gunicorn` sets it.
    """

    database_url: str
    cache_bytes: int
    max_age: int
    first_request_seconds: float
    rate_limits: tuple[RateLimitItem, ...]
    rate_limit_storage: str
    trusted_proxies: int
    public_url: str
    metrics_folder: Path | None = None


def read_config(overrides: Mapping[str, Any] | None = None) -> Config:
    """Return the checked configuration in the environment.

    `overrides` replace variables, by the variables' names without prefix. An empty value means the default. Raises
    ValueError, or DatabaseError for the database's URL; the error names the variable.
    """
    values = _variables() | {name: str(value) for name, value in (overrides or {}).items() if value is not None}
    rate_limits, storage = _rate_limits(values.get("RATE_LIMIT", "")), values.get("RATE_LIMIT_STORAGE") or "memory://"
    if rate_limits:
        _check_storage(storage)
    return Config(
        database_url=_database_url(values.get("DATABASE_URL", "")),
        cache_bytes=_cache_bytes(values.get("CACHE_BYTES", "")),
        max_age=_max_age(values.get("MAX_AGE") or "0"),
        first_request_seconds=_seconds(values.get("FIRST_REQUEST_SECONDS") or "10"),
        rate_limits=rate_limits,
        rate_limit_storage=storage,
        trusted_proxies=_proxies(values.get("TRUSTED_PROXIES") or "0"),
        public_url=_public_url(values.get("PUBLIC_URL", "")),
    )


def configured_url() -> str:
    """Return the database URL in HEADCOUNT_DATABASE_URL, without other checks; raises DatabaseError."""
    return _database_url(_variables().get("DATABASE_URL", ""))


def renamed_variables() -> dict[str, str]:
    """Return the ignored variables in the environment: earlier name → present name."""
    variables = _variables()
    return {PREFIX + old: PREFIX + new for old, new in RENAMED.items() if old in variables}


def memory_limit(root: Path = Path("/")) -> int:
    """Return how many bytes of memory this process may use: all of the machine, or the limit of its control group.

    Linux shows the limits of control groups in files under `root`: memory.max in version 2 (of the process's group and
    of the groups above it), memory.limit_in_bytes in version 1.
    https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
    """
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    groups, files = root / "sys/fs/cgroup", set[Path]()
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "":
                base, name = groups, "memory.max"
            elif "memory" in controllers.split(","):
                base, name = groups / "memory", "memory.limit_in_bytes"
            else:
                continue
            group = base / path.lstrip("/")
            files |= {folder / name for folder in (group, *group.parents) if folder.is_relative_to(base)}
    for file in files:
        with suppress(OSError, ValueError):  # the file is not visible here, or says "max"
            limits.append(int(file.read_text()))
    return min(limits)


def _variables() -> dict[str, str]:
    return {name.removeprefix(PREFIX): value for name, value in os.environ.items() if name.startswith(PREFIX)}


def _database_url(url: str) -> str:
    url = url or default_url()
    try:
        database_path(url)
    except DatabaseError as error:
        raise DatabaseError(f"{PREFIX}DATABASE_URL: {error}") from error
    return url


def _cache_bytes(text: str) -> int:
    limit = memory_limit()
    if not text:
        return min(DEFAULT_CACHE_BYTES, limit // DEFAULT_CACHE_PART)
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{PREFIX}CACHE_BYTES: {text!r} is no number of bytes; expected, say, 256000000")
    if int(text) > limit:
        raise ValueError(f"{PREFIX}CACHE_BYTES: {text} is more than this machine has; expected at most {limit}")
    return int(text)


def _max_age(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= A_YEAR):
        raise ValueError(f"{PREFIX}MAX_AGE: {text!r} is no number of seconds from 0 to {A_YEAR}; expected, say, 60")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError(f"{PREFIX}FIRST_REQUEST_SECONDS: {text!r} is no number of seconds; expected, say, 10")
    return seconds


def _rate_limits(text: str) -> tuple[RateLimitItem, ...]:
    if not text:
        return ()
    try:
        limits = parse_many(text)
    except ValueError:
        limits = []
    if not limits or any(limit.amount == 0 for limit in limits):
        raise ValueError(f"{PREFIX}RATE_LIMIT: {text!r} is no limit; expected, say, '100 per minute; 5000 per day'")
    return tuple(limits)


def _check_storage(url: str) -> None:
    scheme = url.partition(":")[0]
    if scheme not in STORAGE_PACKAGES or find_spec(STORAGE_PACKAGES[scheme]) is None:
        # Only the scheme is shown, because what follows it may hold a password.
        raise ValueError(
            f"{PREFIX}RATE_LIMIT_STORAGE: {scheme!r} cannot be used; expected memory://, or redis://HOST:6379 with "
            "flask-limiter[redis] installed, or memcached://HOST:11211 with flask-limiter[memcached]"
        )


def _proxies(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{PREFIX}TRUSTED_PROXIES: {text!r} is no number of proxies; expected, say, 1")
    return int(text)


def _public_url(text: str) -> str:
    if text and not _PUBLIC_URL.fullmatch(text):
        raise ValueError(f"{PREFIX}PUBLIC_URL: {text!r} is no address; expected, say, https://example.org/headcount")
    return text.rstrip("/")
