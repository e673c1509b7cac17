"""The endpoints, one module each: functions that take a parsed question and return an answer.

They may import `api.read`, `api.query`, `api.http`, `api.formats`, `api.context` and `schema`.
"""
