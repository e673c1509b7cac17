"""The data model of estimates, and the database file that holds them; imports neither `api` nor `seeds`.

- `terms`, `vocabulary`, `records` and `dataset` define the records, `fields` and `intervals` the values of their keys
- `tables` declares the tables of a release; `store` opens a release and queries it
- `claim_json` and `flat` write records as JSON, CSV and NDJSON
- `quantities` reads the numbers of a text, `mentions` and `subjects` the names in it; `html_text` is a page's text
- `names` compares names, `grammar` writes nouns in messages
"""
