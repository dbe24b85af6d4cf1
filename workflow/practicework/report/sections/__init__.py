"""One module a stage: what its section of the report shows, computed from the result tables."""
