"""What Headcount wants to keep to beside being fast: each as what it is, what was measured, and the goal."""

import json
import subprocess
import threading
import time
import urllib.request

from data import COMMON
from servers import memory_of_no_file, own_memory, proportional_memory

COSTLY = [
    "/conflicts",
    "/conflicts?kind=parts",
    "/facets?fields=region,group,indicator,hedge,source,source_kind,publisher,agency,locus,as_of_year",
    *(f"/estimates?q={word}&limit=1000" for word in COMMON),
    "/estimates?distinct=claim",
    "/facets?fields=region&distinct=claim",
]


def goals(server, unkept, asked, loaded, seconds):
    """Yield each goal with what was measured."""
    measured = [*_waiting(unkept, asked, seconds), *_verifying(unkept, asked, seconds), *_streaming(unkept)]
    return [*measured, *_memory(server, unkept), *_loading(loaded)]


def _waiting(server, asked, seconds):
    points = [f"/estimates/{one['id']}" for one in asked["point"]]
    alone = server.drive(points, seconds, 4)
    with subprocess.Popen(server.wrk(COSTLY, seconds + 2, 4), stdout=subprocess.DEVNULL) as costly:
        time.sleep(1)
        beside = server.drive(points, seconds, 4)["p99"]
        costly.terminate()
    server.settle()
    yield "p99 of *point*, 4 connections", f"{alone['p99']:,.1f} ms", ""
    yield "p99 of *point* while 4 others ask what is costly", f"{beside:,.1f} ms", "50 ms"


def _verifying(server, asked, seconds):
    text, times = asked["draft"].encode(), 20
    findings = json.loads(server.post("/verify", text))["data"]
    server.settle()
    began = server.cpu()
    for _ in range(times):
        server.post("/verify", text)
    each = (server.cpu() - began) / times
    points = [f"/estimates/{one['id']}" for one in asked["point"]]
    ends = threading.Event()

    def verify():
        while not ends.is_set():
            server.post("/verify", text)

    clients = [threading.Thread(target=verify) for _ in range(4)]
    for client in clients:
        client.start()
    beside = server.drive(points, seconds, 4)["p99"]
    ends.set()
    for client in clients:
        client.join()
    server.settle()
    borne = sum(finding["verdict"] == "borne" for finding in findings)
    what = f"a text of {len(text.split()):,} words verified, {borne} of {len(findings)} numbers borne: CPU"
    yield what, f"{each * 1e3:,.0f} ms", "50 ms"
    yield "p99 of *point* while 4 others verify such texts", f"{beside:,.1f} ms", "50 ms"


def _streaming(server):
    held = max(map(memory_of_no_file, server.workers()))
    size, most, began = 0, held, time.perf_counter()
    with urllib.request.urlopen(f"{server.address}/estimates?format=csv", timeout=120) as answer:
        while chunk := answer.read(1 << 20):
            size, most = size + len(chunk), max(most, *map(memory_of_no_file, server.workers()))
    rate = size / 1e6 / (time.perf_counter() - began)
    yield f"all as CSV, {size / 1e6:,.1f} MB", f"{rate:,.1f} MB/s", "20 MB/s"
    yield "the largest worker meanwhile, memory of no file", f"{held:,.0f} to {most:,.0f} MB", "flat"


def _memory(*servers):
    for server in servers:
        own, shared = (max(map(held, server.workers())) for held in (own_memory, proportional_memory))
        yield f"the largest worker in the end, {server.name}", f"{own:,.0f} MB its own, PSS {shared:,.0f} MB", "150 MB"
    yield "from start to first answer", f"{servers[0].started_in:,.2f} s", ""


def _loading(loaded):
    yield "loading", f"{loaded['count'] / loaded['seconds']:,.0f} estimates/s", "5,000 estimates/s"
    yield "loading, most memory", f"{loaded['memory']:,.0f} MB", "1,000 MB"
    if "published" in loaded:
        published, times = loaded["published"], loaded["published"] / loaded["seconds"]
        yield "publishing in PostgreSQL", f"{published:,.0f} s, {times:.2f} times loading", "2 times loading"
    yield "the file", f"{loaded['bytes'] / loaded['count'] / 1e3:,.2f} kB an estimate", "2.5 kB an estimate"
