"""From sources to a release: two ways in, one set of rules, one way out.

- `curated` (a seed folder of YAML) and `tables` (rows with a mapping) read records and check them
- `rules` holds each check once
- `staging` holds the checked records in a temporary file
- `release` makes the database of them

These packages do not import each other but in this order, and import nothing of api.
"""

from pathlib import Path

SHIPPED = Path(__file__).parent
"""The seed folder that ships with Headcount."""
