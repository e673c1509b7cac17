"""The HTTP parts of every answer: headers, negotiation, ETags, problems, compression, rate limits, metrics.

It may import `api.formats`, `api.context`, `api.config` and `schema`.
"""
