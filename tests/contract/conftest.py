"""Databases for this room."""

from postgres_fixtures import database, postgres, prepared

__all__ = ["database", "postgres", "prepared"]
