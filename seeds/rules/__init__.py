"""The rules that records have to keep, by the coding manual; each stands here once, and yields faults.

Curated files turn a fault into a problem with its line, tables into a finding with its row. A rule knows neither: it
takes records, or records with their places (`faults.Located`). This package imports `seeds.entries` and `schema`.

- `wording`: one estimate against its own words (`numerals` reads the numbers in them)
- `articles`: one article
- `code_lists`: groups, regions, indicators and sources, each alone and against each other
- `agreement`: ids taken once, reports of one claim that agree, derived estimates
"""
