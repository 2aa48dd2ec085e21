"""Databases for this room."""

from postgres_fixtures import database, postgres

__all__ = ["database", "postgres"]
