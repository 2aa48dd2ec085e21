from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.clock import SystemClock
from nexmo_async.errors import ClosedError, ConfigurationError, StillWaitingError
from nexmo_async.models.receipt import Position, Receipt, Report
from nexmo_async.receipts.redis import RedisReceipts
from nexmo_async.testing import check_receipt_store
from nexmo_async.webhooks import parse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.clock import Clock
    from nexmo_async.receipts import ReceiptStore
    from nexmo_async.testing.redis import RedisServer

SUBMITTED = Receipt(
    message_uuid="m-1",
    status="submitted",
    at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    channel="sms",
    to="447700900000",
    sender="447700900001",
    client_ref="order-7",
)
DELIVERED = attrs.evolve(SUBMITTED, status="delivered")
LETTER = b"""{"message_uuid":"i-1","from":"447700900000","to":"447700900001",
    "timestamp":"2026-01-01T12:00:00Z","channel":"sms","message_type":"text",
    "text":"yes"}"""


@pytest.fixture
async def here(redis: RedisServer) -> AsyncIterator[RedisReceipts]:
    """The receipts of this process."""
    async with RedisReceipts(redis.url) as receipts:
        yield receipts


@pytest.fixture
async def there(redis: RedisServer) -> AsyncIterator[RedisReceipts]:
    """The receipts of another process."""
    async with RedisReceipts(redis.url) as receipts:
        yield receipts


#: How many messages a store is told of. With 100,000 it takes a minute.
MESSAGES = int(os.environ.get("NEXMO_ASYNC_RECEIPTS", "1000"))


@pytest.mark.parametrize("keep", [None, 3])
async def test_redis_meets_every_demand_on_a_store(
    keep: int | None, redis: RedisServer
) -> None:
    opened: list[RedisReceipts] = []

    async def make_store(clock: Clock) -> ReceiptStore:
        store = RedisReceipts(
            redis.url, prefix=f"p{len(opened)}", keep=keep or MESSAGES, clock=clock
        )
        opened.append(await store.__aenter__())
        return store

    try:
        await check_receipt_store(make_store, keep=keep, messages=MESSAGES, within=20.0)
    finally:
        for store in opened:
            await store.__aexit__(None, None, None)


async def test_a_receipt_recorded_there_wakes_who_waits_here(
    here: RedisReceipts, there: RedisReceipts
) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(here.wait_for("order-7", "delivered", 10.0))
        listening = group.create_task(anext(here.subscribe("m-1")))
        await there.record(DELIVERED)

    assert waiting.result() == DELIVERED
    assert listening.result() == DELIVERED


async def test_a_workflow_watched_here_is_told_what_is_recorded_there(
    here: RedisReceipts, there: RedisReceipts
) -> None:
    report = Report(workflow_uuid="w-1", status="completed", at=None)
    step = attrs.evolve(DELIVERED, workflow=Position("w-1"))
    told: asyncio.Queue[Receipt | Report | None] = asyncio.Queue()
    here.watch("w-1", lambda event: event and told.put_nowait(event))
    for event in (step, report):
        await there.record(event)

    assert [await told.get(), await told.get()] == [step, report]


async def test_who_watches_over_a_restart_is_told_what_came_after(
    redis: RedisServer, here: RedisReceipts, there: RedisReceipts
) -> None:
    report = Report(workflow_uuid="w-1", status="completed", at=None)
    told: asyncio.Queue[Receipt | Report | None] = asyncio.Queue()
    here.watch("w-1", lambda event: event and told.put_nowait(event))
    await redis.stop(kill=True)
    await redis.start()
    await there.record(report)

    assert await told.get() == report


async def test_of_doubles_that_reach_two_processes_at_once_one_is_new(
    here: RedisReceipts, there: RedisReceipts
) -> None:
    are_new = await asyncio.gather(
        *(store.record(DELIVERED) for _ in range(20) for store in (here, there))
    )

    assert are_new.count(True) == 1
    assert await here.history("m-1") == (DELIVERED,)


async def test_a_letter_is_given_to_one_process_only(
    here: RedisReceipts, there: RedisReceipts
) -> None:
    async with asyncio.TaskGroup() as group:
        asking = [
            group.create_task(_reply(store))
            for _ in range(5)
            for store in (here, there)
        ]
        await there.record(parse(LETTER))

    given = [task.result() for task in asking]
    assert given.count("yes") == 1
    assert given.count(None) == 9


async def _reply(store: RedisReceipts) -> str | None:
    try:
        return (await store.reply("447700900000", 0.5)).text
    except TimeoutError:
        return None


async def test_who_waits_over_a_restart_misses_nothing(
    redis: RedisServer, here: RedisReceipts
) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(here.wait_for("m-1", "delivered", 30.0))
        asking = group.create_task(here.reply("447700900000", 30.0))
        await redis.stop()
        await redis.start()
        async with RedisReceipts(redis.url) as there:
            await there.record(DELIVERED)
            await there.record(parse(LETTER))

    assert waiting.result() == DELIVERED
    assert asking.result().text == "yes"


async def test_what_was_recorded_before_a_restart_is_found_after_it(
    redis: RedisServer, here: RedisReceipts
) -> None:
    await here.record(SUBMITTED)
    await here.record(DELIVERED)
    await redis.stop()
    await redis.start()

    assert await here.history("order-7") == (SUBMITTED, DELIVERED)
    assert not await here.record(DELIVERED)


async def test_a_receipt_that_comes_while_redis_restarts_is_recorded_once(
    redis: RedisServer, here: RedisReceipts
) -> None:
    await redis.stop(kill=True)
    async with asyncio.TaskGroup() as group:
        recording = group.create_task(here.record(DELIVERED))
        await redis.start()

    assert recording.result()
    assert await here.history("m-1") == (DELIVERED,)


async def test_who_waits_while_redis_is_away_for_good_is_told_in_time(
    redis: RedisServer,
) -> None:
    store = RedisReceipts(redis.url)
    await store.__aenter__()
    await redis.stop()

    with pytest.raises(StillWaitingError):
        await store.wait_for("m-1", "delivered", 0.2)
    await store.__aexit__(None, None, None)


async def test_one_connection_listens_however_many_wait(
    redis: RedisServer, here: RedisReceipts
) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = [
            group.create_task(here.wait_for(f"m-{number}", "delivered", 30.0))
            for number in range(500)
        ]
        connected = await _connections(redis)
        for number in range(500):
            await here.record(
                attrs.evolve(DELIVERED, message_uuid=f"m-{number}", client_ref=None)
            )

    assert connected <= 18
    assert {task.result().status for task in waiting} == {"delivered"}


async def test_closing_closes_every_connection(redis: RedisServer) -> None:
    async with RedisReceipts(redis.url) as store:
        await asyncio.gather(*(store.history(f"m-{number}") for number in range(50)))
    left = 99
    async with SystemClock().timeout(60.0):
        while left > 1:
            left = await _connections(redis)

    assert left == 1


async def _connections(redis: RedisServer) -> int:
    reader, writer = await asyncio.open_unix_connection(
        redis.url.removeprefix("unix://")
    )
    writer.write(b"CLIENT LIST\r\n")
    length = int((await reader.readline())[1:])
    listed = await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return listed.count(b"\n")


async def test_every_key_goes_by_itself(
    redis: RedisServer, here: RedisReceipts
) -> None:
    """Nobody has to tidy up: what is not touched for a day is gone."""
    await here.record(DELIVERED)
    await here.record(parse(LETTER))
    await here.record(parse(b'{"template":"failover","dispatch_uuid":"w-1"}'))

    reader, writer = await asyncio.open_unix_connection(
        redis.url.removeprefix("unix://")
    )
    script = b"local n=0 for _,k in ipairs(redis.call('keys','*')) do "
    script += b"if redis.call('pttl',k)<0 then n=n+1 end end return n"
    writer.write(b'EVAL "' + script + b'" 0\r\n')
    immortal = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert immortal == b":0\r\n"


@pytest.mark.parametrize("call", ["record", "history", "wait_for", "reply"])
async def test_before_it_is_opened_it_says_so(call: str) -> None:
    store = RedisReceipts("unix:///nowhere/redis.sock")
    calls = {
        "record": lambda: store.record(DELIVERED),
        "history": lambda: store.history("m-1"),
        "wait_for": lambda: store.wait_for("m-1", "delivered", 1.0),
        "reply": lambda: store.reply("447700900000", 1.0),
    }

    with pytest.raises(ClosedError, match="the receipts are not open"):
        await calls[call]()


async def test_a_redis_that_does_not_answer_is_told_when_it_is_opened() -> None:
    with pytest.raises(ConfigurationError, match="url: does not answer"):
        async with RedisReceipts("unix:///nowhere/redis.sock"):
            pass


async def test_it_is_opened_once_at_a_time(redis: RedisServer) -> None:
    store = RedisReceipts(redis.url)
    async with store:
        with pytest.raises(RuntimeError, match="open already"):
            await store.__aenter__()
    async with store:
        assert await store.history("m-1") == ()


async def test_what_its_block_raises_leaves_as_it_is(redis: RedisServer) -> None:
    with pytest.raises(KeyError):
        async with RedisReceipts(redis.url):
            raise KeyError


def test_its_repr_shows_no_password() -> None:
    store = RedisReceipts("redis://:open-sesame@127.0.0.1")

    assert repr(store) == "<RedisReceipts nexmo_async closed waiting=0>"


def test_a_redis_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="keep: must be at least 1"):
        RedisReceipts("redis://127.0.0.1", keep=0)


async def test_what_a_newer_release_wrote_is_passed_over(
    redis: RedisServer, here: RedisReceipts, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_unix_connection(
        redis.url.removeprefix("unix://")
    )
    line = "0" * 32 + "1-0 {}"
    writer.write(f"HSET {{nexmo_async}}:m:m-1 essence '{line}'\r\n".encode())
    await reader.readline()
    writer.close()
    await writer.wait_closed()
    await here.record(DELIVERED)

    assert await here.history("m-1") == (DELIVERED,)
    assert "written by a newer release" in caplog.text
