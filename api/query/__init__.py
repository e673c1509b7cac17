"""What may be asked: parameters, how they are parsed, and the conditions on tables that they become.

Nothing here runs a query, but to look up names. It may import `api.http`, `api.formats` and `api.context`.
"""
