"""What leaves: each sample in `tests/samples` beside the message that makes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nexmo_async.models import (
    Action,
    Audio,
    Button,
    Buttons,
    Contact,
    Contacts,
    Custom,
    File,
    Image,
    Location,
    MediaTemplate,
    Menu,
    Message,
    Messenger,
    Payload,
    Product,
    Products,
    Raw,
    Reaction,
    Row,
    Section,
    Shelf,
    Sms,
    Step,
    Sticker,
    Template,
    Text,
    UrlSuffix,
    Viber,
    Video,
    WhatsApp,
    Workflow,
)
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
    "v1/send-viber-video": Viber(
        **SERVICE,
        content=Video(
            "https://example.com/cat.mp4",
            caption="A cat",
            thumbnail_url="https://example.com/cat.jpg",
            duration=90,
            megabytes=12,
        ),
        category="transaction",
    ),
    "v1/send-viber-file": Viber(
        **SERVICE, content=File("https://example.com/invoice.pdf", name="invoice.pdf")
    ),
    "v1/send-viber-action": Viber(
        **SERVICE,
        content="Your table is ready.",
        action=Action("https://example.com/table", "Show it"),
    ),
    "v1/send-sms-india": Sms(
        **PHONES,
        content="Your code is 64873.",
        ttl=1800,
        encoding_type="auto",
        content_id="1107457532145798767",
        entity_id="1101456324675322134",
        pool_id="mypool",
        trusted_recipient=True,
    ),
    "v1/send-whatsapp-answer": WhatsApp(**PHONES, content="Yes!", reply_to="aaa-bbb"),
    "v1/send-whatsapp-sticker": WhatsApp(
        **PHONES, content=Sticker("https://example.com/cat.webp")
    ),
    "v1/send-whatsapp-sticker-id": WhatsApp(**PHONES, content=Sticker(id="31")),
    "v1/send-whatsapp-reaction": WhatsApp(
        **PHONES, content=Reaction("👍"), reply_to="aaa-bbb"
    ),
    "v1/send-whatsapp-unreaction": WhatsApp(
        **PHONES, content=Reaction(), reply_to="aaa-bbb"
    ),
    "v1/send-whatsapp-buttons": WhatsApp(
        **PHONES,
        content=Buttons(
            "Is two o'clock fine?",
            [Button("yes", "Yes"), Button("no", "No")],
            header=Image("https://example.com/van.png"),
            footer="ACME",
        ),
    ),
    "v1/send-whatsapp-menu": WhatsApp(
        **PHONES,
        content=Menu(
            "When shall we come?",
            "Choose",
            [
                Section([Row("2pm", "At two", "With a call before")], "Today"),
                Section([Row("9am", "At nine")], "Tomorrow"),
            ],
            header="Your parcel",
        ),
    ),
    "v1/send-whatsapp-product": WhatsApp(
        **PHONES, content=Product("catalogue", "tea", body="Our best")
    ),
    "v1/send-whatsapp-products": WhatsApp(
        **PHONES,
        content=Products(
            "catalogue",
            [Shelf("Tea", ["green", "black"]), Shelf("Cups", ["blue"])],
            header="For you",
            body="Freshly packed",
        ),
    ),
    "v1/send-whatsapp-location": WhatsApp(
        **PHONES,
        content=Location(37.75, -122.42, name="Office", address="1 Main Street"),
    ),
    "v1/send-whatsapp-contacts": WhatsApp(
        **PHONES,
        content=Contacts(
            Contact(
                "Daisy Miller",
                first_name="Daisy",
                last_name="Miller",
                phones=["+447700900000"],
                emails=["daisy@example.com"],
                url="https://example.com/daisy",
            )
        ),
    ),
    "v1/send-whatsapp-media-template": WhatsApp(
        **PHONES,
        content=MediaTemplate(
            "order_ready",
            language="en-GB",
            header=File("https://example.com/invoice.pdf", name="invoice.pdf"),
            body=["Daisy", "12345"],
            buttons=[Payload("track"), None, UrlSuffix("12345")],
            namespace="shop",
        ),
    ),
    "v1/send-raw": Raw(
        {"channel": "fax", "message_type": "text", "to": "1", "from": "2", "text": "x"},
        client_ref="order-7",
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
    found = {
        f"{file.parent.name}/{file.stem}" for file in SAMPLES.glob(f"*/{prefix}-*.json")
    }
    newer = {name for name in found if re.search("send-(mms|rcs|email)-", name)}

    assert found - newer == set(table)
