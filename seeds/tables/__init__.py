"""From tables of others (CSV, NDJSON, Parquet) to a staging: read, map and check rows, with every problem named."""
