"""How releases are stored and read: `sqlite` opens and asks a file, `seal` marks it, `release` finds the live one.

Imports from `schema` only `tables`. Only `sqlite` runs queries, so another database engine is another module beside it.
"""
