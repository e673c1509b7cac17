"""What Headcount is measured beside: an application that does nothing, and Datasette with SQL written by hand."""

import os
from functools import cache

SQL = {
    "point": "select * from estimates where id = :id",
    "filter": "select * from estimates where region = :region and indicator = :indicator"
    " order by as_of desc, id desc limit 50",
    "search": "select estimates.* from words join estimates on estimates.rowid = words.rowid"
    " where words match :q order by words.rowid limit 20",
    "years": "select substr(as_of, 1, 4) as year, count(*) as count from estimates where region = :region group by 1",
    "series": "select substr(as_of, 1, 4) as year, min(low) as low, max(high) as high, json_group_array(id) as ids"
    " from estimates where indicator = :indicator and region = :region group by 1 order by 1 limit 20",
    "deep": "select * from estimates where (as_of, id) < (select as_of, id from estimates where id = :id)"
    " order by as_of desc, id desc limit 50",
}
_JSON = [("Content-Type", "application/json")]


@cache
def _body(path):
    return b"x" * int(path.removeprefix("/"))


def wsgi(environ, start_response):
    """Answer /SIZE with that many bytes."""
    body = _body(environ["PATH_INFO"])
    start_response("200 OK", [*_JSON, ("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    """Answer /SIZE with that many bytes."""
    if scope["type"] != "http":
        return
    body = _body(scope["path"])
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def datasette():
    """Return Datasette's application on the file that BENCH_DATABASE names, with a query for each shape."""
    from datasette.app import Datasette  # noqa: PLC0415 (the others do without)

    queries = {"databases": {"estimates": {"queries": {name: {"sql": sql} for name, sql in SQL.items()}}}}
    settings = {"suggest_facets": False, "allow_facet": False, "sql_time_limit_ms": 30_000, "num_sql_threads": 0}
    return Datasette([], immutables=[os.environ["BENCH_DATABASE"]], metadata=queries, settings=settings).app()
