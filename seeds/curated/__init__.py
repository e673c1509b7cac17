"""From a seed folder (YAML) to entries: read each file, validate it, and apply the rules; faults become problems.

`check` is the entry point, and `fixes` that of `headcount check --fix`. This package imports `seeds.rules`, the plain
modules of `seeds` (`entries`, `read`, `validate`, `problems`, `progress`) and `schema`; nothing of `seeds.tables` or
`seeds.release`.
"""
