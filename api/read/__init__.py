"""Reading the records that a question asks for: resources, pages, precomputed totals, points of series.

It may import `api.query`, and all that `api.query` may import.
"""
