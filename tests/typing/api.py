"""Never run, only type-checked: what the checkers must know of the public face.

A comment that ignores an error is itself an error where the error is missing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import assert_type

from nexmo_async import (
    Image,
    Inbound,
    Messenger,
    Nexmo,
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
from nexmo_async.webhooks import parse
from nexmo_async.workflows import StartedWorkflow

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

whatsapp = WhatsApp(to=NUMBER, sender=NUMBER, content="Hello")
Step(whatsapp, until="read", within=timedelta(minutes=10))
Step(whatsapp, until="seen", within=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


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


def hear(body: bytes) -> str:
    """Every kind of event has a case: without one of them this would not return."""
    match parse(body):
        case Receipt(status=status):
            return status
        case Inbound(sender=sender):
            return sender
        case Report(workflow_uuid=uuid):
            return uuid


async def handle(inbound: Inbound) -> None:
    """A handler of messages."""
    assert_type(inbound.text, str | None)


def serve(nexmo: Nexmo) -> None:
    """Handlers are checked against their events."""
    secrets: dict[str, str | list[str]] = {"abcd1234": ["old", "new"]}
    WebhookApp(nexmo.receipts, secrets, on_inbound=handle)
    WebhookApp(nexmo.receipts, secrets, on_status=handle)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
