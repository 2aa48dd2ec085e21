"""A job: what it does about each item, and what became of all."""
