"""From curated files to a release: read, check, build, write."""

from pathlib import Path

SHIPPED = Path(__file__).parent
"""The folder of the curated files that ship with Headcount."""
