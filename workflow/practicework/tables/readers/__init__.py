"""Readers of exports: one module per survey tool or format, and their detection. Each returns a `RawTable`."""
