from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from nexmo_async.sandbox.codes import REASONS, reason
from nexmo_async.sandbox.payload import status
from nexmo_async.sandbox.records import Draft, Event, Message, Place

if TYPE_CHECKING:
    from nexmo_async.sandbox.life import Status
    from nexmo_async.sandbox.records import Api

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
        sender="447700900001",
        request={},
        **{"message_type": "text", "to": "447700900000", "text": "hi", **rest},
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
        "sms": {
            "count_total": "1",
            "segments": [{"timestamp": "2026-01-01T14:00:00Z", "status": "delivered"}],
        },
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
        ("messenger", "delivered"),
        ("viber_service", "delivered"),
        ("viber_service_msg", "delivered"),
        ("email", "delivered"),
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
        ("rcs", "number", "id", "rcs"),
        ("email", "id", "id", "email"),
    ],
)
def test_v01_writes_each_party_under_its_key(
    channel: str, person: str, business: str, name: str
) -> None:
    body = status(message(channel), Event("submitted", AT), "v0.1")

    assert body["to"] == {"type": name, person: "447700900000"}
    assert body["from"] == {"type": name, business: "447700900001"}


def test_whatsapp_costs_something_in_the_old_format() -> None:
    body = status(message("whatsapp", api="v0.1"), Event("delivered", AT), "v0.1")

    assert body["usage"] == {"price": "0.0333", "currency": "EUR"}


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


def test_a_status_counts_the_sms_as_they_were_encoded() -> None:
    sent = message(text="a" * 71, encoding="unicode")

    assert status(sent, Event("submitted", AT), "v1")["sms"] == {"count_total": "2"}


@pytest.mark.parametrize("channel", ["viber", "viber_service", "viber_service_msg"])
def test_each_format_has_its_own_name_for_viber(channel: str) -> None:
    flat = status(message(channel), Event("submitted", AT), "v1")
    nested = status(message(channel), Event("submitted", AT), "v0.1")

    assert flat["channel"] == "viber_service"
    assert nested["to"] == {"type": "viber_service_msg", "number": "447700900000"}


@pytest.mark.parametrize(
    ("event", "segments"),
    [
        (Event("submitted", AT), None),
        (Event("undeliverable", AT, 1100), None),
        (
            Event("delivered", AT),
            {"timestamp": "2026-01-01T14:00:00Z", "status": "delivered"},
        ),
        (
            Event("rejected", AT, 1230),
            {
                "timestamp": "2026-01-01T14:00:00Z",
                "status": "rejected",
                "error_code": "1230",
            },
        ),
    ],
)
def test_a_long_sms_is_confirmed_in_parts(
    event: Event, segments: dict[str, str] | None
) -> None:
    body = status(message(text="a" * 161), event, "v1")["sms"]

    expected: dict[str, Any] = {"count_total": "2"}
    if segments is not None:
        expected["segments"] = [segments, segments]
    assert body == expected


@pytest.mark.parametrize(
    ("channel", "named"),
    [
        ("sms", True),
        ("mms", True),
        ("rcs", True),
        ("whatsapp", False),
        ("messenger", False),
        ("viber_service", False),
        ("email", False),
    ],
)
def test_the_network_is_named_where_there_is_one(channel: str, *, named: bool) -> None:
    body = status(message(channel), Event("submitted", AT), "v1")

    assert body.get("destination") == ({"network_code": "23410"} if named else None)


def test_a_delivered_whatsapp_tells_its_price_and_its_conversation() -> None:
    body = status(message("whatsapp"), Event("delivered", AT), "v1")

    assert body["usage"] == {"price": "0", "currency": "EUR"}
    assert body["profile"] == {"name": "447700900000"}
    assert body["whatsapp"] == {
        "waba_id": "100000000000001",
        "recipient": {"wa_id": "447700900000"},
        "pricing": {
            "type": "free_customer_service",
            "pricing_model": "PMP",
            "category": "service",
        },
        "conversation": {"id": UUID, "origin": {"type": "service"}},
    }


def test_a_template_is_priced_as_what_business_began() -> None:
    sent = message("whatsapp", message_type="template")

    body: Any = status(sent, Event("delivered", AT), "v1")["whatsapp"]

    assert body["pricing"]["type"] == "regular"
    assert body["pricing"]["category"] == "utility"
    assert body["conversation"]["origin"] == {"type": "utility"}


def test_another_status_of_whatsapp_tells_the_recipient_alone() -> None:
    sent = message("whatsapp", to="US.13491208655302741918")

    assert status(sent, Event("read", AT), "v1")["whatsapp"] == {
        "waba_id": "100000000000001",
        "recipient": {"user_id": "US.13491208655302741918"},
    }


@pytest.mark.parametrize("code", list(REASONS))
def test_a_message_can_fail_for_any_documented_reason(code: int) -> None:
    body: Any = status(message(), Event("rejected", AT, code), "v1")["error"]

    assert body["title"] == str(code)
    assert body["detail"]


def test_the_codes_are_those_of_the_documents() -> None:
    assert sorted(REASONS) == [
        *(1000, 1010, 1020, 1021, 1022, 1030, 1040, 1050, 1060, 1070, 1080, 1090),
        *(1100, 1110, 1120, 1130, 1140, 1150, 1160, 1170, 1180, 1190),
        *(1200, 1210, 1220, 1230, 1240, 1241, 1242, 1250, 1251, 1260, 1270, 1280),
        *(1282, 1290, 1300, 1310, 1320, 1330, 1331, 1340, 1350, 1360, 1370),
        *(1380, 1381, 1382, 1400, 1410, 1420, 1430, 1431, 1440, 1450, 1451),
        *(1460, 1461, 1470, 1472, 1473, 1474, 1475, 1476, 1480, 1481, 1482, 1483),
        *(1484, 1490, 2001, 2002, 2003),
    ]


def test_a_code_that_nobody_knows_has_a_reason_too() -> None:
    assert reason(9999) == "Failed for a reason without a description"
    assert all(REASONS.values())
