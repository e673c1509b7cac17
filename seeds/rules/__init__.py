"""What has to hold of records, wherever they come from: every rule once, each breach of it a fault."""
