from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from nexmo_async.sandbox.records import Draft, Event, Message, Place
from nexmo_async.sandbox.search import parse
from nexmo_async.sandbox.store import Store

if TYPE_CHECKING:
    from nexmo_async.sandbox.life import Status

AT = datetime(2026, 1, 1, tzinfo=UTC)


def message(
    uuid: str = "00aa", *, status: Status | None = None, place: Place | None = None
) -> Message:
    draft = Draft(
        api="v1",
        channel="viber_service",
        message_type="text",
        to="447700900000",
        sender="ACME",
        text="Your code is 1234",
        client_ref="Order-7",
        request={},
    )
    events = [] if status is None else [Event(status, AT, 1300)]
    return Message(
        message_uuid=uuid, draft=draft, accepted_at=AT, events=events, place=place
    )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "code",
        "CODE 1234",
        '"code is"',
        "to:4477",
        "to:0900",
        "from:acme",
        "channel:viber",
        "channel:viber_service",
        "channel:sms,viber",
        "status:accepted",
        "status:waiting",
        "api:v1",
        "type:text",
        "client_ref:order-7",
        'text:"code is"',
        "uuid:00aa",
        "-status:read",
        "-nothing",
        "to:4477 channel:viber status:accepted api:v1 code",
        "00aa",
        "order-7",
    ],
)
def test_a_message_is_found_by(query: str) -> None:
    assert parse(query)(message())


@pytest.mark.parametrize(
    "query",
    [
        "nothing",
        '"is code"',
        "to:4478",
        "from:447",
        "channel:sms,rcs",
        "status:read",
        "status:failed",
        "api:v0.1,beta",
        "type:image",
        "client_ref:order",
        'text:"1234 code"',
        "-code",
        "code to:4478",
        "workflow:x",
        "code:1300",
        "https://example.com",
    ],
)
def test_a_message_is_not_found_by(query: str) -> None:
    assert not parse(query)(message())


def test_failed_means_rejected_and_undeliverable() -> None:
    query = parse("status:failed")

    assert query(message(status="rejected"))
    assert query(message(status="undeliverable"))
    assert not query(message(status="read"))


def test_a_message_is_found_by_the_code_it_failed_with() -> None:
    assert parse("code:1300,1310")(message(status="rejected"))


def test_a_message_is_found_by_its_workflow() -> None:
    assert parse("workflow:AbC")(message(place=Place("AbC", 1, 2)))


def test_the_newest_come_first() -> None:
    store = Store()
    for uuid in ("1", "2", "3"):
        store.add_message(message(uuid))

    found = store.search(parse(""), limit=2)

    assert [each.message_uuid for each in found.messages] == ["3", "2"]
    assert found.total == 3


def test_a_list_goes_on_before_its_last_message() -> None:
    store = Store()
    for uuid in ("1", "2", "3"):
        store.add_message(message(uuid))

    found = store.search(parse(""), limit=2, before="2")

    assert [each.message_uuid for each in found.messages] == ["1"]
    assert found.total == 3


def test_messages_are_counted_by_what_became_of_them() -> None:
    store = Store()
    moving = message("1")
    for each in (moving, message("2"), message("3", status="read")):
        store.add_message(each)
    store.add_event(moving, Event("submitted", AT))
    store.add_event(moving, Event("undeliverable", AT))

    assert store.counts() == {
        "all": 3,
        "waiting": 1,
        "delivered": 0,
        "read": 1,
        "rejected": 1,
        "inbound": 0,
    }


def test_what_is_forgotten_is_counted_no_more() -> None:
    store = Store(messages=1)
    first = message("1")
    store.add_message(first)
    store.add_message(message("2", status="read"))
    store.add_event(first, Event("submitted", AT))

    assert store.counts()["waiting"] == 0
    assert store.counts()["all"] == 1


def test_nothing_is_counted_after_all_is_forgotten() -> None:
    store = Store()
    store.add_message(message())
    store.clear()

    assert sum(store.counts().values()) == 0
