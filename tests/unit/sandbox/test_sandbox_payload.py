from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from nexmo_async.sandbox.codes import REASONS, reason
from nexmo_async.sandbox.payload import Inbound, inbound, segments, status
from nexmo_async.sandbox.store import Draft, Event, Message, Place

if TYPE_CHECKING:
    from nexmo_async.sandbox.life import Status
    from nexmo_async.sandbox.store import Api

AT: Final = datetime(2026, 1, 1, 14, 0, 0, 120_000, UTC)
STATUSES: Final[tuple[Status, ...]] = ("submitted", "delivered", "read")
UUID: Final = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"


def message(
    channel: str = "sms",
    *,
    api: Api = "v1",
    place: Place | None = None,
    **rest: Any,  # noqa: ANN401 - whatever a draft has
) -> Message:
    draft = Draft(
        api=api,
        channel=channel,
        message_type="text",
        to="447700900000",
        sender="447700900001",
        request={},
        **{"text": "hi", **rest},
    )
    return Message(message_uuid=UUID, draft=draft, accepted_at=AT, place=place)


def test_a_status_of_v1_is_flat() -> None:
    assert status(message(), Event("delivered", AT), "v1") == {
        "message_uuid": UUID,
        "to": "447700900000",
        "from": "447700900001",
        "timestamp": "2026-01-01T14:00:00Z",
        "status": "delivered",
        "channel": "sms",
        "destination": {"network_code": "23410"},
        "sms": {"count_total": "1"},
    }


def test_a_status_of_v01_is_nested() -> None:
    body = status(message(api="v0.1"), Event("delivered", AT), "v0.1")

    assert body == {
        "message_uuid": UUID,
        "to": {"type": "sms", "number": "447700900000"},
        "from": {"type": "sms", "number": "447700900001"},
        "timestamp": "2026-01-01T14:00:00.120Z",
        "status": "delivered",
    }


def test_the_client_reference_comes_back_in_both_formats() -> None:
    sent = message(client_ref="mine")

    assert status(sent, Event("read", AT), "v1")["client_ref"] == "mine"
    assert status(sent, Event("read", AT), "v0.1")["client_ref"] == "mine"


def test_a_failure_of_v1_has_its_code_as_title() -> None:
    body = status(message(), Event("rejected", AT, 1300), "v1")
    error = body["error"]

    assert isinstance(error, dict)
    assert error["title"] == "1300"
    assert error["type"] == "https://developer.vonage.com/api-errors/messages#1300"
    assert error["detail"] == "The recipient is not on the provider's network"
    assert len(error["instance"]) == 32


def test_a_failure_of_v01_has_its_code_as_a_number() -> None:
    body = status(message(), Event("rejected", AT, 1300), "v0.1")

    assert body["error"] == {
        "code": 1300,
        "reason": "The recipient is not on the provider's network",
    }


@pytest.mark.parametrize(
    ("channel", "charged"),
    [
        ("sms", "submitted"),
        ("mms", "submitted"),
        ("rcs", "delivered"),
        ("whatsapp", "delivered"),
        ("messenger", "delivered"),
        ("viber_service", "delivered"),
        ("viber_service_msg", "delivered"),
    ],
)
def test_each_channel_charges_at_one_status(channel: str, charged: str) -> None:
    told = [status(message(channel), Event(word, AT), "v1") for word in STATUSES]
    (bill,) = [body for body in told if "usage" in body]

    assert bill["status"] == charged
    assert bill["usage"] == {"price": "0.0333", "currency": "EUR"}


@pytest.mark.parametrize(
    ("channel", "person", "business", "name"),
    [
        ("sms", "number", "number", "sms"),
        ("mms", "number", "number", "mms"),
        ("whatsapp", "number", "number", "whatsapp"),
        ("messenger", "id", "id", "messenger"),
        ("viber_service", "number", "id", "viber_service_msg"),
        ("viber_service_msg", "number", "id", "viber_service_msg"),
    ],
)
def test_v01_writes_each_party_under_its_key(
    channel: str, person: str, business: str, name: str
) -> None:
    body = status(message(channel), Event("submitted", AT), "v0.1")
    said = Inbound(channel=channel, sender="1", to="2", text="hi", at=AT)

    assert body["to"] == {"type": name, person: "447700900000"}
    assert body["from"] == {"type": name, business: "447700900001"}
    assert inbound(said, "v0.1")["from"] == {"type": name, person: "1"}
    assert inbound(said, "v0.1")["to"] == {"type": name, business: "2"}


def test_a_place_in_a_workflow_is_written_in_strings() -> None:
    body = status(message(place=Place("abc", 1, 2)), Event("read", AT), "v1")

    assert body["workflow"] == {
        "workflow_id": "abc",
        "items_number": "1",
        "items_total": "2",
    }


@pytest.mark.parametrize(
    ("api", "key"), [("beta", "workflow_uuid"), ("v0.1", "dispatch_uuid")]
)
def test_the_nested_generations_link_to_the_workflow(api: Api, key: str) -> None:
    sent = message(api=api, place=Place(UUID, 1, 2))

    body = status(sent, Event("read", AT), "v0.1")

    assert body["_links"] == {
        "workflow": {key: UUID, "href": f"/workflows/{UUID}"},
    }


def test_an_inbound_sms_of_v1_has_all_its_extras() -> None:
    said = Inbound(
        channel="sms",
        sender="447700900000",
        to="447700900001",
        text="stop please",
        at=AT,
        message_uuid=UUID,
    )

    assert inbound(said, "v1") == {
        "channel": "sms",
        "message_uuid": UUID,
        "to": "447700900001",
        "from": "447700900000",
        "timestamp": "2026-01-01T14:00:00Z",
        "message_type": "text",
        "text": "stop please",
        "sms": {"num_messages": "1", "keyword": "STOP"},
        "usage": {"price": "0.0333", "currency": "EUR"},
        "origin": {"network_code": "23410"},
    }


def test_an_inbound_whatsapp_of_v1_has_a_profile_and_a_context() -> None:
    said = Inbound(channel="whatsapp", sender="1", to="2", text=" ", at=AT)

    body = inbound(said, "v1")

    assert body["profile"] == {"name": "1"}
    assert body["context_status"] == "none"


def test_an_inbound_sms_of_v01_has_all_its_extras() -> None:
    said = Inbound(
        channel="sms", sender="1", to="2", text="a" * 161, at=AT, message_uuid=UUID
    )

    assert inbound(said, "v0.1") == {
        "message_uuid": UUID,
        "to": {"type": "sms", "number": "2"},
        "from": {"type": "sms", "number": "1"},
        "timestamp": "2026-01-01T14:00:00.120Z",
        "usage": {"price": "0.0333", "currency": "EUR"},
        "message": {
            "content": {"type": "text", "text": "a" * 161},
            "sms": {"num_messages": "2"},
        },
    }


def test_an_inbound_sms_without_a_word_has_no_keyword() -> None:
    said = Inbound(channel="sms", sender="1", to="2", text=" ", at=AT)

    assert inbound(said, "v1")["sms"] == {"num_messages": "1", "keyword": ""}


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", None, 1),
        ("a" * 160, None, 1),
        ("a" * 161, None, 2),
        ("a" * 306, None, 2),
        ("a" * 307, None, 3),
        ("€" * 80, None, 1),
        ("€" * 81, None, 2),
        ("ы" * 70, None, 1),
        ("ы" * 71, None, 2),
        ("ы" * 134, None, 2),
        ("ы" * 135, None, 3),
        ("😀" * 35, None, 1),
        ("😀" * 36, None, 2),
        ("a" * 71, "unicode", 2),
        ("ы" * 71, "text", 1),
        ("a" * 71, "auto", 1),
        ("\ud83d", None, 1),
    ],
)
def test_a_text_takes_so_many_sms(text: str, encoding: str | None, count: int) -> None:
    assert segments(text, encoding) == count


def test_a_status_counts_the_sms_as_they_were_encoded() -> None:
    sent = message(text="a" * 71, encoding="unicode")

    assert status(sent, Event("submitted", AT), "v1")["sms"] == {"count_total": "2"}


@pytest.mark.parametrize("channel", ["viber", "viber_service", "viber_service_msg"])
def test_each_format_has_its_own_name_for_viber(channel: str) -> None:
    said = Inbound(channel=channel, sender="1", to="2", text="hi", at=AT)
    told = status(message(channel), Event("submitted", AT), "v1")

    assert inbound(said, "v1")["channel"] == "viber_service"
    assert told["channel"] == "viber_service"
    assert inbound(said, "v0.1")["from"] == {
        "type": "viber_service_msg",
        "number": "1",
    }


def test_a_code_that_nobody_knows_has_a_reason_too() -> None:
    assert reason(9999) == "Failed for a reason without a description"
    assert all(REASONS.values())
