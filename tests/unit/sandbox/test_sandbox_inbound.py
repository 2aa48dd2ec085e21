from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from nexmo_async.sandbox.inbound import body, read
from nexmo_async.sandbox.records import Api
from nexmo_async.sandbox.rules.inbound import KINDS, violations

if TYPE_CHECKING:
    from nexmo_async.sandbox.records import Inbound

AT: Final = datetime(2026, 1, 1, 14, 0, 0, 120_000, UTC)
HOME: Final = "http://127.0.0.1:8090"
FILES: Final = f"{HOME}/_sandbox/media"
PARTIES: Final = {"from": "447700900000", "to": "447700900001"}


def said(channel: str, kind: str = "text", **rest: object) -> Inbound:
    words = {"text": "hi"} if kind == "text" else {}
    described = {"channel": channel, "type": kind, **PARTIES, **words, **rest}
    assert violations(described) == []
    return read(described, AT)


def told(channel: str, kind: str = "text", **rest: object) -> dict[str, Any]:
    message = said(channel, kind, **rest)
    written = body(message, HOME)
    assert written.pop("message_uuid") == message.message_uuid
    return written


def flat(channel: str, kind: str, **rest: object) -> dict[str, Any]:
    """What every message of v1 says, and the rest."""
    return {
        "channel": channel,
        **PARTIES,
        "timestamp": "2026-01-01T14:00:00Z",
        "message_type": kind,
        **rest,
    }


def test_an_sms_has_all_its_extras() -> None:
    assert told("sms", text="stop please") == flat(
        "sms",
        "text",
        text="stop please",
        sms={"num_messages": "1", "keyword": "STOP"},
        usage={"price": "0.0333", "currency": "EUR"},
        origin={"network_code": "23410"},
    )


def test_an_sms_without_a_word_has_no_keyword() -> None:
    assert told("sms", text=" ")["sms"] == {"num_messages": "1", "keyword": ""}


def test_an_mms_names_its_file_and_its_network() -> None:
    assert told("mms", "vcard") == flat(
        "mms",
        "vcard",
        vcard={"url": f"{FILES}/card.vcf", "name": "card.vcf"},
        origin={"network_code": "23410"},
    )


def test_an_mms_of_several_files_has_a_list() -> None:
    assert told("mms", "content")["content"] == [
        {"type": "image", "url": f"{FILES}/picture.png"},
        {"type": "vcard", "url": f"{FILES}/card.vcf"},
    ]


def test_an_mms_to_a_group_names_the_others() -> None:
    group = {"participants": ["12025550101"]}

    assert told("mms", mms=group)["mms"] == group


def test_an_rcs_has_no_context() -> None:
    assert told("rcs") == flat("rcs", "text", text="hi", context_status="none")


def test_a_button_of_rcs_carries_a_string() -> None:
    assert told("rcs", "button")["button"] == {"payload": "yes", "text": "Yes"}


def test_a_whatsapp_has_all_its_extras() -> None:
    message = said("whatsapp")

    assert body(message, HOME) == {
        **flat("whatsapp", "text", text="hi"),
        "message_uuid": message.message_uuid,
        "profile": {"name": "447700900000"},
        "context_status": "none",
        "whatsapp": {
            "waba_id": "100000000000001",
            "sender": {"wa_id": "447700900000"},
        },
        "_self": {"href": f"{HOME}/v1/messages/{message.message_uuid}"},
    }


@pytest.mark.parametrize("kind", ["reaction", "unsupported"])
def test_these_of_whatsapp_have_no_link_to_themselves(kind: str) -> None:
    assert "_self" not in told("whatsapp", kind)


def test_a_whatsapp_may_come_from_a_scoped_user() -> None:
    sender = {"from": "US.13491208655302741918"}

    assert told("whatsapp", **sender)["whatsapp"]["sender"] == {
        "user_id": "US.13491208655302741918"
    }


def test_a_quoted_message_is_the_context() -> None:
    context = {"message_uuid": "a1b2", "message_from": "447700900001"}
    found = told("whatsapp", context=context)

    assert found["context"] == context
    assert found["context_status"] == "available"


def test_a_context_may_be_out_of_reach() -> None:
    found = told("whatsapp", context_status="unavailable")

    assert found["context_status"] == "unavailable"


def test_what_is_given_is_laid_over_what_is_told_anyway() -> None:
    referral = {"source_id": "1", "ctwa_clid": "2"}
    found = told(
        "whatsapp", profile={"username": "ada"}, whatsapp={"referral": referral}
    )

    assert found["profile"] == {"name": "447700900000", "username": "ada"}
    assert found["whatsapp"] == {
        "waba_id": "100000000000001",
        "sender": {"wa_id": "447700900000"},
        "referral": referral,
    }


#: type -> what a WhatsApp message of it holds if nobody says.
WHATSAPP: Final[dict[str, Any]] = {
    "image": {"url": f"{FILES}/picture.png"},
    "video": {"url": f"{FILES}/film.mp4"},
    "audio": {"url": f"{FILES}/sound.mp3"},
    "file": {"url": f"{FILES}/paper.pdf"},
    "sticker": {"url": f"{FILES}/sticker.webp"},
    "location": {"lat": 51.5237, "long": -0.1586, "name": "Baker Street"},
    "reply": {"id": "yes", "title": "Yes"},
    "button": {"payload": {"flow_token": "tea"}, "text": "Yes", "subtype": "flow"},
    "reaction": {"action": "react", "emoji": "👍"},
    "order": {
        "catalog_id": "1000000000000001",
        "product_items": [
            {
                "product_retailer_id": "tea",
                "quantity": "2",
                "item_price": "3.50",
                "currency": "EUR",
            }
        ],
    },
}


@pytest.mark.parametrize("kind", list(WHATSAPP))
def test_a_content_that_nobody_gave_is_a_sample(kind: str) -> None:
    assert told("whatsapp", kind)[kind] == WHATSAPP[kind]


def test_a_contact_has_a_name_and_a_telephone() -> None:
    (contact,) = told("whatsapp", "contacts")["contacts"]

    assert contact["name"]["formatted_name"] == "Ada Lovelace"
    assert contact["phones"] == [{"phone": "447700900000", "type": "home"}]


def test_a_file_that_was_given_some_words_keeps_its_address() -> None:
    found = told("whatsapp", "image", image={"caption": "a cat"})

    assert found["image"] == {"url": f"{FILES}/picture.png", "caption": "a cat"}


def test_a_content_that_was_given_is_not_touched() -> None:
    reaction = {"action": "unreact"}

    assert told("whatsapp", "reaction", reaction=reaction)["reaction"] == reaction


def test_what_is_unsupported_has_no_content() -> None:
    assert told("messenger", "unsupported") == flat("messenger", "unsupported")


def test_a_viber_message_has_its_name_in_v1() -> None:
    context = {"message_uuid": "a1b2"}

    assert told("viber", context=context) == flat(
        "viber_service", "text", text="hi", context=context
    )


def test_an_old_sms_has_all_its_extras() -> None:
    assert told("sms", text="a" * 161, api="v0.1") == {
        "to": {"type": "sms", "number": "447700900001"},
        "from": {"type": "sms", "number": "447700900000"},
        "timestamp": "2026-01-01T14:00:00.120Z",
        "usage": {"price": "0.0333", "currency": "EUR"},
        "message": {
            "content": {"type": "text", "text": "a" * 161},
            "sms": {"num_messages": "2"},
        },
    }


def test_an_old_sms_may_be_given_other_extras() -> None:
    found = told("sms", api="v0.1", sms={"num_messages": "9"}, usage={"price": "1"})

    assert found["message"]["sms"] == {"num_messages": "9"}
    assert found["usage"] == {"price": "1", "currency": "EUR"}


@pytest.mark.parametrize(
    ("channel", "kind", "name", "person", "business"),
    [
        ("mms", "image", "mms", "number", "number"),
        ("whatsapp", "image", "whatsapp", "number", "number"),
        ("messenger", "image", "messenger", "id", "id"),
        ("viber", "text", "viber_service_msg", "number", "id"),
    ],
)
def test_the_old_format_writes_each_party_under_its_key(
    channel: str, kind: str, name: str, person: str, business: str
) -> None:
    found = told(channel, kind, api="v0.1")

    assert found["from"] == {"type": name, person: "447700900000"}
    assert found["to"] == {"type": name, business: "447700900001"}


@pytest.mark.parametrize(
    ("api", "location"),
    [
        ("beta", {"lat": "51.5237", "long": "-0.1586"}),
        ("v0.1", {"latitude": "51.5237", "longitude": "-0.1586"}),
    ],
)
def test_a_place_was_written_in_strings(api: str, location: dict[str, str]) -> None:
    assert told("whatsapp", "location", api=api)["message"] == {
        "content": {"type": "location", "location": location}
    }


def test_what_is_unsupported_has_no_content_in_the_old_format() -> None:
    assert told("viber", "unsupported", api="v0.1")["message"] == {
        "content": {"type": "unsupported"}
    }


@pytest.mark.parametrize(
    ("api", "channel", "kind"),
    [
        pytest.param(api, channel, kind, id=f"{api}-{channel}-{kind}")
        for api in get_args(Api)
        for channel, kinds in KINDS[api].items()
        for kind in kinds
    ],
)
def test_every_kind_can_be_told(api: Api, channel: str, kind: str) -> None:
    found = told(channel, kind, api=api)
    content = found if api == "v1" else found["message"]["content"]

    assert content["message_type" if api == "v1" else "type"] == kind
    assert (kind in content) is (kind != "unsupported")


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({"channel": "pigeon"}, "channel", None),
        ({"channel": "email"}, "channel", "has nothing inbound on v1."),
        (
            {"channel": "rcs", "api": "v0.1"},
            "channel",
            "has nothing inbound on v0.1.",
        ),
        ({"api": "v2"}, "api", "must be one of beta, v0.1, v1."),
        ({"from": ""}, "from", "must be between 1 and 200 characters long."),
        ({"to": 1}, "to", "must be a string."),
        ({"type": "image"}, "type", "must be one of text."),
        ({"type": None}, "type", "must be one of text."),
        ({"text": None}, "text", "must be a string."),
        ({"sms": 1}, "sms", "must be an object."),
        ({"colour": "blue"}, "colour", "is not part of what sms tells on v1."),
        (
            {"channel": "whatsapp", "context_status": "perhaps"},
            "context_status",
            "must be one of none, available, unavailable.",
        ),
    ],
)
def test_what_cannot_be_told_is_named(
    changes: dict[str, object], name: str, reason: str | None
) -> None:
    found = violations({"channel": "sms", "text": "hi", **PARTIES, **changes})

    assert [it.name for it in found] == [name]
    assert reason in (None, found[0].reason)


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("image", "cat.png", "must be an object."),
        ("contacts", {}, "must be a list."),
    ],
)
def test_a_content_has_the_shape_of_its_type(
    kind: str, content: object, reason: str
) -> None:
    described = {"channel": "whatsapp", "type": kind, kind: content, **PARTIES}

    assert [(it.name, it.reason) for it in violations(described)] == [(kind, reason)]
