"""Sends a chunk, slice by slice: what is about to leave is written down first."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.durable.bulk.running import begin, ended
from nexmo_async.durable.bulk.spelling import CHUNK
from nexmo_async.durable.bulk.turns import LATE
from nexmo_async.durable.engine import BULK, Job
from nexmo_async.errors import (
    AuthenticationError,
    LowBalanceError,
    NexmoError,
    NotSentError,
    RateLimitError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import Clock
    from nexmo_async.durable.bulk.ledger import Chunk, Ledger, Word
    from nexmo_async.durable.bulk.spelling import Entry, Outcome
    from nexmo_async.durable.bulk.turns import Pace, Turns
    from nexmo_async.durable.runs import Durable
    from nexmo_async.durable.sending import Sends

#: The lane of chunks.
BULK_LANE: Final = "nexmo_async.bulk"

#: Chunks that one worker sends at the same time, unless the lane says otherwise.
AT_ONCE: Final = 8

#: Seconds after which a chunk queues again: a worker that is told to stop waits for it.
HAND_OVER: Final = 20.0

#: Seconds between two looks at what the job was told.
LOOK: Final = 0.25

#: Seconds before a turn in which nothing is asked, so as not to miss it.
CLOSE: Final = 0.1

#: Seconds that one send may take, its tries included.
SEND_WITHIN: Final = 60.0

#: Keep all items back for a while: none of them has left.
WAITED_OUT: Final = (NotSentError, RateLimitError, ThrottledError)

#: Would befall all items: the job stops, to be run again once that is mended.
STOPS: Final = (AuthenticationError, LowBalanceError)

#: Seconds of the first wait after a failure that concerns all, and of the longest.
BACK_OFF: Final = 1.0
LONGEST_BACK_OFF: Final = 30.0

#: Parts of a second that a slice may take at a rate.
PART: Final = 0.5


class Receipts(Protocol):
    """Knows receipts by the client_ref of their message: `nexmo.receipts`."""

    async def history(self, message: str) -> Sequence[object]:
        """Every receipt of it so far."""
        ...


@attrs.define
class Trouble:
    """What kept items of a chunk back.

    Attributes:
        rest: Seconds to leave Nexmo alone for; None: nothing did.
        stop: Why the whole job has to stop; empty if it has not.
    """

    rest: float | None = None
    stop: str = ""

    def met(self, why: NexmoError) -> None:
        """It has been met."""
        if isinstance(why, STOPS):
            self.stop = f"{type(why).__name__}: {why.what()}"
            return
        asked = getattr(why, "retry_after", None) or 0.0
        self.rest = max(self.rest or 0.0, asked)


def spell_turn(job: int, chunk: int, tries: int = 0) -> str:
    """What the job of a chunk has to know."""
    return json.dumps({"job": job, "chunk": chunk, "tries": tries})


def turn_key(job: int, chunk: int, turn: int) -> str:
    """Under which a chunk queues for the nth time."""
    return f"bulk:{job}:{chunk}:{turn}"


class ChunkSender:
    """Does the chunks of all jobs on one engine.

    Args:
        engine: Where they queue, and what runs their workflows.
        ledger: Where it is written down.
        pace: Where turns are given out.
        send: Sends one message: `nexmo.messages.send`.
        clock: What time is measured by.
        receipts: May know of what a dead worker was sending.
    """

    def __init__(  # noqa: PLR0913, PLR0917  all that it works with
        self,
        engine: Durable,
        ledger: Ledger,
        pace: Pace,
        send: Sends,
        clock: Clock,
        receipts: Receipts | None = None,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._pace = pace
        self._send = send
        self._clock = clock
        self._receipts = receipts
        self._words: dict[int, tuple[float, Word]] = {}
        engine.handle(CHUNK, self)

    async def __call__(self, key: str, body: str) -> str:
        """Send a chunk, as far as it goes, and say how it was left."""
        said = json.loads(body)
        job, number, turn = said["job"], said["chunk"], int(key.rpartition(":")[2])
        taken = await self._ledger.take(job, number, turn, uuid.uuid4().hex)
        if taken is None:
            return "over"
        chunk, word = taken
        after = turn_key(job, number, turn + 1)
        if chunk.is_replay and await self._engine.status(after) is not None:
            return "handed over"  # and only the end of that was not kept
        trouble, left = Trouble(), await self._work(chunk, word)
        if isinstance(left, Trouble):
            trouble, left = left, "left"
        if left != "left":
            return left
        if trouble.stop:
            await self._ledger.stop(chunk, trouble.stop)
            await self._ledger.rest(chunk)
            return "stopped"
        tries = 0 if trouble.rest is None else said["tries"] + 1
        await self._engine.submit(
            Job(CHUNK, spell_turn(job, number, tries)),
            key=after,
            lane=BULK_LANE,
            delay=_delay(trouble.rest, tries),
            priority=BULK,
        )
        return "handed over"

    async def _work(self, chunk: Chunk, word: Word) -> str | Trouble:
        """Send what is pending. How it was left, or what it has met."""
        ends = self._clock.monotonic() + HAND_OVER
        trouble, number = Trouble(), chunk.slices + 1
        over = await ended(self._engine, chunk)
        last: list[Outcome] | None = None
        while True:
            places = [one.place for one in over] or self._next(chunk, word)
            if not places:
                trouble.rest = trouble.rest or 0.0  # only runs are left, which go on
            is_time = self._clock.monotonic() < ends
            goes_on = is_time and trouble.rest is None and not trouble.stop
            begins = places if goes_on else None
            told = await self._ledger.turn(chunk, number, last, begins)
            if told is None:
                return "in other hands"
            word, last = told, None
            if not chunk.pending:
                await self._ledger.done(chunk)
                return "done"
            if not goes_on:
                return trouble if word.stopped is None else await self._rest(chunk)
            if word.stopped is not None:
                if await self._ledger.rest(chunk):
                    return "stopped"
                continue
            if word.paused is not None:
                await self._clock.sleep(LOOK)
                continue
            last = over or await self._slice(chunk, places, word, trouble)
            told_of = {one.place for one in last}
            chunk.pending[:] = [one for one in chunk.pending if one not in told_of]
            over, number = [], number + 1

    async def _rest(self, chunk: Chunk) -> str | Trouble:
        return "stopped" if await self._ledger.rest(chunk) else Trouble()

    def _next(self, chunk: Chunk, word: Word) -> list[int]:
        """What the next slice sends: those in doubt apart from the others."""
        rate = word.per_sender or word.rate
        most = chunk.slice
        if rate is not None:
            most = max(1, min(most, int(rate * PART)))
        left = chunk.left
        is_doubtful = bool(left) and left[0] in chunk.doubtful
        alike = [place for place in left if (place in chunk.doubtful) == is_doubtful]
        return alike[:most]

    async def _slice(
        self, chunk: Chunk, places: Sequence[int], word: Word, trouble: Trouble
    ) -> list[Outcome]:
        """Send them at their turns, and wait for all answers."""
        began = self._clock.monotonic()
        async with asyncio.TaskGroup() as tasks:
            sends: list[asyncio.Task[Outcome | None]] = []
            if word.rate is None and word.per_sender is None:
                sends += [
                    tasks.create_task(self._one(chunk, place, began, trouble))
                    for place in places
                ]
            else:
                await self._paced(chunk, places, word, trouble, tasks, sends)
        return [one for task in sends if (one := task.result()) is not None]

    async def _paced(  # noqa: PLR0913, PLR0917  what it sends, how, and where to
        self,
        chunk: Chunk,
        places: Sequence[int],
        word: Word,
        trouble: Trouble,
        tasks: asyncio.TaskGroup,
        sends: list[asyncio.Task[Outcome | None]],
    ) -> None:
        began = self._clock.monotonic()
        self._words[chunk.job] = began, word
        turns: Turns | None = None
        missed: Turns | None = None
        used = 0
        for done, place in enumerate(places):
            while True:
                if turns is None or used == turns.count:
                    count = len(places) - done
                    turns = await self._turns(chunk, word, count, missed)
                    used = 0
                due = turns.first + used * turns.every
                while (wait := due - self._clock.monotonic()) > 0:
                    await self._clock.sleep(min(wait, LOOK))
                    if not (await self._word(chunk.job, due)).goes_on:
                        return
                used += 1
                if self._clock.monotonic() - due <= LATE:
                    break
                missed = turns  # that moment is lost, the others are not
            missed = None
            sends.append(tasks.create_task(self._one(chunk, place, began, trouble)))

    async def _word(self, job: int, due: float) -> Word:
        """What a job was told lately: asked once for all of its chunks here."""
        now = self._clock.monotonic()
        at, word = self._words[job]
        if now - at >= LOOK and due - now > CLOSE:
            self._words[job] = now, word  # the others do not ask meanwhile
            word = await self._ledger.word(job)
            self._words[job] = now, word
        return word

    async def _turns(
        self, chunk: Chunk, word: Word, count: int, missed: Turns | None
    ) -> Turns:
        return await self._pace.turns(chunk.job, chunk.sender, word, count, missed)

    async def _one(
        self, chunk: Chunk, place: int, began: float, trouble: Trouble
    ) -> Outcome | None:
        """What became of one item; None: nothing, it is to be sent later."""
        entry, is_doubtful = chunk.entries[place], place in chunk.doubtful
        if isinstance(entry.message, Workflow):
            return await begin(self._engine, chunk, place)
        ref = entry.ref(chunk.name)
        if is_doubtful:
            known = await self._known(chunk, entry, place, ref)
            if known is not None:
                return known
        at, error, name = self._clock.monotonic(), None, ""
        try:
            taken = await self._send(entry.message, total=SEND_WITHIN)
            name = taken.message_uuid
        except (*WAITED_OUT, *STOPS) as why:
            trouble.met(why)
            return None
        except NexmoError as why:
            error = why
        except Exception as why:  # noqa: BLE001  it may have come after the send
            error = UnknownOutcomeError(ref, f"{type(why).__name__}: {why}")
        return entry.outcome(
            place,
            uuid=name,
            error=error,
            took=self._clock.monotonic() - at,
            waited=at - began,
            resent=is_doubtful,
            ref=ref if is_doubtful or isinstance(error, UnknownOutcomeError) else "",
        )

    async def _known(
        self, chunk: Chunk, entry: Entry, place: int, ref: str
    ) -> Outcome | None:
        """What is known of one that a dead worker may have sent; None: send it."""
        heard = () if self._receipts is None else await self._receipts.history(ref)
        error = None
        if not heard:
            if chunk.on_unknown == "resend":
                return None
            error = UnknownOutcomeError(ref, "the worker died, and no receipt has come")
        return entry.outcome(
            place,
            uuid=getattr(heard[0], "message_uuid", "") if heard else "",
            error=error,
            handed=False,
            ref=ref,
        )


def _delay(rest: float | None, tries: int) -> float:
    """Seconds until the chunk is taken up again."""
    if rest is None:
        return 0.0
    return max(rest, min(BACK_OFF * 2.0 ** (tries - 1), LONGEST_BACK_OFF))
