"""The endpoints, one file each: from a parsed question to an answer. Each imports what it calls.

They may import `api.read`, `api.query`, `api.http`, `api.formats` and `api.context`.
"""
