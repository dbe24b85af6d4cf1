"""Analysis of surveys of institutional practice work: scales, moderation, profiles, replication, report."""

__version__ = "0.1.0"
