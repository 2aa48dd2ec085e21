"""What every journal of a job must do. Run it on yours: `await check_journal(make)`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from nexmo_async.bulk.errors import JournalBusyError, JournalError
from nexmo_async.bulk.journal.entries import Answer, Intent, Journal
from nexmo_async.clock import ManualClock
from nexmo_async.testing.demand import (
    WITHIN,
    demand,
    demand_end,
    demand_error,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Makes a journal that is not open: the same memory each time, of which nothing is
#: known before the first.
Again = Callable[[], Journal]

#: Makes new, empty memory, and what opens it again.
MakeJournal = Callable[[], Awaitable[Again]]

_Demand = Callable[[Again, ManualClock], Awaitable[None]]

_FIRST: Final = Intent("a", "ref-a", 0, 2, 1.0)
_SECOND: Final = Intent("b", "ref-b", 1, None, 2.0)
_MANY: Final = 1000


async def check_journal(make: MakeJournal, *, within: float = WITHIN) -> None:
    """Try all that a journal must do.

    Args:
        make: Makes new memory, and returns what makes a journal on it, over and over.
        within: Seconds of real time that each demand may take.

    Raises:
        AssertionError: It does not do it; the message says what.
    """
    for check in _DEMANDS:
        async with demand_end(within, f"{named(check)}: it hangs"):
            await check(await make(), ManualClock())


async def _nothing_is_known_of_a_new_item(again: Again, clock: ManualClock) -> None:
    journal = again()
    await journal.open("job", clock, {})
    demand(await journal.look("a") is None, "nothing is known of a new item")
    demand(await journal.look("a") is None, "looking writes nothing")
    demand(await journal.intend(_FIRST) is None, "nothing is known of a new item")
    demand(journal.may_know("a"), "what was intended may be known")
    known = await journal.look("a")
    demand(known is not None and known.is_double, "a look finds a double of this run")
    known = await journal.intend(_FIRST)
    demand(known is not None and known.is_double, "the second of a run is a double")
    await journal.aclose()


async def _an_intent_survives(again: Again, clock: ManualClock) -> None:
    journal = again()
    await journal.open("job", clock, {})
    await journal.intend(_FIRST)
    await journal.aclose()
    journal = again()
    await journal.open("job", clock, {})
    may_know, seen = journal.may_know("a"), await journal.look("a")
    known = await journal.intend(_FIRST._replace(place=7, at=9.0))
    await journal.aclose()
    demand(known is not None, "an intent is known to the next run")
    demand(may_know, "what an earlier run intended may be known, or it is sent again")
    if known is not None:
        demand(known.answer.state == "intended", "it was intended, no more")
        demand(known.intent == _FIRST, "and is told as it was written first")
        demand(not known.is_double, "the first time in a run is no double")
        demand(seen == known, "and a look has told the same")


async def _an_answer_survives(again: Again, clock: ManualClock) -> None:
    answers = {
        "a": Answer("answered", "uuid-a", "", 0.25, 3.0),
        "b": Answer("refused", "", "RequestError", 0.5, 4.0),
    }
    journal = again()
    await journal.open("job", clock, {})
    for intent in (_FIRST, _SECOND):
        await journal.intend(intent)
        journal.answer(intent.key, answers[intent.key])
    await journal.aclose()
    journal = again()
    await journal.open("job", clock, {})
    for intent in (_SECOND, _FIRST):
        known = await journal.intend(intent)
        told = None if known is None else known.answer
        demand(told == answers[intent.key], "an answer is known to the next run")
    await journal.aclose()


async def _what_did_not_leave_is_intended_again(
    again: Again, clock: ManualClock
) -> None:
    journal = again()
    await journal.open("job", clock, {})
    await journal.intend(_FIRST)
    journal.answer("a", Answer("unsent", "", "NotSentError"))
    demand(not await journal.unsettled(-1, 9), "what did not leave is not unsettled")
    await journal.aclose()
    journal = again()
    await journal.open("job", clock, {})
    known = await journal.intend(_FIRST)
    demand(
        known is not None and known.answer.state == "unsent", "unsent is what it was"
    )
    demand(len(await journal.unsettled(-1, 9)) == 1, "and from now on it is intended")
    await journal.aclose()


async def _the_unsettled_are_found(again: Again, clock: ManualClock) -> None:
    journal = again()
    await journal.open("job", clock, {})
    intents = [Intent(f"k{n}", f"r{n}", n, None, 1.0) for n in range(10)]
    for intent in intents:
        await journal.intend(intent)
    for n in range(0, 10, 2):
        journal.answer(f"k{n}", Answer("answered", f"u{n}"))
    journal.answer("k1", Answer("unknown", "", "UnknownOutcomeError"))
    first = await journal.unsettled(-1, 3)
    rest = await journal.unsettled(first[-1][0], 9)
    found = [entry.intent for _, entry in (*first, *rest)]
    demand(found == intents[1::2], "the unsettled are found page by page, in order")
    first = await journal.answered(-1, 3)
    rest = await journal.answered(first[-1][0], 9)
    found = [entry.intent for _, entry in (*first, *rest)]
    demand(found == intents[::2], "and so are those that were accepted")
    await journal.aclose()


async def _one_at_a_time(again: Again, clock: ManualClock) -> None:
    journal, other = again(), again()
    await journal.open("job", clock, {})
    with demand_error(JournalBusyError, "a second one is refused"):
        await other.open("job", clock, {})
    await journal.aclose()
    await journal.aclose()
    await other.open("job", clock, {})
    await other.aclose()


async def _another_job_is_refused(again: Again, clock: ManualClock) -> None:
    journal = again()
    await journal.open("job", clock, {})
    await journal.aclose()
    journal = again()
    with demand_error(JournalError, "the journal of another job is refused"):
        await journal.open("other", clock, {})


async def _many_at_once(again: Again, clock: ManualClock) -> None:
    journal = again()
    await journal.open("job", clock, {})
    intents = [Intent(f"k{n % (_MANY // 2)}", "r", n, None, 0.0) for n in range(_MANY)]
    found = await asyncio.gather(*map(journal.intend, intents))
    doubles = [known for known in found if known is not None]
    demand(len(doubles) == _MANY // 2, "of many at once each double is found")
    demand(all(known.is_double for known in doubles), "and called one")
    await journal.aclose()


_DEMANDS: Final[Sequence[_Demand]] = (
    _nothing_is_known_of_a_new_item,
    _an_intent_survives,
    _an_answer_survives,
    _what_did_not_leave_is_intended_again,
    _the_unsettled_are_found,
    _one_at_a_time,
    _another_job_is_refused,
    _many_at_once,
)
