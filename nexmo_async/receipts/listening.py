"""Waiting for what is told: the half that all stores share."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Self

from nexmo_async.errors import NoReplyError, StillWaitingError
from nexmo_async.receipts.forward import Forward
from nexmo_async.receipts.store import described, furthest, verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import TracebackType

    from nexmo_async.clock import Clock
    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt, Report
    from nexmo_async.receipts.store import Heard, Until


class Ear:
    """One who listens to one name. A hundred thousand of them are nothing unusual."""

    __slots__ = ("_again", "_bell", "_told", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._again = False
        self._told: list[Receipt] | None = None
        self._bell: asyncio.Future[None] | None = None

    def tell(self, receipt: Receipt) -> None:
        """Wake whoever listens."""
        if self._told is None:
            self._told = []
        self._told.append(receipt)
        self._ring()

    def look_again(self) -> None:
        """Wake whoever listens: what was told may not be all."""
        self._again = True
        self._ring()

    def report(self, report: Report) -> None:
        """Whoever waits for receipts has no use for a report."""

    async def hear(self) -> Sequence[Receipt] | None:
        """What was told since, waiting until something is; None: look again."""
        if self._told is None and not self._again:
            self._bell = asyncio.get_running_loop().create_future()
            try:
                await self._bell
            finally:
                self._bell = None
        told, again = self._told, self._again
        self._told, self._again = None, False
        return None if again else told

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)


class Watch(Ear):
    """One who is called at once, instead of being woken: it holds no task."""

    __slots__ = ("_ears", "_heard")

    def __init__(self, name: str, heard: Heard, ears: Ears) -> None:
        super().__init__(name)
        self._heard = heard
        self._ears = ears

    def tell(self, receipt: Receipt) -> None:
        """Call."""
        self._heard(receipt)

    def report(self, report: Report) -> None:
        """Call."""
        self._heard(report)

    def look_again(self) -> None:
        """Call, without saying what it is."""
        self._heard(None)

    def close(self) -> None:
        """Be called no longer."""
        self._ears.close(self)


class Ears:
    """Everyone who listens, by name."""

    def __init__(self) -> None:
        self._ears: dict[str, list[Ear]] = {}

    def __len__(self) -> int:
        """How many names are listened to."""
        return len(self._ears)

    def __contains__(self, name: str) -> bool:
        """Whether anybody listens to this name."""
        return name in self._ears

    def open(self, name: str) -> Ear:
        """Listen to a name from now on. Close it."""
        ear = Ear(name)
        self._ears.setdefault(name, []).append(ear)
        return ear

    def watch(self, name: str, heard: Heard) -> Watch:
        """Be called from now on. Close it."""
        watch = Watch(name, heard, self)
        self._ears.setdefault(name, []).append(watch)
        return watch

    def close(self, ear: Ear) -> None:
        """Listen no longer."""
        ears = self._ears.get(ear.name, [])
        if ear in ears:
            ears.remove(ear)
        if not ears:
            self._ears.pop(ear.name, None)

    def tell(self, name: str, receipt: Receipt) -> None:
        """Wake everyone who listens to this name."""
        for ear in tuple(self._ears.get(name, ())):  # one that is called may close
            ear.tell(receipt)

    def report(self, report: Report) -> None:
        """Call everyone who watches this workflow."""
        for ear in tuple(self._ears.get(report.workflow_uuid, ())):
            ear.report(report)

    def look_again(self, name: str) -> None:
        """Let everyone who listens to this name look for themselves."""
        for ear in tuple(self._ears.get(name, ())):
            ear.look_again()

    def all_look_again(self) -> None:
        """Let everyone look for themselves: something may have been missed."""
        for name in tuple(self._ears):
            self.look_again(name)


class Steps:
    """A `Subscription`: the receipts of one message, each step once."""

    def __init__(
        self,
        message: str,
        ears: Ears,
        history: Callable[[str], Awaitable[Sequence[Receipt]]],
    ) -> None:
        self._message = message
        self._ears = ears
        self._history = history
        self._ear: Ear | None = None
        self._forward = Forward()
        self._ready: deque[Receipt] = deque()

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> Receipt:
        """The next step forward; the last one is final."""
        while not self._ready:
            if self._forward.ended:
                self.close()
                raise StopAsyncIteration
            told = await self._told()
            self._ready.extend(self._forward.take(told))
        return self._ready.popleft()

    async def __aenter__(self) -> Self:
        """Listen from now on."""
        self._listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no longer."""
        self.close()

    def __del__(self) -> None:
        """Whoever leaves a loop with `break` has no more to say than that."""
        self.close()

    def close(self) -> None:
        """Listen no longer."""
        if self._ear is not None:
            self._ears.close(self._ear)
            self._ear = None

    async def _told(self) -> Sequence[Receipt]:
        told = await self._listen().hear()
        return await self._history(self._message) if told is None else told

    def _listen(self) -> Ear:
        if self._ear is None:
            self._ear = self._ears.open(self._message)
            self._ear.look_again()  # at what is there already
        return self._ear


class Listening(ABC):
    """Waits, for any store that can read and that tells its `_ears`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ears = Ears()
        self._inbox = Ears()

    @abstractmethod
    async def history(self, message: str) -> Sequence[Receipt]:
        """Every receipt of the message so far, in the order they came."""

    @abstractmethod
    async def _claim(self, sender: str) -> Inbound | None:
        """Take the oldest message of this person, if there is one."""

    async def _patient_history(self, message: str) -> Sequence[Receipt]:
        """As `history`, but a failure that may pass is waited out."""
        return await self.history(message)

    async def _last_look(self, message: str) -> Sequence[Receipt]:
        """As `history`, when there is no time left for patience."""
        return await self.history(message)

    async def wait_for(self, message: str, until: Until, within: float) -> Receipt:
        """The receipt that says the message has come that far."""
        ear = self._ears.open(message)
        try:
            async with self._clock.timeout(within):
                told = await self._patient_history(message)
                while (found := verdict(told, until)) is None:
                    heard = await ear.hear()
                    told = (
                        await self._patient_history(message) if heard is None else heard
                    )
                return found
        except TimeoutError:
            last = furthest(await self._last_look(message))
            raise StillWaitingError(message, described(until), within, last) from None
        finally:
            self._ears.close(ear)

    def subscribe(self, message: str) -> Steps:
        """Each step of the message as it comes, those that were already included."""
        return Steps(message, self._ears, self._patient_history)

    def watch(self, name: str, heard: Heard) -> Watch:
        """Call for each receipt of a message or workflow, from now on."""
        return self._ears.watch(name, heard)

    async def reply(self, sender: str, within: float) -> Inbound:
        """The oldest message of this person that nobody was given yet."""
        ear = self._inbox.open(sender)
        try:
            async with self._clock.timeout(within):
                while (found := await self._claim(sender)) is None:
                    await ear.hear()
                return found
        except TimeoutError:
            raise NoReplyError(sender, within) from None
        finally:
            self._inbox.close(ear)

    def _tell(self, receipt: Receipt) -> None:
        self._ears.tell(receipt.message_uuid, receipt)
        if receipt.client_ref and receipt.client_ref != receipt.message_uuid:
            self._ears.tell(receipt.client_ref, receipt)
        if receipt.workflow is not None:
            self._ears.tell(receipt.workflow.workflow_uuid, receipt)
