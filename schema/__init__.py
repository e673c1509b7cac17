"""The data model of estimates, and the database file that holds them; imports neither `api` nor `seeds`.

- `terms`, `vocabulary`, `records` and `dataset` define the records, `fields` and `intervals` the values of their keys
- `tables` declares the tables of a release; `store` opens a release and queries it
- `claim_json` and `flat` write records as JSON, CSV and NDJSON
- `names` compares names, `grammar` writes nouns in messages
"""
