"""Releases: `release` opens the live one, `seal` marks its file, `queries` reads it, `sqlite` says how SQLite does.

Imports only `tables` from `schema`. What only one database engine understands stands in the module of that engine.
"""
