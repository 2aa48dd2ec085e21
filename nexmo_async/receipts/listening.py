"""Waiting for what is told: the half that all stores share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Self

from nexmo_async.errors import NoReplyError, StillWaitingError
from nexmo_async.models.condition import described
from nexmo_async.receipts.ears import Ears
from nexmo_async.receipts.forward import Forward
from nexmo_async.receipts.store import furthest, verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import TracebackType

    from nexmo_async.clock import Clock
    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.receipts.ears import Ear, Watch
    from nexmo_async.receipts.store import Heard, Until


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
            self._ears.close(self._message, self._ear)
            self._ear = None

    async def _told(self) -> Sequence[Receipt]:
        ear = self._listen()
        await ear.bell()
        told = ear.take()
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
                told: Sequence[Receipt] | None = None
                while True:
                    if told is None:
                        told = await self._patient_history(message)
                    if (found := verdict(told, until)) is not None:
                        return found
                    await ear.bell()
                    told = ear.take()
        except TimeoutError:
            pass
        finally:
            self._ears.close(message, ear)
        told = await self._last_look(message)
        if (found := verdict(told, until)) is not None:  # it came at the last moment
            return found
        raise StillWaitingError(message, described(until), within, furthest(told))

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
                    await ear.bell()
                    ear.take()
                return found
        except TimeoutError:
            raise NoReplyError(sender, within) from None
        finally:
            self._inbox.close(sender, ear)

    def _tell(self, receipt: Receipt) -> None:
        self._ears.tell(receipt.message_uuid, receipt)
        if receipt.client_ref and receipt.client_ref != receipt.message_uuid:
            self._ears.tell(receipt.client_ref, receipt)
        if receipt.workflow is not None:
            self._ears.tell(receipt.workflow.workflow_uuid, receipt)
