"""The response cache: what is found is what was put, its size is what Python needs for it, and the oldest leaves first."""

import os
import tracemalloc

import pytest

from api.server.cache import ALIAS_BYTES, LARGEST_PART, MAX_ALIASES, Cache, CacheEntry


def words_of(number, release=b"release"):
    return release, b"/estimates", b"offset=%d" % number, b"", b"gzip"


def entry_of(number, length=1000, coding=b""):
    entry = CacheEntry("/estimates", b'W/"%032d"' % number, b"h" * 300, b"r" * 100, os.urandom(length))
    entry.coding = coding
    return entry


def test_an_answer_is_found_by_its_words_and_by_its_etag():
    cache, entry = Cache(100_000), entry_of(1, coding=b"gzip")
    assert cache.get(words_of(1)) is None
    cache.put(words_of(1), entry)
    assert cache.get(words_of(1)) is entry
    assert cache.get(words_of(1, b"another release")) is None
    assert cache.get_by_etag(words_of(2), entry.etag, b"br") is None
    assert cache.get_by_etag(words_of(2, b"another release"), entry.etag, b"gzip") is None
    assert cache.get(words_of(2)) is None
    assert cache.get_by_etag(words_of(2), entry.etag, b"gzip") is entry
    assert cache.get(words_of(2)) is entry


def test_an_answer_is_stored_once():
    cache, entry = Cache(100_000), entry_of(1, coding=b"gzip")
    cache.put(words_of(1), entry)
    size = cache.size
    cache.put(words_of(1), entry_of(1, coding=b"gzip"))
    assert cache.size == size
    cache.put(words_of(2), entry_of(1, coding=b"gzip"))
    assert (cache.get(words_of(1)), cache.get(words_of(2))) == (entry, entry)
    assert cache.size < size + ALIAS_BYTES + 100


def test_words_that_lead_to_another_answer_leave_the_first():
    cache, first, second = Cache(100_000), entry_of(1), entry_of(2)
    cache.put(words_of(1), first)
    cache.put(words_of(1), second)
    assert cache.get(words_of(1)) is second
    assert cache.get_by_etag(words_of(2), first.etag, b"") is first


def test_the_least_recently_used_leave_first():
    cache = Cache(100_000)
    for number in range(200):
        cache.put(words_of(number), entry_of(number))
        cache.get(words_of(0))
    found = [number for number in range(200) if cache.get(words_of(number))]
    assert found == [0, *range(201 - len(found), 200)]
    assert 97_000 < cache.size <= 100_000
    assert len(found) > 40


def test_an_entry_has_few_aliases_and_the_oldest_leaves():
    cache, entry = Cache(100_000), entry_of(0)
    cache.put(words_of(0), entry)
    sizes = []
    for number in range(1, 1000):
        assert cache.get_by_etag(words_of(number), entry.etag, b"") is entry
        sizes.append(cache.size)
    found = [number for number in range(1000) if cache.get(words_of(number))]
    assert found == list(range(1000 - MAX_ALIASES, 1000))
    assert max(sizes) < sizes[0] + (ALIAS_BYTES + 100) * (MAX_ALIASES - 1)


def test_a_body_that_would_fill_much_of_the_cache_is_not_stored():
    cache = Cache(320_000)
    cache.put(words_of(1), entry_of(1, 320_000 // LARGEST_PART))
    cache.put(words_of(2), entry_of(2, 320_000 // LARGEST_PART + 1))
    assert cache.get(words_of(1))
    assert cache.get(words_of(2)) is None


@pytest.mark.parametrize("budget", [0, 1, 900])
def test_without_room_nothing_is_stored(budget):
    cache = Cache(budget)
    for length in (0, 1, 1000):
        cache.put(words_of(1), entry_of(1, length))
        assert (cache.get(words_of(1)), cache.size) == (None, 0)


def test_a_cache_that_is_cleared_is_empty():
    cache = Cache(100_000)
    cache.put(words_of(1), entry_of(1))
    cache.clear()
    assert (cache.get(words_of(1)), cache.size) == (None, 0)
    cache.put(words_of(1), entry_of(1))
    assert cache.get(words_of(1))


@pytest.mark.slow
@pytest.mark.parametrize(("length", "aliases"), [(0, 1), (0, MAX_ALIASES), (2000, 1), (2000, 3)])
def test_the_size_is_the_memory_that_python_needs(length, aliases):
    cache = Cache(1 << 30)
    tracemalloc.start()
    try:
        for number in range(2000):
            entry = entry_of(number, length)
            entry.headers, entry.representation_headers = bytes(300 + number % 2), bytes(100 + number % 2)
            for alias in range(aliases):
                path, query, accept, coding = (b"%b%d" % (b"x" * 20, number) for _ in range(4))
                cache.put((b"release", path, query + b"%d" % alias, accept, coding), entry)
        needed = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert needed < cache.size < 1.3 * needed
