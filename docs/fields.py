"""The fields of a value, with their types, where its docstring does not list them."""  # noqa: INP001  a part of the docs, no package

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from griffe_fieldz import FieldzExtension

if TYPE_CHECKING:
    from griffe import Class


class Fields(FieldzExtension):
    """Adds what whoever makes a value may say; what is only read lists itself."""

    def on_class_members(self, *, cls: Class, **visited: Any) -> None:  # noqa: ANN401  griffe hands it on
        """Look at one class."""
        if cls.docstring is None or "Attributes:" not in cls.docstring.value:
            super().on_class_members(cls=cls, **visited)
