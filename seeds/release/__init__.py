"""From a staging to the database file of a release.

- `publish` builds a release, adds its history, seals it and puts it in place; it is the entry point
- `build` writes the tables, step by step
- `order` gives records their positions and compares the reports of claims (`reports`)
- `estimates` (with `figures`), `resources` and `closures` make rows, `render` their JSON; `aggregates` is SQL
- `full_text` makes the index of the estimates, `downloads` the sizes and checksums of the files

A finished file is copied into PostgreSQL by `postgresql`, with `copied_tables`, `copy_rows` and `citus`; `sealed_file`
downloads it again. `destination` gives the file to write for any database URL.

This package imports `seeds.rules`, `seeds.staging`, the plain modules of `seeds` and `schema`; nothing of
`seeds.curated` or `seeds.tables`.
"""
