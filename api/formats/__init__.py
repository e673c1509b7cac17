"""Formats of answers: their media types, and JSON-LD with the terms of schema.org. It imports only `schema`."""
