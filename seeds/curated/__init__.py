"""Curated YAML → entries: each file checked against its schema and, where they are at hand, its documents."""
