"""Items and results, written down and read back; and how turns are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.bulk import DoubleError, EarlierError, RowError
from nexmo_async.durable.bulk.counting import Count
from nexmo_async.durable.bulk.spelling import (
    Entry,
    Outcome,
    counted,
    pack,
    read_entries,
    read_outcomes,
    spell_entry,
    spell_outcomes,
)
from nexmo_async.durable.bulk.turns import every
from nexmo_async.errors import (
    MessageError,
    NexmoError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.models.base import Raw
from nexmo_async.models.message import Sms

HI = Sms(to="447700900000", sender="ACME", content="hi")


@given(st.text(min_size=1), st.text(min_size=1), st.none() | st.integers(1, 10**9))
def test_an_item_is_read_back_whatever_is_in_it(
    key: str, text: str, line: int | None
) -> None:
    try:
        message = Sms(to="447700900000", sender="ACME", content=text)
        written = spell_entry(7, key, line, message)
    except MessageError:
        return  # it cannot be written as JSON, which is told before anything is sent

    assert read_entries(pack([written] * 2)) == [Entry(7, key, line, message)] * 2


def test_what_no_other_process_could_read_is_refused() -> None:
    raw = Raw({"to": "447700900000"})

    with pytest.raises(MessageError, match="Raw"):
        spell_entry(0, "k", None, raw)


@pytest.mark.parametrize(
    "error",
    [
        None,
        DoubleError("k"),
        RowError(3, "to", "is no number"),
        UnknownOutcomeError("ref", "no answer", 502),
        RequestError(422, "Bad", "No", "id", (("to", "is bad"),)),
    ],
)
def test_a_result_is_read_back_with_its_error(error: NexmoError | None) -> None:
    [read] = read_outcomes(spell_outcomes([Outcome(index=1, key="k", error=error)]))

    assert type(read.error) is type(error)
    assert str(read.error) == str(error)
    assert (read.error is None) or read.error.args == (error.args if error else ())


def test_an_error_of_another_release_is_still_a_failure() -> None:
    told = spell_outcomes([Outcome(index=1, key="k", error=DoubleError("k"))])
    [read] = read_outcomes(told.replace("DoubleError", "NewerError"))

    assert isinstance(read.error, EarlierError)
    assert read.error.reason == "NewerError"


def test_each_is_counted_as_what_it_came_to() -> None:
    outcomes = [
        Outcome(index=0, key="a"),
        Outcome(index=1, key="b", resent=True),
        Outcome(index=2, key="c", error=UnknownOutcomeError("ref", "no answer")),
        Outcome(index=3, key="d", error=DoubleError("d")),
    ]
    count = Count()
    count.add(counted(outcomes), 10.0, 0.5, earlier=False)
    count.add({"ok": 5}, 9.0, 0.1, earlier=True)
    progress = count.progress(11.0, 20, "")

    assert counted(outcomes) == {"ok": 2, "unknown": 1, "DoubleError": 1, "resent": 1}
    assert (progress.done, progress.ok, progress.unknown) == (9, 2, 1)
    assert (progress.failed, progress.skipped) == ({"DoubleError": 1}, 5)


def test_a_curve_has_its_empty_seconds_and_no_more_moments_than_can_be_drawn() -> None:
    count = Count()
    count.add({"ok": 4}, 100.0, 2.0, earlier=False)
    count.add({"ok": 2}, 102.5, 1.0, earlier=False)

    assert [each.sent for each in count.curve(100.2)] == [4, 0, 2]
    assert count.curve(100.2)[0].latency == pytest.approx(0.5)

    count.add({"ok": 1}, 100_000.0, 1.0, earlier=False)

    assert len(count.curve(100.0)) <= 3600
    assert sum(each.sent for each in count.curve(100.0)) == 7


@given(st.integers(1, 1000))
def test_no_second_has_room_for_one_more_than_the_rate(rate: int) -> None:
    assert every(rate) * rate == pytest.approx(1.04)


def test_a_rate_below_one_has_its_room_once() -> None:
    assert every(0.1) == pytest.approx(10.04)
