from __future__ import annotations

from typing import Any, Final, Literal

import pytest

from nexmo_async.sandbox.rules.nested import (
    CARRIES,
    PARTIES,
    draft,
    refuse,
)

Generation = Literal["beta", "v0.1"]
BOTH: Final[tuple[Generation, ...]] = ("beta", "v0.1")
CAT: Final = "https://example.com/cat"
CONTENT: Final[dict[str, Any]] = {
    "text": "hi",
    "image": {"url": CAT},
    "audio": {"url": CAT},
    "video": {"url": CAT},
    "file": {"url": CAT, "caption": "a cat"},
    "template": {"name": "whatsapp:hsm:technology:nexmo:verify"},
    "custom": {"any": "thing"},
}
ROWS: Final = [
    (api, channel, kind)
    for api, channels in CARRIES.items()
    for channel, kinds in channels.items()
    for kind in kinds
]


def message(channel: str, kind: str = "text", **options: object) -> dict[str, Any]:
    to_key, _, from_key, _ = PARTIES[channel]
    body: dict[str, Any] = {
        "to": {"type": channel, to_key: "447700900000"},
        "from": {"type": channel, from_key: "447700900001"},
        "message": {"content": {"type": kind, kind: CONTENT[kind]}},
    }
    if channel == "whatsapp":
        body["message"]["whatsapp"] = {"locale": "en-GB"}
    if options:
        body["message"][channel] = options
    return body


def wrong(body: dict[str, Any], api: Generation = "v0.1") -> list[tuple[str, str]]:
    problem = refuse(body, api)
    found = () if problem is None else problem.violations
    return [(violation.name, violation.reason) for violation in found]


@pytest.mark.parametrize(("api", "channel", "kind"), ROWS)
def test_each_channel_carries_its_kinds(
    api: Generation, channel: str, kind: str
) -> None:
    assert wrong(message(channel, kind), api) == []


@pytest.mark.parametrize(
    ("api", "channel", "kind"),
    [
        ("beta", "sms", "image"),
        ("beta", "whatsapp", "image"),
        ("beta", "viber_service_msg", "custom"),
        ("v0.1", "sms", "image"),
        ("v0.1", "mms", "text"),
        ("v0.1", "messenger", "template"),
        ("v0.1", "viber_service_msg", "video"),
    ],
)
def test_a_channel_carries_nothing_else(
    api: Generation, channel: str, kind: str
) -> None:
    found = wrong(message(channel, kind), api)

    assert [name for name, _ in found] == ["message.content.type"]


@pytest.mark.parametrize("channel", ["mms", "viber_service", "rcs", "pigeon", None])
def test_the_2018_preview_knows_four_channels(channel: str | None) -> None:
    body = {**message("sms"), "to": {"type": channel, "number": "447700900000"}}

    assert wrong(body, "beta") == [
        ("to.type", "must be one of sms, whatsapp, messenger, viber_service_msg.")
    ]


@pytest.mark.parametrize("api", BOTH)
@pytest.mark.parametrize("name", ["to", "from", "message"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [("missing", "is required."), (None, "must be an object."), ("x", None)],
)
def test_the_envelope_has_three_objects(
    api: Generation, name: str, value: str | None, reason: str | None
) -> None:
    body = {**message("sms"), name: value}
    if value == "missing":
        del body[name]

    assert (name, reason or "must be an object.") in wrong(body, api)


def test_an_empty_object_lacks_all_three() -> None:
    assert wrong({}) == [
        ("to", "is required."),
        ("from", "is required."),
        ("message", "is required."),
    ]


def test_both_parties_are_on_the_same_channel() -> None:
    body = {**message("sms"), "from": {"type": "whatsapp", "number": "447700900001"}}

    assert wrong(body) == [("from.type", "must be one of sms.")]


@pytest.mark.parametrize(
    ("channel", "party", "key"),
    [
        ("sms", "to", "number"),
        ("sms", "from", "number"),
        ("whatsapp", "to", "number"),
        ("whatsapp", "from", "number"),
        ("messenger", "to", "id"),
        ("messenger", "from", "id"),
        ("viber_service_msg", "to", "number"),
        ("viber_service_msg", "from", "id"),
    ],
)
def test_each_party_has_its_key(channel: str, party: str, key: str) -> None:
    body = {**message(channel), party: {"type": channel}}

    assert wrong(body) == [(f"{party}.{key}", "is required.")]


@pytest.mark.parametrize("number", ["+447700900000", "00447700900000", "4477 009"])
def test_a_recipient_is_digits_only(number: str) -> None:
    body = {**message("sms"), "to": {"type": "sms", "number": number}}

    assert wrong(body) == [("to.number", "must be digits only, country code first.")]


def test_a_sender_of_sms_may_be_a_name() -> None:
    body = {**message("sms"), "from": {"type": "sms", "number": "ACME"}}

    assert wrong(body) == []


@pytest.mark.parametrize(
    ("channel", "most"),
    [
        ("sms", 1000),
        ("viber_service_msg", 1000),
        ("messenger", 640),
        ("whatsapp", 4096),
    ],
)
def test_a_text_has_the_length_of_its_channel(channel: str, most: int) -> None:
    body = message(channel)
    content = body["message"]["content"]
    good = {**content, "text": "a" * most}
    bad = {**content, "text": "a" * (most + 1)}

    assert wrong({**body, "message": {**body["message"], "content": good}}) == []
    assert wrong({**body, "message": {**body["message"], "content": bad}}) == [
        ("message.content.text", f"must be between 1 and {most} characters long.")
    ]


def test_a_client_reference_has_40_characters_on_v01() -> None:
    assert wrong({**message("sms"), "client_ref": "a" * 40}) == []
    assert wrong({**message("sms"), "client_ref": "a" * 41}) == [
        ("client_ref", "must be between 1 and 40 characters long.")
    ]


def test_the_2018_preview_does_not_look_at_a_client_reference() -> None:
    assert wrong({**message("sms"), "client_ref": "a" * 41}, "beta") == []


@pytest.mark.parametrize(
    ("api", "ttl", "good"),
    [
        ("beta", 30, True),
        ("beta", 86_400, True),
        ("beta", 86_401, False),
        ("v0.1", 29, False),
        ("v0.1", 259_200, True),
        ("v0.1", 259_201, False),
    ],
)
def test_viber_lives_longer_on_v01(api: Generation, ttl: int, good: bool) -> None:  # noqa: FBT001 - a table
    assert (wrong(message("viber_service_msg", ttl=ttl), api) == []) is good


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"category": "response"}, []),
        ({"category": "message_tag", "tag": "ticket_update"}, []),
        (
            {"category": "message_tag"},
            [("message.messenger.tag", "is required.")],
        ),
        (
            {"category": "spam"},
            [
                (
                    "message.messenger.category",
                    "must be one of response, update, message_tag.",
                )
            ],
        ),
    ],
)
def test_messenger_wants_a_tag_for_one_category(
    options: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert wrong(message("messenger", **options)) == found


def test_a_template_needs_a_locale_on_v01() -> None:
    body = message("whatsapp", "template")
    del body["message"]["whatsapp"]

    assert wrong(body) == [("message.whatsapp", "is required.")]
    assert wrong(body, "beta") == []


def test_the_fallback_policy_is_refused() -> None:
    body = message("whatsapp", locale="en-GB", policy="fallback")

    assert wrong(body) == [("message.whatsapp.policy", "must be one of deterministic.")]


@pytest.mark.parametrize(
    ("api", "parameters", "good"),
    [
        ("beta", [{"default": "x"}], True),
        ("beta", ["x"], False),
        ("v0.1", ["x"], True),
        ("v0.1", [{"default": "x"}], False),
    ],
)
def test_template_parameters_were_objects_before_they_were_strings(
    api: Generation,
    parameters: list[object],
    good: bool,  # noqa: FBT001 - a table
) -> None:
    body = message("whatsapp", "template")
    body["message"]["content"]["template"] = {"name": "a:b", "parameters": parameters}

    assert (wrong(body, api) == []) is good


def test_a_bad_template_parameter_is_named_by_its_place() -> None:
    body = message("whatsapp", "template")
    parameters: list[object] = [{"default": "x"}, {"default": 1}]
    body["message"]["content"]["template"] = {"name": "a:b", "parameters": parameters}

    assert wrong(body, "beta") == [
        ("message.content.template.parameters[1].default", "must be a string.")
    ]


@pytest.mark.parametrize(
    ("channel", "kind", "good", "bad"),
    [
        ("mms", "image", "gif", "bmp"),
        ("messenger", "image", "gif", "bmp"),
        ("messenger", "audio", "mp3", "wav"),
        ("messenger", "video", "mp4", "avi"),
        ("whatsapp", "image", "png", "gif"),
        ("whatsapp", "audio", "opus", "wav"),
        ("whatsapp", "video", "3gpp", "avi"),
        ("whatsapp", "file", "docx", "zip"),
        ("viber_service_msg", "image", "jpeg", "gif"),
    ],
)
def test_a_file_is_of_a_kind_that_the_channel_shows(
    channel: str, kind: str, good: str, bad: str
) -> None:
    body = message(channel, kind)
    content = body["message"]["content"]

    body["message"]["content"] = {**content, kind: {"url": f"{CAT}.{good}"}}
    assert wrong(body) == []

    body["message"]["content"] = {**content, kind: {"url": f"{CAT}.{bad}"}}
    assert [name for name, _ in wrong(body)] == [f"message.content.{kind}.url"]


def test_a_picture_message_has_a_caption_of_3000_characters() -> None:
    body = message("mms", "image")
    image = body["message"]["content"]["image"]

    body["message"]["content"]["image"] = {**image, "caption": "a" * 3000}
    assert wrong(body) == []

    body["message"]["content"]["image"] = {**image, "caption": "a" * 3001}
    assert wrong(body) == [
        (
            "message.content.image.caption",
            "must be between 1 and 3000 characters long.",
        )
    ]


def test_a_sender_of_mms_is_a_number() -> None:
    body = {**message("mms", "image"), "from": {"type": "mms", "number": "ACME"}}

    assert wrong(body) == [("from.number", "must be digits only, country code first.")]


def test_a_request_becomes_a_draft() -> None:
    body = {**message("viber_service_msg", ttl=60), "client_ref": "mine"}

    found = draft(body, "v0.1")

    assert (found.api, found.channel) == ("v0.1", "viber_service_msg")
    assert (found.message_type, found.text) == ("text", "hi")
    assert (found.to, found.sender) == ("447700900000", "447700900001")
    assert (found.ttl, found.client_ref) == (60, "mine")
    assert found.webhook_version == "v0.1"
    assert found.request is body
