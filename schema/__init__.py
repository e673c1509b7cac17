"""What an estimate is: vocabularies, intervals, records, tables, and the database they live in."""
