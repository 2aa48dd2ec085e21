"""What is said to a job while it runs, and what it says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from bulk_office import UNCLEAR, Ledger, Office, job, person, sms

from nexmo_async.bulk import Control, Hold, MemoryJournal, Progress

if TYPE_CHECKING:
    from nexmo_async import Nexmo
    from nexmo_async.bulk import Item
    from nexmo_async.testing import ManualClock


async def test_a_pause_keeps_everything_back_until_resumed(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control = Control()
    control.pause("lunch")
    running = asyncio.ensure_future(
        job(nexmo, [sms(n) for n in range(9)], MemoryJournal(), control=control)
    )
    await clock.advance(3600.0)

    assert not office.sent
    assert control.snapshot().waiting_for == "lunch"
    control.resume()
    assert (await running).ok == 9


async def test_a_stop_finishes_what_is_in_flight(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control, journal = Control(), MemoryJournal()
    items = [sms(n) for n in range(50)]
    office.doors.clear()
    running = asyncio.ensure_future(
        job(nexmo, items, journal, control=control, concurrency=4)
    )
    await clock.advance(1.0)
    control.stop("enough")
    office.doors.set()
    report = await running

    assert (report.ok, report.stopped, report.is_complete) == (4, "enough", False)
    assert (await job(nexmo, items, journal)).ok == 46


async def test_an_abort_leaves_what_is_in_flight_unknown(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control = Control()
    office.doors.clear()
    running = asyncio.ensure_future(
        job(
            nexmo,
            [sms(n) for n in range(50)],
            MemoryJournal(),
            control=control,
            concurrency=4,
        )
    )
    await clock.advance(1.0)
    control.abort()
    report = await running

    assert (report.ok, report.unknown, report.stopped) == (0, 4, "aborted")


async def test_an_abort_waits_for_no_receipt(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control = Control()
    office.plan[person(1)].append(UNCLEAR)
    how = {"control": control, "on_unknown": "settle", "grace": 600.0}
    running = asyncio.ensure_future(job(nexmo, [sms(1)], MemoryJournal(), **how))
    await clock.advance(1.0)
    control.stop()
    await clock.advance(1.0)
    assert not running.done()

    control.abort()
    await clock.advance(1.0)
    assert running.done()
    assert (await running).unknown == 1


async def test_the_concurrency_changes_while_it_runs(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control = Control(concurrency=2)
    office.doors.clear()
    running = asyncio.ensure_future(
        job(nexmo, [sms(n) for n in range(500)], MemoryJournal(), control=control)
    )
    await clock.advance(1.0)
    before = office.busy
    control.concurrency = 9
    await clock.advance(1.0)

    assert (before, office.busy) == (2, 9)
    control.concurrency = 1
    office.busiest = 0
    office.doors.set()
    await clock.advance(0.0)
    assert (await running).ok == 500


async def test_a_rate_holds_and_changes_while_it_runs(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control = Control(rate=2)
    running = asyncio.ensure_future(
        job(nexmo, [sms(n) for n in range(100)], MemoryJournal(), control=control)
    )
    await clock.advance(4.5)
    assert office.sent.total() == 10

    control.rate = 10
    await clock.advance(2.0)
    assert 28 <= office.sent.total() <= 38

    control.rate = None
    assert (await running).ok == 100


async def test_skipping_takes_no_turn(nexmo: Nexmo, clock: ManualClock) -> None:
    journal, items = MemoryJournal(), [sms(n) for n in range(50)]
    await job(nexmo, items, journal)
    began = clock.monotonic()
    report = await job(nexmo, items, journal, control=Control(rate=1))

    assert (report.skipped, clock.monotonic()) == (50, began)


async def test_a_guard_pauses_the_job_and_fails_nothing(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    guard, control = Ledger(hold=Hold("cap reached")), Control()
    running = asyncio.ensure_future(
        job(nexmo, [sms(1)], MemoryJournal(), guards=[guard], control=control)
    )
    await clock.advance(3600.0)
    assert (guard.asked, office.sent.total()) == (1, 0)
    assert control.snapshot().waiting_for == "cap reached"

    guard.hold = Hold("quiet hours", 60.0)
    control.resume()
    await clock.advance(30.0)
    guard.hold = None
    await clock.advance(31.0)
    assert (await running).ok == 1
    assert guard.asked == 3


async def test_a_guard_may_stop_the_job_while_it_is_asked(
    nexmo: Nexmo, office: Office
) -> None:
    control = Control()

    class Stops(Ledger):
        def before(self, item: Item, now: float) -> Hold | None:
            control.stop("the budget is gone")
            return super().before(item, now)

    guard = Stops(hold=Hold("cap reached"))
    report = await job(
        nexmo, [sms(1)], MemoryJournal(), guards=[guard], control=control
    )

    assert (report.stopped, report.total) == ("the budget is gone", 0)
    assert not office.sent


async def test_a_guard_that_resumes_the_job_while_it_is_asked_is_asked_again(
    nexmo: Nexmo,
) -> None:
    control = Control()

    class Resumes(Ledger):
        def before(self, item: Item, now: float) -> Hold | None:
            self.hold = None if self.asked == 3 else Hold("a moment")
            control.resume()
            return super().before(item, now)

    guard = Resumes()
    report = await job(
        nexmo, [sms(1)], MemoryJournal(), guards=[guard], control=control
    )

    assert (report.ok, guard.asked) == (1, 4)


async def test_progress_is_told_each_second_and_at_the_end(
    nexmo: Nexmo, clock: ManualClock
) -> None:
    told: list[Progress] = []
    control = Control(rate=2, concurrency=1)
    running = asyncio.ensure_future(
        job(
            nexmo,
            [sms(n) for n in range(10)],
            MemoryJournal(),
            control=control,
            progress=told.append,
        )
    )
    await clock.advance(10.0)
    await running

    assert [each.done for each in told] == [2, 4, 6, 8, 10]
    assert told[-1].total == 10
    assert told[1].eta == pytest.approx(3.0, abs=1.0)


async def test_what_progress_raises_ends_the_job_in_order(
    nexmo: Nexmo, clock: ManualClock
) -> None:
    def broken(_: Progress) -> None:
        raise LookupError("no screen")

    journal = MemoryJournal()
    running = asyncio.ensure_future(
        job(
            nexmo,
            [sms(n) for n in range(10)],
            journal,
            control=Control(rate=1),
            progress=broken,
        )
    )
    await clock.advance(20.0)

    with pytest.raises(LookupError, match="no screen"):
        await running
    assert (await job(nexmo, [sms(n) for n in range(10)], journal)).total == 10
