"""How a package hands out its names: it enters a room when a name of it is asked for.

So a program, and the command line, load no more than they use (PEP 562).
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def door(
    package: str, rooms: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a package.

    Args:
        package: Its name.
        rooms: The names that live in each module.
    """
    room_of = {name: room for room, names in rooms.items() for name in names}

    def find(name: str) -> object:
        if name not in room_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(room_of[name]), name)
        setattr(sys.modules[package], name, found)  # the next one asks nobody
        return found

    def names() -> list[str]:
        return sorted(room_of)

    return find, names
