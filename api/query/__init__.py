"""Questions: the query parameters, their parsing, and the SQL conditions of the filters.

It queries the database only to look up names. It may import `api.http`, `api.formats`, `api.context` and `schema`.
"""
