"""The import of tables (CSV, NDJSON, Parquet) into a staging: rows are read, mapped and checked, faults logged.

- `tabular` reads rows; `mapping` (with `mapping_fields`) reads what their columns mean
- `rows` maps rows to records: `values` are functions of cells, `terms` are looked up or made, `schema_cache` validates
- `row_staging` stages them, and applies the rules that need all rows (`between_rows`)
- `file_import` does all of this, in several processes for large files; `findings` logs faults
- `starting_terms` stages the terms that exist before the first row

This package imports `seeds.rules`, `seeds.staging`, the plain modules of `seeds` and `schema`; nothing of
`seeds.curated` or `seeds.release`.
"""
