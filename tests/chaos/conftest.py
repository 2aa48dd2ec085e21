"""Databases for this room."""

from postgres_fixtures import database, databases, postgres

__all__ = ["database", "databases", "postgres"]
