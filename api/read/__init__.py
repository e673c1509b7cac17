"""What answers a question: resources, pages, precomputed totals, points of series.

It may import `api.query` and what `api.query` may.
"""
