"""The commands that people run: check, draft, verify, package and export a study."""
