"""The engine of the rules: tables of fields go in, violations come out.

It works on raw JSON and knows no field by name; the tables are in `nested` and `flat`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from nexmo_async.sandbox import document
from nexmo_async.sandbox.problem import Violation

if TYPE_CHECKING:
    from nexmo_async.sandbox.checks import Check

Body: TypeAlias = Mapping[str, object]
Needed: TypeAlias = Callable[[Body], bool]


def always(_: Body) -> bool:
    """The field must be there."""
    return True


def never(_: Body) -> bool:
    """The field may be left out."""
    return False


@attrs.frozen
class Field:
    """One field of a request: where it is, what it may be, when it must be there.

    Attributes:
        path: Names with dots between, from the outermost object.
    """

    path: str
    check: Check
    needed: Needed = always


class _Nowhere:
    """What stands where no value is."""


#: The object that should hold the field is there, the field is not.
MISSING: Final = _Nowhere()
#: The object that should hold the field is not there: its own rule speaks.
ORPHAN: Final = _Nowhere()


def look(body: Body, path: str) -> object:
    """The value at a path."""
    *parents, last = path.split(".")
    here = body
    for name in parents:
        inner = document.mapping(here.get(name))
        if inner is None:
            return ORPHAN
        here = inner
    return here.get(last, MISSING)


def word(body: Body, path: str) -> str | None:
    """The text at a path, if there is text."""
    return document.string(look(body, path))


def violations(
    body: Body, fields: Iterable[Field], *, within: str = ""
) -> list[Violation]:
    """Everything that breaks a rule, in the order of the table.

    Args:
        body: The request.
        fields: The table.
        within: What stands before each name in a violation.
    """
    found: list[Violation] = []
    for field in fields:
        value = look(body, field.path)
        if value is ORPHAN:
            continue
        if value is not MISSING:
            reason = field.check(value)
        else:
            reason = "is required." if field.needed(body) else None
        if reason is not None:
            found.append(Violation(within + field.path, reason))
    return found


def equals(path: str, value: str) -> Needed:
    """The field is needed when another one says so."""

    def needed(body: Body) -> bool:
        return word(body, path) == value

    return needed


def present(path: str) -> Needed:
    """The field is needed when another one is there."""

    def needed(body: Body) -> bool:
        return look(body, path) not in (MISSING, ORPHAN)

    return needed


def optional(path: str, check: Check) -> Field:
    """A field that may be left out."""
    return Field(path, check, never)
