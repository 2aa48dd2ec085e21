"""How things are written to a file and read from it again, as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.sandbox.records import (
    Attempt,
    Draft,
    Ending,
    Event,
    Inbound,
    Message,
    Place,
    Plan,
    Webhook,
    Workflow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from nexmo_async.sandbox.store import Store

#: Kind -> what it is called in the file, in the order in which they are read.
KINDS: Final[Mapping[type, str]] = {
    Message: "message",
    Inbound: "inbound",
    Workflow: "workflow",
    Webhook: "webhook",
}

#: What of each is left out: it is found again in other things, or made anew.
_LEFT_OUT: Final = frozenset({"webhooks", "bell", "turn", "words", "messages"})

#: Record -> the names of what is written of it.
_FIELDS: Final[Mapping[type, Sequence[str]]] = {
    kind: [each.name for each in attrs.fields(kind) if each.name not in _LEFT_OUT]
    for kind in (*KINDS, Attempt, Draft, Ending, Event, Place, Plan)
}


def write(thing: object) -> str:
    """One thing as JSON."""
    return json.dumps(_plain(thing), separators=(",", ":"))


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the records have
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("Iterable[Any]", value)]
    if type(value) not in _FIELDS:
        return value
    return {name: _plain(getattr(value, name)) for name in _FIELDS[type(value)]}


def read(store: Store, kind: str, lines: Iterable[str]) -> None:
    """Put things of one kind back into a store, oldest first.

    Raises:
        ValueError, KeyError, TypeError: This is not how they are written.
    """
    put = _READ[kind]
    for line in lines:
        put(store, json.loads(line))


def link(store: Store) -> None:
    """Give each workflow the messages that were its steps."""
    for message in store.messages():
        place = message.place
        run = None if place is None else store.workflow(place.workflow_id)
        if run is not None:
            run.messages.append(message)


def _message(store: Store, told: dict[str, Any]) -> None:
    told["draft"] = Draft(**told["draft"])
    told["place"] = None if told["place"] is None else Place(**told["place"])
    told["events"] = [_at(Event, each) for each in told["events"]]
    _moments(told, "accepted_at", "revoked_at")
    store.add_message(Message(**told))


def _inbound(store: Store, told: dict[str, Any]) -> None:
    _moments(told, "at", "read_at", "replying_until")
    store.add_inbound(Inbound(**told))


def _workflow(store: Store, told: dict[str, Any]) -> None:
    for plan in told["plan"]:
        plan["draft"] = Draft(**plan["draft"])
    told["plan"] = [Plan(**each) for each in told["plan"]]
    told["endings"] = [_at(Ending, each) for each in told["endings"]]
    store.add_workflow(Workflow(**told))


def _webhook(store: Store, told: dict[str, Any]) -> None:
    told["body"] = told["body"].encode()
    told["attempts"] = [_at(Attempt, each) for each in told["attempts"]]
    store.add_webhook(Webhook(**told))


def _at(kind: Callable[..., Any], told: dict[str, Any]) -> Any:  # noqa: ANN401 - any of three
    _moments(told, "at")
    return kind(**told)


def _moments(told: dict[str, Any], *names: str) -> None:
    for name in names:
        if told[name] is not None:
            told[name] = datetime.fromisoformat(told[name])


_READ: Final[Mapping[str, Callable[[Store, dict[str, Any]], None]]] = {
    "message": _message,
    "inbound": _inbound,
    "workflow": _workflow,
    "webhook": _webhook,
}
