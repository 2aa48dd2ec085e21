"""Receipts in Redis: the webhook reaches one process, the waiter sits in another."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeVar, assert_never

try:
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import ExponentialBackoff
    from redis.exceptions import BusyLoadingError, RedisError
    from redis.exceptions import ConnectionError as NoConnectionError
    from redis.exceptions import TimeoutError as NoAnswerError
except ModuleNotFoundError as _missing:
    _missing.add_note('Install it: pip install "nexmo-async[redis]"')
    raise

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ClosedError, ConfigurationError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.receipts import scripts
from nexmo_async.receipts.letters import KEEP_LETTERS, KEEP_LETTERS_FOR
from nexmo_async.receipts.listening import Listening
from nexmo_async.receipts.memory import KEEP, KEEP_FOR
from nexmo_async.receipts.spelling import essence, read, spell

if TYPE_CHECKING:
    from collections.abc import (
        Awaitable,
        Callable,
        Coroutine,
        Iterable,
        Mapping,
        Sequence,
    )
    from types import TracebackType

    from nexmo_async.wire.event import Event

#: Connections that commands share; the reader has one more.
CONNECTIONS: Final = 16

#: Seconds to connect, and to answer. The network's own, not those of a clock for tests.
CONNECT_WITHIN: Final = 3.0
ANSWER_WITHIN: Final = 5.0

#: Seconds in which somebody whose time is over is still told the last status.
LAST_LOOK: Final = 0.5

#: Tries of a command, and the seconds before each: some four, for a restart of Redis.
TRIES: Final = 8
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0

#: Seconds that the reader waits for news in one call, and news in one answer.
LISTEN_FOR: Final = 2.0
BATCH: Final = 1000

#: News that the stream holds, about: a reader that was away longer looks again anyway.
STREAM: Final = 100_000

#: Messages of one client_ref that are looked at.
NAMESAKES: Final = 1000

#: Seconds in which a broken connection may ask again for the letter it was given.
CLAIM_FOR: Final = 60.0

_Answer = TypeVar("_Answer")
_log: Final = logging.getLogger("nexmo_async.receipts")


class RedisReceipts(Listening):
    """Keeps receipts in Redis, for an application of several processes.

    Open it in each process and close it there: `async with RedisReceipts(url): ...`.
    One connection of each listens, however many wait. Whatever Redis keeps over a
    restart is found again.

    Args:
        url: `redis://`, `rediss://` or `unix://`, with the password if there is one.
        prefix: What its keys begin with: one per application.
        keep: Messages that are remembered at most.
        keep_for: Seconds that each is remembered after its last receipt.
        keep_inbound_for: Seconds that a message from a person waits to be asked for.
        clock: What the time of those who wait is measured by.

    Raises:
        ConfigurationError: It could not keep a single message.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        url: str,
        *,
        prefix: str = "nexmo_async",
        keep: int = KEEP,
        keep_for: float = KEEP_FOR,
        keep_inbound_for: float = KEEP_LETTERS_FOR,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(clock or SystemClock())
        if keep < 1:
            raise ConfigurationError("keep", "must be at least 1")
        self._url = url
        self._prefix = prefix
        self._keep = keep
        self._keep_ms = int(keep_for * 1000)
        self._letters_ms = int(keep_inbound_for * 1000)
        self._network = SystemClock()
        self._redis: Redis | None = None
        self._line: Redis | None = None
        self._hands: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def __repr__(self) -> str:
        """Show how many messages are waited for; the address may hold a password."""
        is_open = "closed" if self._redis is None else "open"
        return f"<RedisReceipts {self._prefix} {is_open} waiting={len(self._ears)}>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a password must not travel by accident."""
        raise TypeError("RedisReceipts holds an address, a secret, and is not pickled")

    async def __aenter__(self) -> Self:
        """Connect, and begin to listen.

        Raises:
            ConfigurationError: Nobody answers there.
        """
        if self._redis is not None:
            raise RuntimeError("these receipts are open already")
        redis, line = self._connect(CONNECTIONS, TRIES), self._connect(1, 0)
        try:
            place = await self._newest(line)
        except (RedisError, OSError) as why:
            await redis.aclose()
            await line.aclose()
            problem = f"does not answer: {type(why).__name__}"
            raise ConfigurationError("url", problem, "Is Redis running?") from why
        self._redis, self._line = redis, line
        self._hands = await asyncio.TaskGroup().__aenter__()
        self._start(self._hands, self._listen(line, place))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and close the connections."""
        redis, self._redis = self._redis, None
        line, self._line = self._line, None
        hands, self._hands = self._hands, None
        if redis is None or line is None or hands is None:
            return
        for task in self._tasks:
            task.cancel()
        # Python 3.11's wait_for, which redis uses, may swallow a cancellation; the end
        # of its connection is not to be overheard.
        await line.aclose()
        try:
            await hands.__aexit__(None, None, None)
        finally:
            await redis.aclose()

    async def record(self, event: Event) -> bool:
        """Keep an event and wake whoever waits for it. False if it is a double."""
        nonce = uuid.uuid4().hex
        match event:
            case Receipt():
                is_new = await self._record_receipt(event, nonce)
            case Inbound():
                is_new = await self._record_letter(event, nonce)
            case Report():
                is_new = await self._record_report(event, nonce)
            case _:
                assert_never(event)
        return bool(is_new)

    async def history(self, message: str) -> tuple[Receipt, ...]:
        """Every receipt of the message so far, in the order they came."""
        stories = await self._run(
            scripts.HISTORY,
            [self._key("m", message), self._key("r", message)],
            [message, self._key("m", ""), NAMESAKES],
        )
        return tuple(receipt for story in stories for receipt in _in_order(story))

    async def _record_receipt(self, receipt: Receipt, nonce: str) -> Any:  # noqa: ANN401  Redis's own
        ref = receipt.client_ref or ""
        names = [self._key("r", ref)] if ref else []
        story = self._key("m", receipt.message_uuid)
        return await self._run(
            scripts.RECORD_RECEIPT,
            [self._key("told"), story, self._key("order"), *names],
            [
                hashlib.sha256(essence(receipt)).digest(),
                nonce,
                spell(receipt),
                self._keep_ms,
                self._keep,
                receipt.message_uuid,
                self._key("m", ""),
                STREAM,
                ref,
                receipt.workflow.workflow_uuid if receipt.workflow else "",
            ],
        )

    async def _record_report(self, report: Report, nonce: str) -> Any:  # noqa: ANN401  Redis's own
        workflow = report.workflow_uuid
        return await self._run(
            scripts.RECORD_REPORT,
            [self._key("w", workflow, report.status), self._key("told")],
            [nonce, self._keep_ms, spell(report), workflow, STREAM],
        )

    async def _record_letter(self, letter: Inbound, nonce: str) -> Any:  # noqa: ANN401  Redis's own
        mark = self._key("d", letter.message_uuid)
        return await self._run(
            scripts.RECORD_LETTER,
            [mark, self._key("i", letter.sender), self._key("told")],
            [
                nonce,
                self._keep_ms,
                spell(letter),
                self._letters_ms,
                KEEP_LETTERS,
                letter.sender,
                STREAM,
            ],
        )

    async def _patient_history(self, message: str) -> Sequence[Receipt]:
        return await self._patiently(lambda: self.history(message))

    async def _last_look(self, message: str) -> Sequence[Receipt]:
        try:
            async with self._network.timeout(LAST_LOOK):
                return await self.history(message)
        except (RedisError, OSError):  # a time-out is one
            return ()

    async def _claim(self, sender: str) -> Inbound | None:
        if self._hands is None:
            raise _closed()
        # Whoever leaves while the answer is on its way must not take a letter along.
        hands = self._hands
        claiming = self._start(hands, self._take(sender))
        try:
            letter = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if hands is self._hands:
                self._start(hands, self._give_back(sender, claiming))
            raise
        event = read(letter.partition(b" ")[2]) if letter else None
        return event if isinstance(event, Inbound) else None

    async def _take(self, sender: str) -> bytes | None:
        # It must not raise: the group would take all its tasks down with it.
        keys = [self._key("i", sender), self._key("c", uuid.uuid4().hex)]
        limits = [self._letters_ms, int(CLAIM_FOR * 1000)]
        try:
            taken: bytes | None = await self._patiently(
                lambda: self._run(scripts.CLAIM_LETTER, keys, limits)
            )
        except (RedisError, ClosedError):
            _log.exception("no letter could be taken")
            return None
        return taken

    def _start(
        self, hands: asyncio.TaskGroup, work: Coroutine[Any, Any, _Answer]
    ) -> asyncio.Task[_Answer]:
        task = hands.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _give_back(self, sender: str, claiming: asyncio.Task[Any]) -> None:
        if not (letter := await claiming):
            return
        keys = [self._key("i", sender)]
        try:
            await self._run(scripts.RETURN_LETTER, keys, [letter, self._letters_ms])
        except (RedisError, ClosedError, OSError):
            _log.exception("a letter could not be given back")
        self._inbox.look_again(sender)

    async def _listen(self, line: Redis, place: bytes) -> None:
        """Tell whoever waits in this process what any process has recorded."""
        missed = True
        while self._hands is not None:
            try:
                if missed:
                    # Redis may have lost its end: then the stream begins earlier.
                    place = min(place, await self._newest(line), key=_moment)
                    self._ears.all_look_again()
                    self._inbox.all_look_again()
                    missed = False
                place = await self._hear(line, place)
            except (RedisError, OSError) as why:
                if not missed and self._redis is not None:
                    problem = type(why).__name__
                    _log.warning("receipts not heard", extra={"problem": problem})
                missed = True
                await self._network.sleep(FIRST_PAUSE)

    async def _hear(self, line: Redis, place: bytes) -> bytes:
        block = int(LISTEN_FOR * 1000)
        streams: Any = {self._key("told"): place}
        news: Any = await line.xread(streams, count=BATCH, block=block)
        for _, entries in news or ():
            for entry, said in entries:
                self._heard(said)
                place = entry
        return place

    def _heard(self, said: Mapping[bytes, bytes]) -> None:
        if b"i" in said:
            self._inbox.look_again(said[b"i"].decode())
            return
        names = [said.get(key, b"").decode() for key in (b"m", b"r", b"w")]
        if any(name in self._ears for name in names):
            for event in _readable([said.get(b"e", b"")]):
                if isinstance(event, Receipt):
                    self._tell(event)
                elif isinstance(event, Report):
                    self._ears.report(event)

    async def _newest(self, line: Redis) -> bytes:
        found: Any = await line.xrevrange(self._key("told"), count=1)
        place: bytes = found[0][0] if found else b"0-0"
        return place

    async def _run(self, script: str, keys: list[str], arguments: list[Any]) -> Any:  # noqa: ANN401  Redis's own
        if self._redis is None:
            raise _closed()
        return await self._redis.register_script(script)(keys=keys, args=arguments)

    async def _patiently(self, call: Callable[[], Awaitable[_Answer]]) -> _Answer:
        while True:
            try:
                return await call()
            except (NoConnectionError, NoAnswerError, OSError):
                # The commands behind it have tried for some seconds already.
                await self._network.sleep(FIRST_PAUSE)

    def _key(self, *parts: str) -> str:
        # The braces keep all keys on one machine of a cluster, as scripts need them.
        return ":".join([f"{{{self._prefix}}}", *parts])

    def _connect(self, connections: int, tries: int) -> Redis:
        # Its options are untyped.
        open_pool: Any = BlockingConnectionPool.from_url  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        pool = open_pool(
            self._url,
            max_connections=connections,
            timeout=ANSWER_WITHIN,
            protocol=2,
            driver_info=None,  # or each connection reads a file to say its version
            socket_connect_timeout=CONNECT_WITHIN,
            socket_timeout=LISTEN_FOR + ANSWER_WITHIN,
            retry=Retry(ExponentialBackoff(cap=LONGEST_PAUSE, base=FIRST_PAUSE), tries),
            retry_on_error=[NoConnectionError, NoAnswerError, BusyLoadingError],
        )
        return Redis.from_pool(pool)


def _in_order(story: Iterable[bytes]) -> list[Receipt]:
    told = [line[32:].partition(b" ") for line in story]
    told.sort(key=lambda line: _moment(line[0]))
    events = _readable(line[2] for line in told)
    return [event for event in events if isinstance(event, Receipt)]


def _readable(written: Iterable[bytes]) -> list[Event]:
    events: list[Event] = []
    for line in written:
        try:
            events.append(read(line))
        except ValueError:
            _log.warning("receipt unreadable: was it written by a newer release?")
    return events


def _moment(entry: bytes) -> tuple[int, int]:
    """When an entry of a stream was made; "ms-number" (redis.io, "Streams")."""
    ms, _, number = entry.partition(b"-")
    return int(ms), int(number)


def _closed() -> ClosedError:
    return ClosedError("the receipts are not open")
