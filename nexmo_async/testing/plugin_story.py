"""The story of each message, as a failing test tells it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import Inbound, Message, codes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from nexmo_async.sandbox import Event, Store, Webhook
    from nexmo_async.sandbox.records import Attempt

#: How many messages are told of, the last ones; and how many attempts of a webhook.
MOST: Final = 20
ATTEMPTS: Final = 4

#: Characters of a text that are shown.
WIDTH: Final = 60

#: Answers that lead elsewhere, where no webhook follows.
ELSEWHERE: Final = range(300, 400)


def story(store: Store) -> str:
    """What was sent and heard, and what became of it; seconds count from the first."""
    told: list[Message | Inbound] = [*store.messages(), *store.inbound()]
    told.sort(key=_at)
    if not told:
        return "No message was accepted."
    start = _at(told[0])
    left_out = len(told) - MOST
    parts = [f"({left_out} earlier ones are left out)"] if left_out > 0 else []
    parts += ["\n".join(_chapter(each, start)) for each in told[-MOST:]]
    return "\n\n".join(parts)


def headline(message: Message) -> str:
    """A message in one line."""
    kind = "" if message.message_type == "text" else f" {message.message_type}"
    said = f": {shown(message.text)}" if message.text else ""
    return f"{message.channel}{kind} to {message.to} from {message.sender}{said}"


def shown(text: str) -> str:
    """A text in quotes, cut if it is long."""
    return repr(text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…")


def _at(told: Message | Inbound) -> datetime:
    return told.at if isinstance(told, Inbound) else told.accepted_at


def _chapter(told: Message | Inbound, start: datetime) -> Iterator[str]:
    if isinstance(told, Inbound):
        said = f": {shown(told.content)}" if isinstance(told.content, str) else ""
        yield f"{told.channel} {told.message_type} by {told.sender} to {told.to}{said}"
        yield _line(start, told.at, "written", *_hooks(told.webhooks))
        return
    yield headline(told)
    yield _line(start, told.accepted_at, "accepted", told.api, told.message_uuid)
    statuses = [hook for hook in told.webhooks if hook.kind == "status"]
    for event, hook in zip_longest(told.events, statuses):
        if event is not None:
            hooks = [] if hook is None else [hook]
            yield _line(start, event.at, event.status, *_why(event), *_hooks(hooks))
    reports = [hook for hook in told.webhooks if hook.kind == "report"]
    for hook in reports:
        at = hook.attempts[0].at if hook.attempts else start
        yield _line(start, at, "report", *_hooks([hook]))
    if told.revoked_at is not None:
        yield _line(start, told.revoked_at, "revoked")


def _line(start: datetime, at: datetime, what: str, *facts: str) -> str:
    seconds = (at - start).total_seconds()
    return f"{seconds:10.3f} s  {what:<13} {', '.join(facts)}".rstrip()


def _why(event: Event) -> Iterator[str]:
    if event.code is not None:
        yield f"{event.code}: {codes.reason(event.code)}"


def _hooks(hooks: list[Webhook]) -> Iterator[str]:
    for hook in hooks:
        tries = [_answer(attempt) for attempt in hook.attempts]
        if len(tries) > ATTEMPTS:
            tries[1 : 1 - ATTEMPTS] = ["…"]
        ways = {"kept": "nobody is told", "dropped": "given up"}
        way = ways.get(hook.state, "" if tries else "not told yet")
        yield f"webhook {' '.join([*tries, way])}".rstrip()


def _answer(attempt: Attempt) -> str:
    if attempt.answer is None:
        return f"[{attempt.error}]"
    hint = " [a slash too few at the end?]" if attempt.answer in ELSEWHERE else ""
    unsigned = " [unsigned]" if attempt.jti is None else ""
    return f"{attempt.answer}{hint}{unsigned}"
