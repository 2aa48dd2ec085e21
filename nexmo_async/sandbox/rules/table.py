"""The engine of the rules: tables go in, violations come out.

It works on raw JSON and knows no field by name; the tables are in the files around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from nexmo_async.sandbox import document
from nexmo_async.sandbox.problem import Violation
from nexmo_async.sandbox.rules.checks import an_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nexmo_async.sandbox.rules.checks import Check

Body: TypeAlias = Mapping[str, object]
Needed: TypeAlias = Callable[[Body], bool]

#: The longest list that is looked into.
LONGEST_LIST: Final = 1000


def always(_: Body) -> bool:
    """The field must be there."""
    return True


def never(_: Body) -> bool:
    """The field may be left out."""
    return False


def nothing(_: Body) -> Table:
    """No rules."""
    return ()


@attrs.frozen
class Field:
    """One field of a request: where it is, what it may be, when it must be there.

    Attributes:
        path: Names with dots between, from the outermost object.
    """

    path: str
    check: Check
    needed: Needed = always


@attrs.frozen
class Many:
    """One list of a request: how long it is, and what each member may be.

    Attributes:
        path: Names with dots between, from the outermost object.
        each: The rule of one member.
        inside: The rules inside of a member that is an object.
    """

    path: str
    each: Check = an_object
    inside: Callable[[Body], Table] = nothing
    least: int = 0
    most: int = LONGEST_LIST
    needed: Needed = always


Rule: TypeAlias = Field | Many
Table: TypeAlias = tuple[Rule, ...]


@attrs.frozen(kw_only=True)
class Channel:
    """One channel of v1, as its spec describes it.

    Attributes:
        to: The rule of the recipient.
        sender: The rule of the sender.
        carries: Message type -> the rules of the content.
        options: The rules of what the channel takes besides.
    """

    to: Check
    sender: Check
    carries: Mapping[str, Table]
    options: Table = ()


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
    body: Body, rules: Iterable[Rule], *, within: str = ""
) -> list[Violation]:
    """Everything that breaks a rule, in the order of the table.

    Args:
        body: The request.
        rules: The table.
        within: What stands before each name in a violation.
    """
    found: list[Violation] = []
    for rule in rules:
        value = look(body, rule.path)
        name = within + rule.path
        if value is MISSING and rule.needed(body):
            found.append(Violation(name, "is required."))
        if value is MISSING or value is ORPHAN:
            continue
        if isinstance(rule, Many):
            found += _members(rule, value, name)
        elif broken := rule.check(value):
            found.append(Violation(name, broken))
    return found


def _members(rule: Many, value: object, name: str) -> Iterator[Violation]:
    members = document.items(value)
    if members is None:
        yield Violation(name, "must be a list.")
        return
    if not rule.least <= len(members) <= rule.most:
        bounds = f"between {rule.least} and {rule.most}"
        yield Violation(name, f"must have {bounds} members.")
        return
    for position, member in enumerate(members):
        here = f"{name}[{position}]"
        if reason := rule.each(member):
            yield Violation(here, reason)
        elif (inner := document.mapping(member)) is not None:
            yield from violations(inner, rule.inside(inner), within=f"{here}.")


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
