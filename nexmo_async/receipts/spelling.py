"""An event as bytes and back, for stores outside of this process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.wire.codec import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.wire.event import Event

#: Under this key stands what a value is; under the other one, the value.
_KIND: Final = "$"
_VALUE: Final = "is"

#: Where the classes live that may be read back. Nothing else is ever made.
_ROOM: Final = "nexmo_async.models."
_CLASS: Final = re.compile(r"(\w+(?:\.\w+)*):([A-Z]\w*)")

#: What is written as it is.
_BARE: Final = frozenset({type(None), bool, int, float, str})


@attrs.frozen
class _Shape:
    """How a class is written: looked up once, as a job spells millions.

    Attributes:
        name: What it is found by.
        members: All that it has.
        essential: What makes it equal to another one.
        optional: What is None unless it is given: then it is not written.
    """

    name: str
    members: tuple[str, ...]
    essential: tuple[str, ...]
    optional: frozenset[str]


@cache
def _shape(kind: type[attrs.AttrsInstance]) -> _Shape:
    fields = attrs.fields(kind)
    return _Shape(
        f"{kind.__module__.removeprefix(_ROOM)}:{kind.__qualname__}",
        tuple(field.name for field in fields),
        tuple(field.name for field in fields if field.eq),
        frozenset(field.name for field in fields if field.default is None),
    )


def spell(event: Event) -> bytes:
    """The whole event.

    Raises:
        MessageError: It holds something that cannot be written as JSON.
    """
    return dumps(_object(event, whole=True))


def essence(event: Event) -> bytes:
    """What makes it equal to another one: without the raw body."""
    return dumps(_object(event, whole=False))


def read(written: bytes, *, ref: str | None = None) -> Event:
    """The event that was spelled.

    Args:
        written: As it was spelled.
        ref: Its client_ref, if it was written with none.

    Raises:
        ValueError: It was written by nobody, or by a release that knows more.
    """
    try:
        said: Any = loads(written)
        if ref is not None:
            said[_VALUE].setdefault("client_ref", ref)
        return cast("Event", _thing(said))
    except (TypeError, KeyError, AttributeError, ImportError, ArithmeticError) as why:
        raise ValueError(f"no event: {type(why).__name__}") from None


def _object(thing: attrs.AttrsInstance, *, whole: bool) -> dict[str, object]:
    shape = _shape(type(thing))
    members: dict[str, object] = {}
    for name in shape.members if whole else shape.essential:
        value = getattr(thing, name)
        if value is not None or name not in shape.optional:
            is_bare = type(value) in _BARE
            members[name] = value if is_bare else _plain(value, whole=whole)
    return {_KIND: shape.name, _VALUE: members}


def _plain(value: object, *, whole: bool) -> object:
    if hasattr(value, "__attrs_attrs__"):
        return _object(cast("attrs.AttrsInstance", value), whole=whole)
    match value:
        case datetime():
            return {_KIND: "datetime", _VALUE: value.isoformat()}
        case Decimal():
            return {_KIND: "decimal", _VALUE: str(value)}
        case tuple():
            items = cast("tuple[object, ...]", value)
            return [_plain(item, whole=whole) for item in items]
        case Mapping():
            return {_KIND: "json", _VALUE: cast("Mapping[str, object]", value)}
        case _:
            return value  # a kind of text or number; else it is no JSON, and told so


def _thing(written: object) -> object:
    if isinstance(written, list):
        return tuple(_thing(item) for item in cast("list[object]", written))
    if not isinstance(written, Mapping):
        return written
    said = cast("Mapping[str, Any]", written)
    kind, value = said[_KIND], said[_VALUE]
    match kind:
        case "datetime":
            return datetime.fromisoformat(value)
        case "decimal":
            return Decimal(value)
        case "json":
            return value
        case _:
            return _made(_model(kind), value)


def _made(model: type[attrs.AttrsInstance], members: Mapping[str, object]) -> object:
    # A newer release, in the middle of being rolled out, may write more members.
    known = _aliases(model)
    fields = {
        known[name]: each if type(each) in _BARE else _thing(each)
        for name, each in members.items()
        if name in known
    }
    fill: Callable[..., None] | None = getattr(model, "__attrs_init__", None)
    if fill is None:
        return model(**fields)
    made = model.__new__(model)  # it wants its parts in another way than by name
    fill(made, **fields)
    return made


@cache
def _aliases(model: type[attrs.AttrsInstance]) -> Mapping[str, str]:
    """What its members are called when it is made."""
    return {field.name: field.alias or field.name for field in attrs.fields(model)}


@cache
def _model(name: str) -> type[attrs.AttrsInstance]:
    found = _CLASS.fullmatch(name)
    kind = getattr(import_module(_ROOM + found[1]), found[2]) if found else None
    if not isinstance(kind, type) or not attrs.has(kind):
        raise ValueError(f"no model: {name}")
    return kind
