"""gunicorn and what stands before Flask: cache, fast path, threads. Delete it, and Flask alone answers the same.

It may import all of api but `api.cli` and `api.explorer`.
"""
