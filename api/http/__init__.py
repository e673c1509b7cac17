"""HTTP around every answer: headers, negotiation, validators, problems, compression, rate limits, metrics.

It may import `api.formats`, `api.context` and `api.config`.
"""
