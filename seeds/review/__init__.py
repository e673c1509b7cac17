"""Reviews: an article with its document at the curator's desk, until what was decided stands in its file.

- `fields` turns records into flat texts, as a form has them, and back
- `state` is what the desk shows and sends back: the article, and each entry with what was decided of it
- `review` reads the files, checks a state, and makes of it the text that is saved
- `saving` tells what a state changes in the YAML file
- `claims` suggests which claim an entry reports
- `audit` plants wrong drafts, and tells which were let through

`api/desk/` is the page.
"""
