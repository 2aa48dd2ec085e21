"""Never run, only type-checked: what the checkers must know of the public face.

A comment that ignores an error is itself an error where the error is missing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, assert_never, assert_type

from nexmo_async import (
    Email,
    Image,
    Inbound,
    Messenger,
    Mms,
    Nexmo,
    Rcs,
    Receipt,
    Report,
    Sent,
    Sms,
    Step,
    Text,
    Viber,
    WebhookApp,
    WhatsApp,
    Workflow,
)
from nexmo_async.models import (
    Attached,
    AttachedTogether,
    Card,
    Choice,
    Entries,
    Html,
    Media,
    Order,
    Place,
    Reacted,
    Reply,
    Said,
    Tap,
    Unknown,
    Unsupported,
)
from nexmo_async.webhooks import parse
from nexmo_async.workflows import ChannelHealth, ChannelState, Run, StartedWorkflow

NUMBER = "447700900000"

sms = Sms(to=NUMBER, sender="ACME", content="Hello")
assert_type(sms.content, Text)
assert_type(sms.to, str)
assert_type(sms.client_ref, str | None)

Sms(to=NUMBER, sender="ACME", text="Hello")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Sms(NUMBER, "ACME", "Hello")  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
Sms(to=NUMBER, sender="ACME", content=Image("https://a.example"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Messenger(to="1", sender="2", content="Hi", category="update", tag=None)
Messenger(to="1", sender="2", content="Hi", category="news")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Viber(to=NUMBER, sender="1", content="Hi", ttl=timedelta(minutes=1))

Sms(to=NUMBER, sender="ACME", content="Hello", tll=60)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
assert_type(sms.segments, int)
assert_type(sms.encoding, Literal["text", "unicode"])
Email(to="a@b.example", sender="c@d.example", content="Hi")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Email(to="a@b.example", sender="c@d.example", content=Html("Hi"), subject="Hi")
Rcs(to=NUMBER, sender="ACME", content=Image("https://a.example"), ttl=60)
Rcs(to=NUMBER, sender="ACME", content="Hi", suggestions=[Reply("Yes", "yes")])
Rcs(to=NUMBER, sender="ACME", content="Hi", suggestions=["Yes"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
Mms(to=NUMBER, sender=NUMBER, content=Media(Image("https://a.example")))
Card(title="a", text="b", media_url="https://a.example", height="huge")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

whatsapp = WhatsApp(to=NUMBER, sender=NUMBER, content="Hello")
Step(whatsapp, until="read", within=timedelta(minutes=10))
Step(whatsapp, until=7, within=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def send(nexmo: Nexmo) -> None:
    """What sending gives back."""
    sent = await nexmo.messages.send(sms)
    assert_type(sent, Sent)
    assert_type(await nexmo.messages.send(sms, total=timedelta(seconds=5)), Sent)
    raw = await nexmo.messages.with_raw_response.send(sms)
    assert_type(raw.sent, Sent)
    assert_type(raw.response.status, int)
    assert_type(nexmo.with_options(timeout=5.0), Nexmo)
    assert_type(await sent.until("delivered", within=60), Receipt)
    await sent.until("seen")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    started = await nexmo.workflows.create(Workflow(Step(whatsapp), Step(sms)))
    assert_type(started, StartedWorkflow)
    assert_type(started.workflow.diagram(), str)
    health = ChannelHealth(observers=[lambda state: state.until])
    run = await nexmo.workflows.run(started.workflow, health=health)
    assert_type(run, Run)
    assert_type(health.snapshot(), tuple[ChannelState, ...])


def hear(body: bytes) -> str:
    """Every kind of event has a case: without one of them this would not return."""
    match parse(body):
        case Receipt(status=status):
            return status
        case Inbound(sender=sender):
            return sender
        case Report(workflow_uuid=uuid):
            return uuid


def listen(inbound: Inbound) -> str:  # noqa: PLR0911  one for each kind
    """Every kind of content has a case."""
    match inbound.content:
        case Said(text):
            return text
        case Attached(url=url) | Place(url=url):
            return url or ""
        case AttachedTogether(files):
            return files[0].url
        case Choice(id):
            return id
        case Tap(text=text):
            return text or ""
        case Order(items=items):
            return items[0].product_id
        case Reacted(emoji):
            return emoji or ""
        case Entries(entries):
            return entries[0].name
        case Unsupported() | Unknown():
            return inbound.type
        case _:
            assert_never(inbound.content)


def explain(receipt: Receipt) -> str:
    """What a failure calls for is one of six words."""
    if receipt.failure is None:
        return ""
    match receipt.failure.kind:
        case "temporary" | "unclear":
            return "later"
        case "content" | "account":
            return "mend"
        case "permanent" | "suppress":
            return "never"
        case _:
            assert_never(receipt.failure.kind)


async def handle(inbound: Inbound) -> None:
    """A handler of messages."""
    assert_type(inbound.text, str | None)


def serve(nexmo: Nexmo) -> None:
    """Handlers are checked against their events."""
    secrets: dict[str, str | list[str]] = {"abcd1234": ["old", "new"]}
    WebhookApp(nexmo.receipts, secrets, on_inbound=handle)
    WebhookApp(nexmo.receipts, secrets, on_status=handle)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
