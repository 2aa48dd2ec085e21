"""Files that a wheel brings along; in a clone they lie among the examples."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def brought(name: str) -> Traversable:
    """One of them."""
    packed = files("nexmo_async.cli").joinpath(name)
    if packed.is_file():
        return packed
    return files("nexmo_async").joinpath(f"../examples/{name}")
