"""Staged records → a release: order, estimates, claims, closures, aggregates, full text, downloads, build, publish."""
