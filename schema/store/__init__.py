"""Releases: `release` opens the live one, `seal` marks its file, `queries` reads it, `errors` are what fails.

`sqlite` and `postgresql` are the database engines; a release is only copied into the second.

Imports only `tables` from `schema`. What only one database engine understands stands in the module of that engine.
"""
