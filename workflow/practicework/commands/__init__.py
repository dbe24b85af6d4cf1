"""Commands that check, draft, export, verify and package a study."""
