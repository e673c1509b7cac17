"""gunicorn and the ASGI application before Flask: cache, fast path, threads. Without it, Flask alone answers the same.

It may import all of api but `api.cli` and `api.explorer`. Only `api.cli` imports it.
"""
