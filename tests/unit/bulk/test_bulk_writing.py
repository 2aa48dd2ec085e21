"""An item is written down when it leaves: not before, and never after."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from bulk_office import GONE, Office, job, person, sms

from nexmo_async import Basic, Limit, Nexmo, Rcs, Retry
from nexmo_async.bulk import Control, Item, JournalFullError, MemoryJournal, Report
from nexmo_async.testing import answer

if TYPE_CHECKING:
    from nexmo_async.bulk import Entry, Intent
    from nexmo_async.testing import ManualClock
    from nexmo_async.transport.base import Request, Response
    from nexmo_async.transport.hooks import CallNext

BASIC = Basic("key", "secret")
ONCE = Retry(attempts=1, on_unknown="raise")


class Diary(MemoryJournal):
    """Says what had been sent when each item was written down."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office
        self.written: list[tuple[int, int]] = []

    async def intend(self, intent: Intent) -> Entry | None:
        self.written.append((intent.place, self.office.sent.total()))
        await asyncio.sleep(0)
        assert self.office.sent.total() == self.written[-1][1]
        return await super().intend(intent)


async def test_what_queues_for_its_turn_is_not_written_and_sent_by_the_next_run(
    office: Office, clock: ManualClock
) -> None:
    journal, control = Diary(office), Control()
    many = [sms(n) for n in range(20)]
    limits = [Limit(3, per=60)]
    async with Nexmo(BASIC, transport=office, clock=clock, limits=limits) as nexmo:
        running = asyncio.ensure_future(job(nexmo, many, journal, control=control))
        await clock.advance(1.0)
        control.abort()
        first = await running
    assert (first.ok, first.unknown, len(journal.written)) == (3, 0, 3)

    async with Nexmo(BASIC, transport=office, clock=clock) as nexmo:
        again = await job(nexmo, many, journal)
    assert (again.skipped, again.ok, again.unknown) == (3, 17, 0)
    assert set(office.sent.values()) == {1}


@pytest.mark.parametrize("limits", [[], [Limit(1)]])
async def test_each_is_written_before_it_leaves(
    office: Office, clock: ManualClock, limits: list[Limit]
) -> None:
    journal, many = Diary(office), [sms(n) for n in range(5)]
    async with Nexmo(BASIC, transport=office, clock=clock, limits=limits) as nexmo:
        running = asyncio.ensure_future(job(nexmo, many, journal, concurrency=1))
        await clock.advance(5.0)
        await running

    assert journal.written == [(n, n) for n in range(5)]


async def test_of_two_with_one_key_at_once_one_is_sent(
    office: Office, clock: ManualClock
) -> None:
    pairs = [Item(sms(n), f"k{n // 2}") for n in range(100)]
    limits = [Limit(10)]
    async with Nexmo(BASIC, transport=office, clock=clock, limits=limits) as nexmo:
        running = asyncio.ensure_future(job(nexmo, pairs, MemoryJournal()))
        await clock.advance(60.0)
        report = await running

    assert (report.ok, report.failed) == (50, {"DoubleError": 50})
    assert office.sent.total() == 50


async def test_however_often_it_is_tried_it_is_written_once(
    office: Office, clock: ManualClock
) -> None:
    office.plan[person(1)].extend([GONE, answer(429), GONE])
    journal = Diary(office)
    thrice = Retry(attempts=2, base=0.1)
    async with Nexmo(BASIC, transport=office, clock=clock, retry=thrice) as nexmo:
        running = asyncio.ensure_future(job(nexmo, [sms(1)], journal))
        await clock.advance(30.0)
        report = await running

    assert (report.ok, len(journal.written)) == (1, 1)


async def test_what_cannot_be_sent_at_all_is_remembered(
    office: Office, clock: ManualClock
) -> None:
    journal = MemoryJournal()
    cannot = Rcs(to=person(1), sender="ACME", content="Hi")
    async with Nexmo(BASIC, api="beta", transport=office, clock=clock) as nexmo:
        first, again = [await job(nexmo, [cannot], journal) for _ in range(2)]

    assert first.failed == {"UnsupportedError": 1}
    assert (again.skipped, again.failed) == (1, {})


async def test_a_middleware_that_answers_by_itself_leaves_nothing_unwritten(
    office: Office, clock: ManualClock
) -> None:
    async def mine(_: Request, __: CallNext) -> Response:
        return answer(202, {"message_uuid": "mine"})

    async def run(journal: MemoryJournal) -> Report:
        async with Nexmo(
            BASIC, transport=office, clock=clock, middleware=[mine], limits=[Limit(9)]
        ) as nexmo:
            return await job(nexmo, [sms(n) for n in range(9)], journal)

    journal = MemoryJournal()
    assert (await run(journal)).ok == 9
    assert (await run(journal)).skipped == 9
    assert not office.sent


async def test_what_cannot_be_written_does_not_leave(
    office: Office, clock: ManualClock
) -> None:
    class Full(MemoryJournal):
        async def intend(self, intent: Intent) -> Entry | None:
            raise JournalFullError(intent.key, "no space is left")

    async with Nexmo(BASIC, transport=office, clock=clock) as nexmo:
        with pytest.raises(JournalFullError, match="no space is left"):
            await job(nexmo, [sms(n) for n in range(9)], Full())

    assert not office.sent


async def test_a_journal_that_breaks_ends_the_job_as_what_it_is(
    office: Office, clock: ManualClock
) -> None:
    class Broken(MemoryJournal):
        async def intend(self, intent: Intent) -> Entry | None:
            raise ConnectionResetError(intent.key)

    async with Nexmo(BASIC, transport=office, clock=clock) as nexmo:
        with pytest.raises(ConnectionResetError):
            await job(nexmo, [sms(1)], Broken())

    assert not office.sent
