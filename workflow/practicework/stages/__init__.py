"""The stages of the pipeline: pure functions from the tables of earlier stages to their own."""
