"""Releases as SQLite files: `sqlite` connects and queries, `seal` marks a file, `release` opens the live one.

Imports only `tables` from `schema`. Only `sqlite` runs queries, so another database engine is another module beside it.
"""
