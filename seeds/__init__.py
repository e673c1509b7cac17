"""The loader: from a seed folder of YAML files, or from tables, to the database of a release.

- `drafts` makes a draft of a seed file from the text of an article
- `curated` reads and checks a seed folder, `tables` reads and checks rows by a mapping
- `rules` holds each check once
- `staging` holds the checked records in a temporary file
- `release` makes the database of them

`curated`, `tables` and `release` import `rules`, `staging` and `schema`, but not each other, and `drafts` imports
`curated`; nothing here imports api.
"""

from pathlib import Path

SHIPPED = Path(__file__).parent
"""The seed folder that ships with Headcount."""
