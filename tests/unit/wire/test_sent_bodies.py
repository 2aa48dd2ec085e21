"""What leaves: each sample in `tests/samples` beside the message that makes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nexmo_async.models.content import (
    Audio,
    Custom,
    File,
    Image,
    Template,
    Text,
    Video,
)
from nexmo_async.models.message import Message, Messenger, Sms, Viber, WhatsApp
from nexmo_async.models.workflow import Step, Workflow
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from typing import Any

    from nexmo_async.wire.limits import Api

SAMPLES = Path(__file__).parents[2] / "samples"

PHONES = {"to": "447700900000", "sender": "447700900001"}
PAGE = {"to": "0123456789012345", "sender": "0123456678901234"}
SERVICE = {"to": "447700900000", "sender": "ACME"}

CAT = Image("https://example.com/cat.png")
CAT_WITH_WORDS = Image("https://example.com/cat.png", caption="A cat")
PURR = Audio("https://example.com/purr.mp3")
FILM = Video("https://example.com/cat.mp4")
ZIP = File("https://example.com/cats.zip")
PLACE = Custom(
    {
        "type": "location",
        "location": {"latitude": 37.75, "longitude": -122.42, "name": "Office"},
    }
)
CARD = Custom(
    {
        "attachment": {
            "type": "template",
            "payload": {"template_type": "generic", "elements": [{"title": "A cat"}]},
        }
    }
)
VERIFY = Template("whatsapp:hsm:technology:nexmo:verify", ["ACME", "64873", "10"])

MESSAGES: dict[str, Message] = {
    # The Developer Preview: no reference, parameters of a template are objects.
    "beta/send-sms-text": Sms(**PHONES, content="Your code is 64873."),
    "beta/send-whatsapp-text": WhatsApp(**PHONES, content="Grüße aus Köln 🎉"),
    "beta/send-whatsapp-template": WhatsApp(**PHONES, content=VERIFY, locale="en"),
    "beta/send-messenger-text": Messenger(**PAGE, content="Your parcel is on its way."),
    "beta/send-messenger-tag": Messenger(
        **PAGE,
        content="Your seat has changed.",
        category="message_tag",
        tag="ticket_update",
    ),
    "beta/send-messenger-image": Messenger(**PAGE, content=CAT, category="update"),
    "beta/send-messenger-audio": Messenger(**PAGE, content=PURR),
    "beta/send-messenger-video": Messenger(**PAGE, content=FILM),
    "beta/send-messenger-file": Messenger(**PAGE, content=ZIP),
    "beta/send-messenger-template": Messenger(**PAGE, content=Template("welcome")),
    "beta/send-messenger-custom": Messenger(**PAGE, content=CARD),
    "beta/send-viber-text": Viber(
        **SERVICE, content="Your table is ready.", category="transaction", ttl=600
    ),
    "beta/send-viber-image": Viber(**SERVICE, content=CAT, category="promotion"),
    "beta/send-viber-template": Viber(
        **SERVICE, content=Template("welcome", ["Daisy"])
    ),
    # v0.1: a reference, languages, captions.
    "v0.1/send-sms-text": Sms(
        **PHONES, content="Your code is 64873.", client_ref="order-7"
    ),
    "v0.1/send-whatsapp-text": WhatsApp(**PHONES, content="Grüße aus Köln 🎉"),
    "v0.1/send-whatsapp-template": WhatsApp(
        **PHONES, content=VERIFY, locale="en_GB", policy="deterministic"
    ),
    "v0.1/send-whatsapp-image": WhatsApp(**PHONES, content=CAT_WITH_WORDS),
    "v0.1/send-whatsapp-audio": WhatsApp(**PHONES, content=PURR),
    "v0.1/send-whatsapp-video": WhatsApp(**PHONES, content=FILM),
    "v0.1/send-whatsapp-file": WhatsApp(
        **PHONES,
        content=File("https://example.com/invoice.pdf", caption="Your invoice"),
    ),
    "v0.1/send-whatsapp-custom": WhatsApp(**PHONES, content=PLACE),
    "v0.1/send-messenger-text": Messenger(**PAGE, content="Your parcel is on its way."),
    "v0.1/send-messenger-tag": Messenger(
        **PAGE,
        content="Your seat has changed.",
        category="message_tag",
        tag="CONFIRMED_EVENT_UPDATE",
    ),
    "v0.1/send-messenger-image": Messenger(**PAGE, content=CAT, category="update"),
    "v0.1/send-messenger-audio": Messenger(**PAGE, content=PURR),
    "v0.1/send-messenger-video": Messenger(**PAGE, content=FILM),
    "v0.1/send-messenger-file": Messenger(**PAGE, content=ZIP),
    "v0.1/send-messenger-custom": Messenger(**PAGE, content=CARD),
    "v0.1/send-viber-text": Viber(
        **SERVICE, content="Your table is ready.", category="transaction", ttl=600
    ),
    "v0.1/send-viber-image": Viber(**SERVICE, content=CAT, category="promotion"),
    "v0.1/send-viber-template": Viber(
        **SERVICE,
        content=Template("welcome", ["Daisy"]),
        category="transaction",
        ttl=259_200,
        type="template",
    ),
    "v0.1/send-viber-custom": Viber(
        **SERVICE, content=Custom({"#txt": "Hello", "#tmpl": "welcome"})
    ),
    # v1: flat, and receipts may go to an address of the message's own.
    "v1/send-sms-text": Sms(**PHONES, content=Text("Your code is 64873.")),
    "v1/send-sms-all-options": Sms(
        **PHONES,
        content="Your code is 64873.",
        client_ref="order-7",
        webhook_url="https://example.com/status",
        webhook_version="v1",
    ),
    "v1/send-whatsapp-text": WhatsApp(**PHONES, content="Grüße aus Köln 🎉"),
    "v1/send-whatsapp-image": WhatsApp(**PHONES, content=CAT_WITH_WORDS),
    "v1/send-whatsapp-audio": WhatsApp(**PHONES, content=PURR),
    "v1/send-whatsapp-video": WhatsApp(
        **PHONES, content=Video("https://example.com/cat.mp4", caption="A cat")
    ),
    "v1/send-whatsapp-file": WhatsApp(
        **PHONES,
        content=File(
            "https://example.com/invoice.pdf",
            caption="Your invoice",
            name="invoice.pdf",
        ),
    ),
    "v1/send-whatsapp-template": WhatsApp(
        **PHONES,
        content=Template("shop:order_ready", ["Daisy", "12345"]),
        locale="en-GB",
        policy="deterministic",
    ),
    "v1/send-whatsapp-custom": WhatsApp(**PHONES, content=PLACE),
    "v1/send-messenger-text": Messenger(**PAGE, content="Your parcel is on its way."),
    "v1/send-messenger-tag": Messenger(
        **PAGE,
        content="Your seat has changed.",
        category="message_tag",
        tag="CONFIRMED_EVENT_UPDATE",
    ),
    "v1/send-messenger-image": Messenger(**PAGE, content=CAT),
    "v1/send-messenger-audio": Messenger(**PAGE, content=PURR),
    "v1/send-messenger-video": Messenger(**PAGE, content=FILM),
    "v1/send-messenger-file": Messenger(**PAGE, content=ZIP),
    "v1/send-viber-text": Viber(
        **SERVICE, content="Your table is ready.", category="transaction", ttl=600
    ),
    "v1/send-viber-image": Viber(
        **SERVICE, content=CAT_WITH_WORDS, category="promotion", type="template"
    ),
}

TIMED = Workflow(
    Step(Messenger(**PAGE, content="a"), until="read", within=600),
    Step(
        Viber(**SERVICE, content="b", category="transaction"),
        until="delivered",
        within=15,
    ),
    Step(Sms(**PHONES, content="c")),
)

WORKFLOWS: dict[str, Workflow] = {
    "beta/workflow-three-channels": TIMED,
    "v0.1/workflow-three-channels": TIMED,
    "v1/workflow-three-channels": Workflow(
        Step(WhatsApp(**PHONES, content="a")),
        Step(Viber(**SERVICE, content="b", ttl=120)),
        Step(Sms(**PHONES, content="c", client_ref="order-8")),
    ),
}


def sample(name: str) -> Any:  # noqa: ANN401  whatever the file holds
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def generation(name: str) -> Api:
    api = name.partition("/")[0]
    assert api in {"beta", "v0.1", "v1"}
    return api


@pytest.mark.parametrize(("name", "message"), MESSAGES.items(), ids=MESSAGES)
def test_a_message_is_spelled_as_its_generation_wants(
    name: str, message: Message
) -> None:
    body = DIALECTS[generation(name)].message(message, message.client_ref)

    assert json.loads(dumps(body)) == sample(name)


@pytest.mark.parametrize(("name", "workflow"), WORKFLOWS.items(), ids=WORKFLOWS)
def test_a_workflow_is_spelled_as_its_generation_wants(
    name: str, workflow: Workflow
) -> None:
    body = DIALECTS[generation(name)].workflow(workflow, "order-7")

    assert json.loads(dumps(body)) == sample(name)


@pytest.mark.parametrize(
    ("prefix", "table"), [("send", MESSAGES), ("workflow", WORKFLOWS)]
)
def test_each_sample_of_a_sent_body_is_compared_here(
    prefix: str, table: dict[str, object]
) -> None:
    found = SAMPLES.glob(f"*/{prefix}-*.json")

    assert {f"{file.parent.name}/{file.stem}" for file in found} == set(table)


def test_the_preview_has_no_reference() -> None:
    body = DIALECTS["beta"].message(MESSAGES["beta/send-sms-text"], "order-7")

    assert set(body) == {"to", "from", "message"}


@pytest.mark.parametrize("api", ["v0.1", "v1"])
def test_the_reference_handed_over_is_sent(api: Api) -> None:
    body = DIALECTS[api].message(Sms(**PHONES, content="hi"), "order-7")

    assert body["client_ref"] == "order-7"


@pytest.mark.parametrize("api", ["beta", "v0.1", "v1"])
def test_no_reference_is_sent_where_there_is_none(api: Api) -> None:
    body = DIALECTS[api].message(Sms(**PHONES, content="hi"), None)

    assert "client_ref" not in body


LOCALES: dict[str, tuple[Api, str, str]] = {
    "v0.1 from underscore": ("v0.1", "en_GB", "en-GB"),
    "v0.1 from dash": ("v0.1", "en-GB", "en-GB"),
    "v1 from underscore": ("v1", "en_GB", "en_GB"),
    "v1 from dash": ("v1", "en-GB", "en_GB"),
    "v1 language alone": ("v1", "en", "en"),
}


@pytest.mark.parametrize(("api", "given", "sent"), LOCALES.values(), ids=LOCALES)
def test_a_language_is_written_as_the_generation_does(
    api: Api, given: str, sent: str
) -> None:
    message = WhatsApp(**PHONES, content=Template("a:b"), locale=given)
    body = DIALECTS[api].message(message, None)
    options = body["whatsapp"] if api == "v1" else body["message"]["whatsapp"]

    assert options == {"locale": sent}


def test_a_reference_of_a_step_beats_that_of_the_workflow() -> None:
    """One step can be told from another in the receipts."""
    steps = Workflow(
        Step(Sms(**PHONES, content="a", client_ref="mine")),
        Step(Sms(**PHONES, content="b")),
    )
    body = DIALECTS["v1"].workflow(steps, "ours")

    assert body["client_ref"] == "mine"
    assert body["failover"][0]["client_ref"] == "ours"


def test_encoding_twice_gives_the_same_bytes() -> None:
    message = MESSAGES["v1/send-whatsapp-file"]
    encode = DIALECTS["v1"].message

    assert dumps(encode(message, "a")) == dumps(encode(message, "a"))
