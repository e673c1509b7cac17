"""Drafts: from the text of an article to a seed file with an entry for each figure, to be settled by a curator.

- `documents` reads a document, and what its header tells; `vocabulary` holds the names that are looked for
- `words` finds the words that have a role; each language has a file of them in `languages/`
- `counting` tells which numbers are figures: `people` and `amounts` (shares, money, provinces) tell of what, by the
  `nouns` and the other `surroundings` of a number, and the `topic` before it
- `wordings`, `speakers` and `times` find the words that bear a figure, who says it, and when
- `article` puts them together, `yaml_text` writes the file

The numbers themselves are read by `schema.quantities`, and which group and region they are about by `schema.subjects`.
What the text does not tell is left empty.
"""
