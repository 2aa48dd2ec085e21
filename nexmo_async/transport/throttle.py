"""Layer: no faster than you allow, first come first served, several limits at once."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from functools import partial
from types import coroutine
from typing import TYPE_CHECKING, Final, Literal, cast

import attrs

from nexmo_async.errors import ConfigurationError, ThrottledError
from nexmo_async.observe import events
from nexmo_async.transport.base import SANE, Request, Response, Transport, retry_after
from nexmo_async.transport.window import Windows

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from nexmo_async.clock import Clock
    from nexmo_async.observe.events import Tell
    from nexmo_async.transport.window import Window

#: What a limit counts by: the account, the sender, the recipient, or what your function
#: makes of the request; None means that the limit does not concern it.
Key = Literal["account", "sender", "recipient"] | Callable[[Request], Hashable]

_KEYS: Final[Mapping[object, Callable[[Request], Hashable]]] = {
    "account": lambda _: "",
    "sender": lambda request: request.sender or None,
    "recipient": lambda request: request.recipient or None,
}

#: Which limits are passed first: the narrow ones, so that waiting there takes no place
#: in a wide one. A function of yours stands between.
_NARROW_FIRST: Final[Mapping[object, int]] = {"recipient": 0, "sender": 2, "account": 3}

#: Whose key a 429 closes: the one an operator counts by, where there is such a limit.
_BLAMED_FIRST: Final[Mapping[object, int]] = {"sender": 0, "account": 2, "recipient": 3}
_YOURS: Final = 1

_TOO_MANY: Final = 429

#: Seconds that a key stays closed after a 429 that does not say (vendor's 2018 SDK).
PAUSE: Final = 0.5


@attrs.frozen
class Limit:
    """At most so many sends in any such time.

    Args:
        number: Sends at most in any window.
        per: Seconds of the window.
        key: What is counted together: "account", "sender", "recipient", or a function
            of the request that returns a key, or None where the limit does not apply.
        max_wait: Seconds that a send may queue before it is refused, unsent. None: as
            long as its deadline lets it.

    Raises:
        ConfigurationError: A number is too small to mean anything, or the key unknown.
    """

    number: int
    per: float = attrs.field(default=1.0, kw_only=True)
    key: Key = attrs.field(default="account", kw_only=True)
    max_wait: float | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse what would let nothing, or everything, pass."""
        if self.number < 1:
            raise ConfigurationError("Limit.number", "must be at least 1")
        if not 0 < self.per < math.inf:
            raise ConfigurationError("Limit.per", "must be more than 0 seconds")
        if self.max_wait is not None and self.max_wait < 0:
            raise ConfigurationError("Limit.max_wait", "must be 0 seconds or more")
        if not callable(self.key) and self.key not in _KEYS:
            problem = f"is {self.key!r}, choose from {', '.join(map(str, _KEYS))}"
            raise ConfigurationError("Limit.key", problem)

    def of(self, request: Request) -> Hashable:
        """The key of this request; None if the limit does not concern it."""
        return (self.key if callable(self.key) else _KEYS[self.key])(request)


@attrs.frozen(kw_only=True)
class Usage:
    """How one key of a limit stands at this moment.

    Attributes:
        limit: The limit.
        key: The account (empty), sender, recipient, or what your function returned.
        used: Sends that count in the window now.
        waiting: Sends that queue for it.
        closed_for: Seconds that it stays closed after a 429; 0 if it is open.
    """

    limit: Limit
    key: Hashable
    used: int
    waiting: int
    closed_for: float


@attrs.frozen
class Turn:
    """What a request has that may go.

    Attributes:
        windows: Where it has a place.
        waited: Seconds that it queued.
    """

    windows: Sequence[Window]
    waited: float = 0.0


class Throttle:
    """The limits of an account, shared by all who send through one client.

    Args:
        limits: All of them hold at once.
        clock: What windows are measured by.

    Raises:
        ConfigurationError: It is a limit, not a list of limits.
    """

    def __init__(self, limits: Sequence[Limit], clock: Clock) -> None:
        if isinstance(limits, Limit):
            raise ConfigurationError("limits", "is one Limit, write [Limit(...)]")
        self._limits = sorted(limits, key=lambda limit: _place(_NARROW_FIRST, limit))
        self._blamed = sorted(
            enumerate(self._limits), key=lambda each: _place(_BLAMED_FIRST, each[1])
        )
        self._clock = clock
        self._windows = Windows()
        self._bells: OrderedDict[asyncio.Event, None] = OrderedDict()
        # Whoever waits longest keeps the watch and wakes the others in their turn.
        self._watch: asyncio.Event | None = None
        self._looks_at = math.inf

    def __repr__(self) -> str:
        """Show how many limits there are and how many sends wait."""
        return f"<Throttle limits={len(self._limits)} waiting={len(self._bells)}>"

    def usage(self) -> tuple[Usage, ...]:
        """How each key stands that was used lately."""
        now = self._clock.monotonic()
        return tuple(
            Usage(
                limit=self._limits[number],
                key=key,
                used=window.count(now),
                waiting=window.waiting,
                closed_for=max(0.0, window.closed_until - now),
            )
            for (number, key), window in self._windows.items()
            if not window.is_idle(now)
        )

    async def enter(self, request: Request, queued: Callable[[], object]) -> Turn:
        """Wait until the request may go. Say then that it has `left`, or `give_back`.

        Args:
            request: Its sender, recipient and the like say which limits concern it.
            queued: Called if it has to wait.

        Raises:
            ThrottledError: A `max_wait`, or the deadline, is over.
        """
        came = self._clock.monotonic()
        patience = request.deadline - came
        windows: list[Window] = []
        for number, limit in enumerate(self._limits):
            key = limit.of(request)
            if key is not None:
                windows.append(self._window(number, key, came, windows))
                if limit.max_wait is not None:
                    patience = min(patience, limit.max_wait)
        if self._windows.enter(windows, came):
            return Turn(windows)
        queued()
        try:
            async with self._clock.timeout(None if math.isinf(patience) else patience):
                went = await self._wait(windows, came)
        except TimeoutError:
            raise ThrottledError(max(patience, 0.0)) from None
        return Turn(windows, went - came)

    def left(self, turn: Turn) -> None:
        """Whoever had this turn is gone, and counts from now on."""
        self._windows.left(turn.windows, self._clock.monotonic())
        self._look_again()

    def give_back(self, turn: Turn) -> None:
        """Whoever had this turn does not go: another may have it."""
        self._windows.give_back(turn.windows, self._clock.monotonic())
        self._look_again()

    def refused(self, request: Request, quiet: float) -> None:
        """Close the key that a 429 is about, for so many seconds, an hour at most."""
        quiet = min(quiet, SANE)
        now = self._clock.monotonic()
        for number, limit in self._blamed:
            key = limit.of(request)
            if key is not None:
                self._window(number, key, now).close(now + quiet)
                return

    def _window(
        self, number: int, key: Hashable, now: float, beside: Sequence[Window] = ()
    ) -> Window:
        limit = self._limits[number]
        return self._windows.window(
            number, key, number=limit.number, per=limit.per, now=now, beside=beside
        )

    async def _wait(self, windows: Sequence[Window], now: float) -> float:
        bell = asyncio.Event()
        # Through the loop: the watch may wake itself among others, in its turn.
        wake = partial(asyncio.get_running_loop().call_soon, bell.set)
        waiter = self._windows.wait(windows, now, wake)
        self._bells[bell] = None
        self._look_again()
        try:
            while waiter.is_waiting:
                if self._watch is None:
                    self._watch = bell
                if self._watch is bell:
                    await self._keep_watch(bell)
                else:
                    await bell.wait()
                bell.clear()
            self._windows.go(waiter)
        finally:
            del self._bells[bell]
            self._windows.leave(waiter, self._clock.monotonic())
            if self._watch is bell:
                self._watch = None
            if self._watch is None and self._bells:
                next(reversed(self._bells)).set()
            self._look_again()
        return self._clock.monotonic()

    async def _keep_watch(self, bell: asyncio.Event) -> None:
        now = self._clock.monotonic()
        self._looks_at = self._windows.advance(now)
        within = None if math.isinf(self._looks_at) else self._looks_at - now
        with suppress(TimeoutError):
            async with self._clock.timeout(within):
                await bell.wait()

    def _look_again(self) -> None:
        if self._watch is not None and self._windows.due < self._looks_at:
            self._watch.set()


@attrs.define
class Throttled:
    """Layer: waits for its turn; a 429 closes the key that it is about.

    Attributes:
        fresh: The header to go with after a wait: a token may have ended meanwhile.
    """

    inner: Transport
    throttle: Throttle
    clock: Clock
    tell: Tell | None = None
    fresh: Callable[[], Awaitable[str]] | None = None

    async def send(self, request: Request) -> Response:
        """Send once the limits allow it.

        Raises:
            ThrottledError: It queued for too long. Nothing was sent.
        """
        turn = await self.throttle.enter(request, lambda: self._queued(request))
        try:
            if turn.waited:
                request = await self._renewed(request, turn.waited)
            if request.leaving is not None:
                await request.leaving()
        except BaseException:
            self.throttle.give_back(turn)
            raise
        response = await _leaving(self.inner, request, self.throttle, turn)
        if response.status == _TOO_MANY:
            quiet = retry_after(response, self.clock.wall())
            self.throttle.refused(request, PAUSE if quiet is None else quiet)
        return response

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()

    async def _renewed(self, request: Request, waited: float) -> Request:
        """As it may go after a wait: in less time, and with a token that holds."""
        if self.tell is not None:
            self.tell(events.Throttled(request.subject, waited))
        if self.fresh is not None:
            request = request.signed(await self.fresh())
        rest = request.deadline - self.clock.monotonic()
        if rest < request.timeout:
            request = attrs.evolve(request, timeout=rest)
        return request

    def _queued(self, request: Request) -> None:
        if self.tell is not None:
            self.tell(events.Queued(request.subject))


@coroutine
def _leaving(
    inner: Transport, request: Request, throttle: Throttle, turn: Turn
) -> Generator[object, object, Response]:
    """Send, and say when it has left: when it waits for the first time."""
    try:
        # Asked for in here: a transport of yours may raise before there is anything.
        send = inner.send(request)
        awaited = send.send(None)
    except StopIteration as done:
        return cast("Response", done.value)
    finally:
        throttle.left(turn)
    while True:
        try:
            yield awaited
            break
        except GeneratorExit:
            send.close()
            raise
        except BaseException as why:  # noqa: BLE001  it is the sender's to handle
            try:
                awaited = send.throw(why)
            except StopIteration as done:
                return cast("Response", done.value)
    # An event loop sends nothing back, so what is begun may be gone on with like this.
    return cast("Response", (yield from send))


def _place(table: Mapping[object, int], limit: Limit) -> int:
    return _YOURS if callable(limit.key) else table[limit.key]
