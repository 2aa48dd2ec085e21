"""Where we differ from the vendor's OpenAPI files, on purpose, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.models import (
    Card,
    Carousel,
    Custom,
    Email,
    Image,
    Message,
    Messenger,
    Mms,
    Rcs,
    Reply,
    Sms,
    Step,
    Template,
    Viber,
    Video,
    Workflow,
)
from nexmo_async.wire.content import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.wire.limits import Api


@attrs.frozen
class Contract:
    """One request body of one file."""

    file: str
    path: str


MESSAGES: Final[dict[Api, Contract]] = {
    "beta": Contract("messages-beta-2018.yml", "/messages"),
    "v0.1": Contract("messages-v0.1.yml", "/"),
    "v1": Contract("messages-v1.11.json", "/v1/messages"),
}

WORKFLOWS: Final[dict[Api, Contract]] = {
    "beta": Contract("workflows-beta-2018.yml", "/workflows"),
    "v0.1": Contract("dispatch-v0.1.yml", "/"),
    "v1": MESSAGES["v1"],
}


@attrs.frozen
class Difference:
    """Something we say although this file does not allow it.

    Attributes:
        concerns: Whether a message says it, if the schema refuses it.
        member: The name of a member, if the file only does not know that.
    """

    api: Api
    contract: Contract
    why: str
    example: Message | Workflow
    concerns: Callable[[Message], bool] | None = None
    member: str = ""


CUSTOM = Custom({"type": "contacts"})
FILLED = Template("shop:order", ["Daisy"])
PERSON = {"to": "person", "sender": "page"}
PHONE = {"to": "447700900000", "sender": "ACME"}
URL = "https://example.com/cat.png"
MMS = {"to": "447700900000", "sender": "12345", "content": Image(URL)}
LAST = Step(Sms(**PHONE, content="hi"))

DIFFERENCES: dict[str, Difference] = {
    "custom in the preview": Difference(
        "beta",
        MESSAGES["beta"],
        "The file lists the type, but has its member only in a comment.",
        Messenger(**PERSON, content=CUSTOM),
        member="custom",
    ),
    "custom in a workflow of the preview": Difference(
        "beta",
        WORKFLOWS["beta"],
        "The same.",
        Workflow(
            Step(Messenger(**PERSON, content=CUSTOM), until="read", within=60), LAST
        ),
        member="custom",
    ),
    "custom on v0.1": Difference(
        "v0.1",
        MESSAGES["v0.1"],
        "The guides of 2019 show custom objects on these channels; the file was never "
        "brought up to that.",
        Messenger(**PERSON, content=CUSTOM),
        concerns=lambda message: KINDS[type(message.content)] == "custom",
    ),
    "custom in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "As in the preview: a type without its member.",
        Workflow(
            Step(Messenger(**PERSON, content=CUSTOM), until="read", within=60), LAST
        ),
        member="custom",
    ),
    "a reference in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "The file says that a step is what /v0.1/messages takes, and that takes one; "
        "without it no receipt could be told from another.",
        Workflow(Step(Sms(**PHONE, content="hi"), until="delivered", within=60), LAST),
        member="client_ref",
    ),
    "an MMS in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "The file forgot it in one list; its own report names it, and the guides send "
        "it.",
        Workflow(Step(Mms(**MMS), until="delivered", within=60), LAST),
        concerns=lambda message: isinstance(message, Mms),
    ),
    "parameters of a template in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "The file still shows the objects of the preview; as a step is what "
        "/v0.1/messages takes, we send the texts that it wants since 2020.",
        Workflow(Step(Viber(**PHONE, content=FILLED), until="read", within=60), LAST),
        concerns=lambda message: (
            isinstance(message.content, Template) and bool(message.content.parameters)
        ),
    ),
}


def new(name: str, member: str, example: Message) -> tuple[str, Difference]:
    """A member that only a later file has."""
    return f"{name} on v1", Difference(
        "v1", MESSAGES["v1"], "It is new in 1.20.", example, member=member
    )


def later(
    name: str, example: Message, concerns: Callable[[Message], bool], why: str
) -> tuple[str, Difference]:
    """What only a later file allows."""
    return f"{name} on v1", Difference("v1", MESSAGES["v1"], why, example, concerns)


RCS = {"to": "447700900000", "sender": "ACME"}
CARD = Card(title="A cat", text="It purrs.", media_url=URL)
FILM = Video(URL, thumbnail_url=URL, duration=10, megabytes=2)

DIFFERENCES |= dict(
    [
        new("a pool", "pool_id", Sms(**PHONE, content="hi", pool_id="pool")),
        new("trust", "trusted_recipient", Mms(**MMS, trusted_recipient=True)),
        new("a group", "participants", Mms(**MMS, participants=["447700900009"])),
        new("options of a group", "mms", Mms(**MMS, participants=["447700900009"])),
        new(
            "suggestions",
            "suggestions",
            Rcs(**RCS, content="hi", suggestions=[Reply("Yes", "yes")]),
        ),
        new(
            "what a suggestion sends back",
            "postback_data",
            Rcs(**RCS, content="hi", suggestions=[Reply("Yes", "yes")]),
        ),
        later(
            "cards",
            Rcs(**RCS, content=CARD),
            lambda message: isinstance(message.content, Card | Carousel),
            "They are new in 1.20.",
        ),
        later(
            "email",
            Email(
                to="daisy@example.com",
                sender="shop@example.org",
                subject="Hi",
                content="hi",
            ),
            lambda message: isinstance(message, Email),
            "It is new in 1.20.",
        ),
        later(
            "a short life over RCS",
            Rcs(**RCS, content="hi", ttl=20),
            lambda message: isinstance(message, Rcs) and (message.ttl or 300) < 300,
            "1.20 allows 20 seconds.",
        ),
        later(
            "a film on Viber",
            Viber(to="447700900000", sender="ACME", content=FILM),
            lambda message: (
                isinstance(message, Viber) and isinstance(message.content, Video)
            ),
            "1.11 asks for length and size twice, where it does not describe them.",
        ),
    ]
)

#: What a suggestion says; the members that no other content of v1 has.
TAPPED = frozenset(
    {
        "description",
        "end_time",
        "fallback_url",
        "latitude",
        "longitude",
        "phone_number",
        "pin_label",
        "start_time",
        "view_mode",
    }
)
