"""Numerical methods shared by several stages: pure functions of arrays, without files, settings or text."""
