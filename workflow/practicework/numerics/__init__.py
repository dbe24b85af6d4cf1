"""Numerical methods that several stages share: pure functions of arrays, without files, settings or words."""
