from __future__ import annotations

import asyncio
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import pytest
from bulk_office import GONE, UNCLEAR, Ledger, Office, job, person, sms

from nexmo_async import Basic, Nexmo, Receipt, Retry, Sms, Step, Workflow
from nexmo_async.bulk import (
    BadRow,
    Control,
    DoubleError,
    EarlierError,
    Item,
    JournalBusyError,
    JournalError,
    JournalFullError,
    MemoryJournal,
    RowError,
    WorkflowEndedError,
    key_of,
)
from nexmo_async.errors import (
    ConfigurationError,
    NexmoError,
)
from nexmo_async.models.receipt import Usage
from nexmo_async.testing import ManualClock, answer

if TYPE_CHECKING:
    from collections.abc import Iterable


def receipt(ref: str, number: int) -> Receipt:
    return Receipt(
        message_uuid=f"uuid-{number}",
        status="submitted",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        channel="sms",
        to=person(number),
        sender="ACME",
        client_ref=ref,
    )


async def test_a_job_sends_each_item_once(nexmo: Nexmo, office: Office) -> None:
    report = await job(nexmo, [sms(n) for n in range(100)], MemoryJournal())

    assert (report.total, report.ok, report.is_complete) == (100, 100, True)
    assert set(office.sent.values()) == {1}


async def test_the_report_adds_up_what_receipts_say_it_cost(
    nexmo: Nexmo, office: Office
) -> None:
    async def cost(number: int, price: str, currency: str) -> None:
        said = attrs.evolve(
            receipt(office.refs[person(number)], number),
            message_uuid=f"uuid-{person(number)}",
            usage=Usage(Decimal(price), currency),
        )
        await nexmo.receipts.record(said)
        await nexmo.receipts.record(attrs.evolve(said, status="delivered"))

    journal = MemoryJournal()
    items = [sms(n) for n in range(1200)]
    assert (await job(nexmo, items, journal)).cost == {}
    for number, price in ((0, "0.0333"), (700, "0.1"), (1199, "0.0667")):
        await cost(number, price, "EUR")
    await cost(3, "0.05", "USD")
    report = await job(nexmo, items, journal)

    # Each is counted once, though each of its receipts says so.
    assert report.cost == {"EUR": "0.2000", "USD": "0.05"}


async def test_the_same_job_again_skips_what_was_answered(
    nexmo: Nexmo, office: Office
) -> None:
    journal = MemoryJournal()
    await job(nexmo, [sms(n) for n in range(10)], journal)
    report = await job(nexmo, [sms(n) for n in range(15)], journal)

    assert (report.skipped, report.ok) == (10, 5)
    assert set(office.sent.values()) == {1}


async def test_a_double_is_flagged_and_not_sent(nexmo: Nexmo, office: Office) -> None:
    report = await job(nexmo, [sms(1), sms(2), sms(1)], MemoryJournal())

    assert (report.ok, report.failed) == (2, {"DoubleError": 1})
    assert office.sent[person(1)] == 1


async def test_a_key_of_its_own_makes_two_of_the_same(
    nexmo: Nexmo, office: Office
) -> None:
    items = [Item(sms(1), "monday"), Item(sms(1), "tuesday")]
    report = await job(nexmo, items, MemoryJournal())

    assert report.ok == 2
    assert office.sent[person(1)] == 2


async def test_a_bad_row_is_told_and_the_rest_goes_on(nexmo: Nexmo) -> None:
    rows = [sms(1), BadRow(3, "to", "is empty"), sms(2)]
    report = await job(nexmo, rows, MemoryJournal())

    assert (report.ok, report.failed) == (2, {"RowError": 1})


async def test_what_nexmo_refuses_is_not_sent_again(
    nexmo: Nexmo, office: Office
) -> None:
    journal, ledger = MemoryJournal(), Ledger()
    office.plan[person(1)].append(answer(422))
    first = await job(nexmo, [sms(1)], journal)
    again = await job(nexmo, [sms(1)], journal, guards=[ledger])

    assert (first.failed, again.skipped) == ({"RequestError": 1}, 1)
    assert office.sent[person(1)] == 0
    [result] = ledger.results
    assert isinstance(result.error, EarlierError)
    assert result.error.reason == "RequestError"


@pytest.mark.parametrize("status", [401, 402])
async def test_what_would_befall_all_stops_the_job(
    nexmo: Nexmo, office: Office, status: int
) -> None:
    journal = MemoryJournal()
    office.plan[person(1)].append(answer(status))
    items = [sms(n) for n in range(5)]
    report = await job(nexmo, items, journal, concurrency=1)

    assert report.total == 2
    assert "Nexmo refused with" in report.stopped
    assert (await job(nexmo, items, journal)).ok == 4
    assert set(office.sent.values()) == {1}


async def test_thirty_seconds_without_a_network_fail_nothing(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    control = Control()
    office.gone = GONE
    running = asyncio.ensure_future(
        job(nexmo, [sms(n) for n in range(200)], MemoryJournal(), control=control)
    )
    await clock.advance(30.0)

    assert control.snapshot().waiting_for == "no connection to api.nexmo.com: no route"
    assert control.snapshot().failed == {}
    office.gone = None
    await clock.advance(40.0)
    report = await running
    assert (report.ok, report.failed) == (200, {})
    assert set(office.sent.values()) == {1}


async def test_a_network_that_stays_away_stops_the_job(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    journal = MemoryJournal()
    items = [sms(n) for n in range(200)]
    office.gone = GONE
    running = asyncio.ensure_future(job(nexmo, items, journal, patience=60.0))
    await clock.advance(120.0)
    report = await running

    assert report.stopped.startswith("NotSentError")
    assert report.failed == {"NotSentError": 64}
    office.gone = None
    assert (await job(nexmo, items, journal)).ok == 200


async def test_a_429_keeps_the_job_waiting(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    office.plan[person(1)].append(answer(429, retry_after="7"))
    running = asyncio.ensure_future(job(nexmo, [sms(1)], MemoryJournal()))
    await clock.advance(6.9)

    assert not running.done()
    await clock.advance(0.2)
    assert (await running).ok == 1


async def test_an_unclear_outcome_is_reported_and_not_sent_again(
    nexmo: Nexmo, office: Office
) -> None:
    journal, ledger = MemoryJournal(), Ledger()
    office.plan[person(1)].append(UNCLEAR)
    first = await job(nexmo, [sms(1), sms(2)], journal, guards=[ledger])
    again = await job(nexmo, [sms(1), sms(2)], journal)

    assert (first.ok, first.unknown) == (1, 1)
    assert first.unknown_items[0].key == key_of(sms(1))
    assert (again.skipped, again.unknown) == (1, 1)
    assert office.sent[person(1)] == 0
    assert [each.unknown for each in ledger.results] == [False, True]


async def test_a_receipt_settles_it_by_the_end_of_the_job(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    journal = MemoryJournal()
    office.plan[person(1)].append(UNCLEAR)
    [ref] = (await job(nexmo, [sms(1)], journal)).unknown_items
    running = asyncio.ensure_future(
        job(nexmo, [sms(1)], journal, on_unknown="settle", grace=5.0)
    )
    await clock.advance(3.0)
    await nexmo.receipts.record(receipt(ref.client_ref, 1))
    await clock.advance(0.0)

    report = await running
    assert (report.ok, report.unknown) == (1, 0)
    assert (await job(nexmo, [sms(1)], journal)).skipped == 1
    assert office.sent[person(1)] == 0


async def test_settling_is_given_up_after_the_grace(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    office.plan[person(1)].append(UNCLEAR)
    running = asyncio.ensure_future(
        job(nexmo, [sms(1)], MemoryJournal(), on_unknown="settle", grace=5.0)
    )
    await clock.advance(5.1)

    assert (await running).unknown == 1


async def test_resend_sends_again_what_no_receipt_names(
    nexmo: Nexmo, office: Office
) -> None:
    journal, items = MemoryJournal(), [sms(1), sms(2)]
    for number in (1, 2):
        office.plan[person(number)].append(UNCLEAR)
    left = (await job(nexmo, items, journal)).unknown_items
    named = next(each for each in left if each.index == 0)
    await nexmo.receipts.record(receipt(named.client_ref, 1))
    report = await job(nexmo, items, journal, on_unknown="resend", grace=0.0)

    assert report.ok == 2
    assert dict(office.sent) == {person(2): 1}


async def test_resend_gives_receipts_the_grace_to_come_once_for_all_items(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    journal, items = MemoryJournal(), [sms(number) for number in range(4)]
    for number in range(4):
        office.plan[person(number)].append(UNCLEAR)
    left = (await job(nexmo, items, journal)).unknown_items
    named = next(each for each in left if each.index == 3)
    running = asyncio.ensure_future(
        job(nexmo, items, journal, on_unknown="resend", grace=5.0, concurrency=2)
    )
    await clock.advance(4.9)
    assert not office.sent

    await nexmo.receipts.record(receipt(named.client_ref, 3))
    await clock.advance(0.2)

    assert (await running).ok == 4
    assert dict(office.sent) == {person(number): 1 for number in range(3)}


async def test_the_reference_is_the_same_each_time_and_fits_every_generation(
    nexmo: Nexmo, office: Office
) -> None:
    await job(nexmo, [sms(1)], MemoryJournal())
    first = office.refs[person(1)]
    await job(nexmo, [sms(1)], MemoryJournal())

    assert office.refs[person(1)] == first
    assert len(first) <= 40


async def test_a_reference_of_its_own_is_kept(nexmo: Nexmo, office: Office) -> None:
    message = attrs.evolve(sms(1), client_ref="order-7")
    await job(nexmo, [message], MemoryJournal())

    assert office.refs[person(1)] == "order-7"


async def test_beta_has_no_reference(office: Office, clock: ManualClock) -> None:
    auth = Basic("key", "secret")
    once = Retry(attempts=1, on_unknown="raise")
    plan = {"transport": office, "clock": clock, "retry": once}
    office.plan[person(1)].append(UNCLEAR)
    async with Nexmo(auth, api="beta", **plan) as nexmo:
        report = await job(nexmo, [sms(1)], MemoryJournal())

    assert report.unknown_items[0].client_ref == ""


async def test_a_workflow_runs_to_its_end(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    steps = Step(sms(1), until="delivered", within=10), Step(sms(2))
    ledger = Ledger()
    flow = Workflow(*steps, patience=20)
    journal = MemoryJournal()
    running = asyncio.ensure_future(job(nexmo, [flow], journal, guards=[ledger]))
    await clock.advance(60.0)
    report = await running

    assert report.failed == {"WorkflowEndedError": 1}
    assert dict(office.sent) == {person(1): 1, person(2): 1}
    assert isinstance(ledger.results[0].error, WorkflowEndedError)
    assert (await job(nexmo, [flow], journal)).skipped == 1


async def test_a_workflow_cut_off_half_way_is_unknown_whatever_its_first_receipt_says(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    steps = Step(sms(1), until="delivered", within=600), Step(sms(2))
    flow, journal = Workflow(*steps, patience=20), MemoryJournal()
    control = Control()
    running = asyncio.ensure_future(job(nexmo, [flow], journal, control=control))
    await clock.advance(1.0)
    control.abort()
    cut = await running
    auth, once = Basic("key", "secret"), Retry(attempts=1, on_unknown="raise")
    async with Nexmo(auth, transport=office, clock=clock, retry=once) as later:
        await later.receipts.record(receipt(office.refs[person(1)], 1))
        again = await job(later, [flow], journal)

        assert (cut.unknown, again.unknown, again.ok) == (1, 1, 0)
        assert again.unknown_items[0].client_ref == office.refs[person(1)]
        assert dict(office.sent) == {person(1): 1}

        resent = job(later, [flow], journal, on_unknown="resend")
        running = asyncio.ensure_future(resent)
        await clock.advance(2000.0)
        assert (await running).unknown == 0
    assert dict(office.sent) == {person(1): 2, person(2): 1}


async def test_an_error_of_the_source_is_raised_once_all_is_settled(
    nexmo: Nexmo, office: Office
) -> None:
    def source() -> Iterable[Sms]:
        yield sms(1)
        raise LookupError("no more rows")

    with pytest.raises(LookupError, match="no more rows"):
        await job(nexmo, source(), MemoryJournal())
    assert office.sent.total() == 1


async def test_the_report_is_ready_for_json(nexmo: Nexmo, office: Office) -> None:
    office.plan[person(1)].append(UNCLEAR)
    told = (await job(nexmo, [sms(1), sms(2)], MemoryJournal())).to_dict()

    assert told["job"] == "spring"
    assert told["started"] == "2026-01-01T00:00:00+00:00"
    assert told["unknown_items"][0]["index"] == 0
    assert told["curve"][0]["sent"] == 1


@pytest.mark.parametrize("name", ["", "a/b", "..", "x" * 65])
async def test_a_name_that_makes_no_file_is_refused(nexmo: Nexmo, name: str) -> None:
    with pytest.raises(ConfigurationError, match="job"):
        await nexmo.bulk.run([], job=name, journal=MemoryJournal())


@pytest.mark.parametrize(
    "error",
    [
        JournalError("a.db", "is torn", "Restore it."),
        JournalBusyError("a.db", 7),
        JournalFullError("a.db", "no space"),
        RowError(3, "to", "is empty"),
        DoubleError("k"),
        EarlierError("k", "RequestError"),
        WorkflowEndedError("w", "silent", "nobody answered"),
    ],
)
def test_the_errors_of_bulks_survive_pickle(error: NexmoError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  our own

    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
