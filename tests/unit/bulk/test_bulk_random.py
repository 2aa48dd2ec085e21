"""Whatever fails, pauses and is called off: each item ends once, and is sent once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import attrs
from bulk_office import Office, person, sms
from hypothesis import given, settings
from hypothesis import strategies as st

from nexmo_async import Basic, Nexmo, Retry
from nexmo_async.bulk import BulkResult, Control, Hold, Item, MemoryJournal
from nexmo_async.errors import NotSentError, UnknownOutcomeError
from nexmo_async.testing import ManualClock, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.transport.base import Response

ITEMS = 12

#: What may befall one item, first to last.
TROUBLE: dict[str, Callable[[], Exception | Response]] = {
    "gone": lambda: NotSentError("host", "no route"),
    "unclear": lambda: UnknownOutcomeError("r", "reset"),
    "refused": lambda: answer(422),
    "busy": lambda: answer(429, retry_after="1"),
    "broken": lambda: ZeroDivisionError("a function of yours"),
    "poor": lambda: answer(402),
}

#: What may be said meanwhile.
WORDS: dict[str, Callable[[Control, Office], object]] = {
    "pause": lambda control, _: control.pause(),
    "resume": lambda control, _: control.resume(),
    "one": lambda control, _: setattr(control, "concurrency", 1),
    "nine": lambda control, _: setattr(control, "concurrency", 9),
    "slow": lambda control, _: setattr(control, "rate", 1),
    "quick": lambda control, _: setattr(control, "rate", None),
    "shut": lambda _, office: office.doors.clear(),
    "open": lambda _, office: office.doors.set(),
    "stop": lambda control, _: control.stop(),
    "abort": lambda control, _: control.abort(),
}

troubles = st.dictionaries(
    st.integers(0, ITEMS - 1), st.lists(st.sampled_from(sorted(TROUBLE)), max_size=3)
)
words = st.lists(st.tuples(st.sampled_from(sorted(WORDS)), st.floats(0.0, 3.0)))


@attrs.define
class Ledger:
    """Writes down each result, and holds now and then."""

    results: list[BulkResult] = attrs.field(factory=list)
    asked: int = 0

    def before(self, item: Item, now: float) -> Hold | None:  # noqa: ARG002  as all guards
        self.asked += 1
        return Hold("a moment", 0.5) if self.asked % 5 == 0 else None

    def after(self, result: BulkResult) -> None:
        self.results.append(result)


async def one_run(
    office: Office,
    clock: ManualClock,
    journal: MemoryJournal,
    said: list[tuple[str, float]],
) -> list[BulkResult]:
    """The results of a run during which all that is said, and that then ends."""
    ledger, control = Ledger(), Control()
    auth, once = Basic("key", "secret"), Retry(attempts=1, on_unknown="raise")
    plan = {"transport": office, "clock": clock, "retry": once}
    async with Nexmo(auth, **plan) as nexmo:
        running = asyncio.ensure_future(
            nexmo.bulk.run(
                (Item(sms(number), f"key-{number}") for number in range(ITEMS)),
                job="spring",
                journal=journal,
                control=control,
                guards=[ledger],
                concurrency=4,
                on_unknown="raise",
            )
        )
        for word, seconds in said:
            WORDS[word](control, office)
            await clock.advance(seconds)
        control.resume()
        control.rate = None
        office.doors.set()
        for _ in range(100):
            if running.done():
                break
            await clock.advance(30.0)
        report = await running
    assert report.total == len(ledger.results)
    return ledger.results


@settings(max_examples=60, deadline=None)
@given(troubles=troubles, said=words)
def test_each_item_has_one_result_and_is_sent_once(
    troubles: dict[int, list[str]], said: list[tuple[str, float]]
) -> None:
    async def runs() -> tuple[list[BulkResult], list[BulkResult], Office]:
        office, clock, journal = Office(), ManualClock(), MemoryJournal()
        office.doors.set()
        for number, met in troubles.items():
            office.plan[person(number)].extend(TROUBLE[each]() for each in met)
        first = await one_run(office, clock, journal, said)
        office.plan.clear()
        return first, await one_run(office, clock, journal, []), office

    first, second, office = asyncio.run(runs())
    counted = Counter(result.key for result in first)
    sent = {result.key for result in (*first, *second) if result.ok}

    assert max(counted.values(), default=1) == 1
    assert sorted(result.index for result in second) == list(range(ITEMS))
    assert max(office.sent.values()) == 1
    for result in second:
        number = result.index
        was_told = result.ok or result.unknown or result.skipped
        assert was_told
        assert result.unknown or (result.key in sent) == bool(
            office.sent[person(number)]
        )


@settings(max_examples=40, deadline=None)
@given(troubles=troubles, taken=st.integers(1, ITEMS), ordered=st.booleans())
def test_a_stream_tells_each_item_once_wherever_it_is_left(
    troubles: dict[int, list[str]], taken: int, *, ordered: bool
) -> None:
    async def read() -> tuple[list[int], Office]:
        office, found = Office(), list[int]()
        office.doors.set()
        for number, met in troubles.items():
            office.plan[person(number)].extend(TROUBLE[each]() for each in met)
        once = Retry(attempts=1, on_unknown="raise")
        plan = {"transport": office, "clock": ManualClock(), "retry": once}
        async with Nexmo(Basic("key", "secret"), **plan) as nexmo:
            items = (sms(number) for number in range(ITEMS))
            stream = nexmo.bulk.stream(items, concurrency=3, ordered=ordered)
            async for result in stream:
                found.append(result.index)
                if len(found) == taken:
                    break
        return found, office

    found, office = asyncio.run(read())

    assert len(set(found)) == len(found) == taken
    assert not ordered or found == list(range(taken))
    assert office.busy == 0
    assert max(office.sent.values(), default=1) == 1
