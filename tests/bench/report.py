"""What was measured, as Markdown."""

import os
import platform
import sqlite3
from importlib.metadata import version


def _table(head, rows):
    lines = [head, ["---", "---", *["---:"] * (len(head) - 2)], *rows]
    return ["", *(f"| {' | '.join(map(str, line))} |" for line in lines), ""]


def _short(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def from_postgresql(name):
    """Return the name of a server that serves from PostgreSQL what another one serves from a file."""
    return f"PostgreSQL, {name}"


def markdown(measured, options):
    """Return all of it as Markdown: a table of shapes and one of goals for each size, and how costs grow."""
    said = {
        "bare": "*bare* is an application that answers with as many bytes, under gunicorn's "
        f"{options.worker_class} worker",
        "datasette": "Datasette has SQL written by hand",
    }
    packages = [name for name in ("headcount", "gunicorn", "datasette") if name not in set(said) - set(options.peers)]
    engines = [f"SQLite {sqlite3.sqlite_version}"]
    if options.url:
        engines.append(f"PostgreSQL {options.version}, whose processes are counted with the server's")
    text = [
        f"{', '.join(f'{name} {version(name)}' for name in packages)}, Python {platform.python_version()}, "
        f"{', '.join(engines)}, {os.cpu_count()} cores that "
        f"wrk shares; {options.connections} connections, medians of {options.rounds} rounds of {options.seconds} s, in "
        f"turns. CPU is the server's, for one request; {'; '.join(said[peer] for peer in options.peers)}. All have two "
        "workers.",
    ]
    for one in measured:
        text += ["", f"## {one['count']:,} estimates", *_shapes(one["shapes"], options)]
        text += [f"Others took up to {max(said['others'] for said in one['shapes'].values()):.2f} cores meanwhile."]
        text += _table(["with two workers", "measured", "goal"], one["goals"])
    if len(measured) > 1:
        text += ["## Growth", *_growth(measured)]
    return "\n".join(text)


def _shapes(shapes, options):
    compared = [*(["SQLite"] if options.url else []), *options.peers]
    head = ["shape", "server", "CPU, µs", "p50, ms", "p99, ms", "requests/s", *(f"CPU to {one}" for one in compared)]
    rows = []
    for (server, shape), said in sorted(shapes.items(), key=lambda one: list(shapes).index(("headcount", one[0][1]))):
        ratios = [f"{said['cpu'] / shapes[other, shape]['cpu']:.2f}" for other in options.peers]
        if options.url:
            of_file = next((name for name, _ in shapes if from_postgresql(name) == server), None)
            ratios.insert(0, f"{said['cpu'] / shapes[of_file, shape]['cpu']:.2f}" if of_file else "")
        failed = f" ({said['failed']:.0f} failed)" if said["failed"] else ""
        numbers = [_short(said[key]) for key in ("cpu", "p50", "p99", "rate")]
        rows.append([shape, server, *numbers[:3], numbers[3] + failed, *ratios])
    return _table(head, rows)


def _growth(measured):
    first, last = measured[0], measured[-1]
    shapes = dict.fromkeys(shape for _, shape in first["shapes"])
    rows = [
        [server, f"{first['count']:,} to {last['count']:,}"]
        + [f"{last['shapes'][server, shape]['cpu'] / first['shapes'][server, shape]['cpu']:.2f}" for shape in shapes]
        for server in dict.fromkeys(server for server, _ in first["shapes"])
    ]
    return _table(["CPU, times", "estimates", *shapes], rows)
