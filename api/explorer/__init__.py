"""The page for people, and the chart: what the API answers, drawn and set in type."""
