"""Staged records → a release: its tables and indexes (`build`), put in place of the last one (`publish`).

It may import `schema`, and from `seeds` only `entries`, `staging`, `progress`, `workers` and `rules`.
"""
