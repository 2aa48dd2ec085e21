from __future__ import annotations

import asyncio

from nexmo_async.sandbox.bell import Bell, Feed


async def test_a_bell_wakes_all_who_wait() -> None:
    bell = Bell()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(bell.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        bell.ring()

    assert all(task.done() for task in waiting)


async def test_who_went_away_is_not_kept() -> None:
    bell = Bell()
    task = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})

    assert not bell._waiting  # noqa: SLF001 - nothing else shows it


async def test_until_looks_before_it_waits() -> None:
    assert await Bell().until(lambda: 7) == 7


async def test_a_reader_hears_all_changes_in_order() -> None:
    feed = Feed()
    with feed.read() as reader:
        feed.publish("one", 1)
        feed.publish("two", 2)

        assert await anext(reader) == ("one", 1)
        assert await anext(reader) == ("two", 2)


async def test_a_reader_hears_nothing_from_before() -> None:
    feed = Feed()
    feed.publish("early")
    with feed.read() as reader:
        feed.publish("late")

        assert await anext(reader) == ("late", None)


async def test_a_slow_reader_is_told_to_look_anew() -> None:
    feed = Feed()
    with feed.read(most=2) as slow, feed.read(most=9) as quick:
        for name in ("one", "two", "three", "four"):
            feed.publish(name)

        assert await anext(slow) == ("resync", None)
        assert await anext(slow) == ("four", None)
        assert await anext(quick) == ("one", None)


async def test_closing_sends_readers_home_after_what_was_told() -> None:
    feed = Feed()
    with feed.read() as reader:
        feed.publish("last")
        feed.close()

        assert [kind async for kind, _ in reader] == ["last"]


async def test_a_closed_feed_has_nothing_to_read() -> None:
    feed = Feed()
    feed.close()
    with feed.read() as reader:
        assert [change async for change in reader] == []
