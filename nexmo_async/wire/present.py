"""Members that are there: nothing is ever sent as null."""

from __future__ import annotations


def present(**members: object) -> dict[str, object]:
    """The members that have a value."""
    return {key: value for key, value in members.items() if value is not None}
