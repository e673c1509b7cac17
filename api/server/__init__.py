"""The server: gunicorn, and an ASGI application in front of Flask with cache, fast path and threads.

If this folder is deleted, Flask alone gives the same answers.

It may import all of api but `api.cli` and `api.explorer`. Only `api.cli` imports it.
"""
