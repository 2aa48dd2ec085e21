from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.observe import events
from nexmo_async.observe.events import Subject, teller
from nexmo_async.observe.log import SENTENCES, facts, log
from nexmo_async.observe.masks import masked, without

if TYPE_CHECKING:
    from nexmo_async.observe.events import Event

SUBJECT = Subject("POST", "/v1/messages", "order-7", "ACME", "447700900123", "sms", 9)
SAID = "the number 447700900123, or +447700900999, is wrong"
EVENTS: list[Event] = [
    events.Begun(SUBJECT, "send", "https://api.nexmo.com"),
    events.Queued(SUBJECT),
    events.Throttled(SUBJECT, 1.5),
    events.Attempt(SUBJECT),
    events.Answered(SUBJECT, 0.25, None, SAID, "NotSentError"),
    events.Repeated(SUBJECT, 1, 0.5),
    events.Settled(SUBJECT, "aaa"),
    events.Ended(SUBJECT, "send", "refused", 0.5, "", "RequestError", SAID),
    events.Received(SUBJECT, "aaa", "delivered"),
    events.FailedOver(SUBJECT, "run", 0, "sms", "time_up"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_the_log_shows_no_number_of_a_person(
    event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "nexmo_async"):
        log(event)

    [record] = caplog.records
    assert "447700900123" not in str(vars(record))
    assert "447700900999" not in str(vars(record))
    assert vars(record)["nexmo_recipient"] == "*********123"


def test_the_facts_are_fields_of_the_record() -> None:
    assert facts(events.Answered(SUBJECT, 0.25, 202)) == {
        "nexmo_event": "answered",
        "nexmo_send": 9,
        "nexmo_path": "/v1/messages",
        "nexmo_channel": "sms",
        "nexmo_client_ref": "order-7",
        "nexmo_sender": "****",
        "nexmo_recipient": "*********123",
        "nexmo_took": 0.25,
        "nexmo_status": 202,
        "nexmo_problem": "",
        "nexmo_error": "",
    }


def test_a_number_in_a_path_is_masked_and_an_id_is_not() -> None:
    uuid = "aaaaaaaa-bbbb-4ccc-8ddd-012345678901"
    asked = Subject("GET", f"/v1/people/447700900123/messages/{uuid}")

    told = facts(events.Begun(asked, "request", "https://api.nexmo.com"))

    assert told["nexmo_path"] == f"/v1/people/*********123/messages/{uuid}"


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (events.Ended(SUBJECT, "send", "accepted", 0.5, "aaa"), logging.INFO),
        (events.Ended(SUBJECT, "send", "unknown", 0.5), logging.WARNING),
        (events.Received(SUBJECT, "aaa", "delivered"), logging.INFO),
        (events.Received(SUBJECT, "aaa", "rejected", 1300), logging.WARNING),
    ],
)
def test_what_does_not_arrive_is_told_louder(
    event: Event, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "nexmo_async"):
        log(event)

    assert [record.levelno for record in caplog.records] == [level]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("to 447700900123: no", "to *********123: no"),
        ("+447700900999 is wrong", "**********999 is wrong"),
        ("from ann@example.com", "from ann@example.com"),
        (
            "aaaaaaaa-bbbb-4ccc-8ddd-012345678901",
            "aaaaaaaa-bbbb-4ccc-8ddd-012345678901",
        ),
        ("code 1300", "code 1300"),
        ("", ""),
    ],
)
def test_words_of_others_show_no_number_either(said: str, shown: str) -> None:
    assert without(SUBJECT, said) == shown


def test_a_quiet_log_is_not_written_to(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "nexmo_async"):
        log(events.Attempt(SUBJECT))

    assert caplog.records == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("", ""),
        ("ACME", "****"),
        ("123456", "******"),
        ("1234567", "****567"),
        ("ann@example.com", "************com"),
    ],
)
def test_only_the_end_of_a_long_address_is_shown(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_every_event_has_its_sentence() -> None:
    assert set(SENTENCES) == {type(event) for event in EVENTS}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_cannot_be_changed(event: Event) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.subject = SUBJECT  # type: ignore[misc]


def test_nobody_to_tell_is_nothing_to_call() -> None:
    assert teller([]) is None


def test_an_observer_that_fails_is_logged_and_the_others_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(_: Event) -> None:
        raise ValueError("no room on the disk")

    told: list[Event] = []
    tell = teller([fails, told.append])
    assert tell is not None

    tell(EVENTS[0])

    assert told == [EVENTS[0]]
    assert "an observer failed" in caplog.text
