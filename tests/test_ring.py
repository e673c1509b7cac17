"""The memory that workers share: what is found is what was put, whoever writes over it, and whoever dies doing so."""

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.server.ring import Ring


def value_of(key: bytes, length: int) -> bytes:
    return (key * (length // len(key) + 1))[:length]


def test_what_was_put_last_under_a_key_is_found():
    ring = Ring(100_000)
    assert ring.get(b"a") is None
    ring.put(b"a", b"1")
    ring.put(b"b", b"")
    ring.put(b"a", b"2")
    assert (ring.get(b"a"), ring.get(b"b"), ring.get(b"c")) == (b"2", b"", None)


def test_what_was_put_first_is_written_over_first():
    ring = Ring(1_000_000)
    keys = [b"key %d" % number for number in range(200)]
    for key in keys:
        ring.put(key, value_of(key, 20_000))
    found = [ring.get(key) is not None for key in keys]
    assert found == sorted(found)
    assert 40 < sum(found) < 50
    assert 900_000 < ring.used <= 1_000_000
    assert all(ring.get(key) in (None, value_of(key, 20_000)) for key in keys)


def test_keys_of_one_bucket_make_room_for_one_another():
    ring = Ring(2000)  # one bucket
    keys = [b"%d" % number for number in range(6)]
    for key in keys:
        ring.put(key, key)
    assert [ring.get(key) for key in keys] == [None, None, *keys[2:]]


def test_nothing_that_would_fill_much_of_the_ring_is_taken():
    ring = Ring(100_000)
    ring.put(b"a", bytes(3000))
    assert ring.get(b"a") is None
    assert ring.used == 0


@pytest.mark.parametrize("size", [0, 1, 1023, 1024])
def test_without_room_nothing_is_found(size):
    ring = Ring(size)
    ring.put(b"a", b"1" * 100)
    assert (ring.get(b"a"), ring.used) == (None, 0)


def hammer(ring: Ring, seed: int, seconds: float) -> int:
    """Put and get; return how many values were found, or end with an error where one is not its key's."""
    draw, found, ends = random.Random(seed), 0, time.monotonic() + seconds  # noqa: S311
    while time.monotonic() < ends:
        key = b"key %d|" % draw.randrange(60)
        length = draw.randrange(10, 6000)
        ring.put(key, value_of(key, length))
        value = ring.get(b"key %d|" % (other := draw.randrange(60)))
        if value is not None:
            assert value == value_of(b"key %d|" % other, len(value))
            found += 1
    return found


def forked(work) -> int:
    """Run something in a process that shares the memory; return its id."""
    if pid := os.fork():
        return pid
    status = 1
    try:
        status = 0 if work() else 1
    finally:
        os._exit(status)


def test_processes_read_what_others_write_and_never_half_of_it():
    ring = Ring(200_000)  # written over all the time
    others = [forked(lambda seed=seed: hammer(ring, seed, 1.5)) for seed in range(3)]
    assert hammer(ring, 3, 1.5) > 0
    assert [os.waitpid(pid, 0)[1] for pid in others] == [0, 0, 0]
    ring.put(b"last", b"1")
    assert ring.get(b"last") == b"1"


def test_a_process_that_is_killed_while_it_writes_holds_up_no_other():
    ring = Ring(64_000)
    for seed in range(20):
        pid = forked(lambda seed=seed: hammer(ring, seed, 60))
        time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        ring.put(b"after", b"%d" % seed)
        assert ring.get(b"after") == b"%d" % seed
    assert hammer(ring, 20, 0.2) > 0


def test_threads_read_what_others_write_and_never_half_of_it():
    ring = Ring(200_000)
    with ThreadPoolExecutor(4) as threads:
        assert min(threads.map(lambda seed: hammer(ring, seed, 1.5), range(4))) > 0


def test_how_much_was_written_is_never_seen_half_written():
    ring = Ring(200_000)
    pid = forked(lambda: hammer(ring, 1, 1.5))
    seen, ends = [ring._words[0]], time.monotonic() + 1
    while time.monotonic() < ends:
        seen.append(ring._words[0])
    assert seen == sorted(seen)
    assert os.waitpid(pid, 0)[1] == 0
    assert len(set(seen)) > 10


def test_while_another_writes_nothing_is_put_and_nobody_waits(monkeypatch):
    ring = Ring(64_000)
    ring.put(b"a", b"1")
    monkeypatch.setattr("fcntl.lockf", lambda *_: (_ for _ in ()).throw(BlockingIOError))
    ring.put(b"a", b"2")
    assert ring.get(b"a") == b"1"
