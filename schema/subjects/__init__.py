"""Subjects: which group and which region a number of a text is about.

- `names` are those that are looked for
- `wordings` finds the small words around them, `clauses` where clauses end
- `numbered_text` puts them together: `NumberedText.subject`
"""
