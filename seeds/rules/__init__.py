"""The rules of the coding manual, each written once: functions of records that yield faults.

`seeds.curated` turns a fault into a problem with its line, `seeds.tables` into a finding with its row. A rule takes
records, or records with their places (`faults.Located`). This package imports `seeds.entries` and `schema`.

- `wording`: the numbers and the hedge of an estimate against its wording (`schema.quantities` reads it)
- `evidence`: the place of a wording in its text
- `articles`: one article; `times`: the times of an estimate against the date of its article
- `code_lists`: groups, regions, indicators and sources, each alone and against each other
- `registries`: codes of regions and languages; `look_alikes`: names that look the same
- `agreement`: unique ids, reports of one claim, derived estimates
- `repeats`: articles and estimates that stand twice under two ids
"""
