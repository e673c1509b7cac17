"""The curator's desk: a page on this machine only, on which a draft is compared with its text and settled.

It is an application of its own, which `headcount review` starts; `headcount serve` does not have it. Like `api/cli/` it
may import seeds. `app` holds its routes, `guard` refuses all requests but those of its own page, `form` says which
fields an entry has.
"""
