"""Figures, drawn from the saved tables alone; the only modules that import matplotlib."""
