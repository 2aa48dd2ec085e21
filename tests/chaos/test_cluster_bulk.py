"""A bulk on several machines, counted at the provider, in a process of its own.

NEXMO_ASYNC_BULK_ITEMS says how many messages are sent while a worker is killed.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, cast

import pytest
from cluster_bulk_stage import BulkStage

from nexmo_async.bulk import Item
from nexmo_async.bulk.item import reference
from nexmo_async.models.message import Sms
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from blockbuster import BlockBuster

    from nexmo_async.bulk import Report

ITEMS = int(os.environ.get("NEXMO_ASYNC_BULK_ITEMS", "3000"))
SLICE = 5
AT_ONCE = 4


def items(count: int) -> Iterator[Item]:
    for number in range(count):
        to = f"4477{number:08}"
        yield Item(Sms(to=to, sender="ACME", content="hi"), key=f"k{number}")


def refs(job: str, count: int) -> set[str]:
    return {reference(job, f"k{number}") for number in range(count)}


@pytest.fixture
async def stage(
    database: str, nothing_blocks_the_loop: BlockBuster
) -> AsyncIterator[BulkStage]:
    nothing_blocks_the_loop.deactivate()  # starting a process reads its pipes
    async with BulkStage(database) as stage:
        yield stage


async def test_a_worker_killed_half_way_loses_nothing_and_each_double_is_told(
    stage: BulkStage,
) -> None:
    await stage.work("w1", "w2", at_once=AT_ONCE)
    job = await stage.engine.bulk.begin(items(ITEMS), job="spring", slice=SLICE)
    async with asyncio.TaskGroup() as group:
        sweeping = group.create_task(stage.sweep())
        await stage.until(ITEMS // 2)
        await stage.kill("w1")
        async with asyncio.timeout(120):
            report = await job.wait()
        sweeping.cancel()
    taken = await stage.taken()
    _print(report, len(taken.all), len(taken.doubled))

    assert taken.refs == refs("spring", ITEMS)
    assert (report.ok, report.total, report.failed) == (ITEMS, ITEMS, {})
    assert report.resent <= AT_ONCE * SLICE
    assert len(taken.all) - ITEMS <= report.resent
    assert taken.doubled <= {one.client_ref for one in report.resent_items}


def flows(count: int) -> Iterator[Item]:
    """Nothing is ever heard of either message, and the run ends in silence."""
    for one in items(count):
        message = cast("Sms", one.message)
        first = Step(message, until="delivered", within=4.0)
        yield Item(Workflow(first, Step(message), patience=4.0), key=one.key)


@pytest.mark.skipif(
    "NEXMO_ASYNC_CLUSTER" not in os.environ,
    reason="takes a minute: run `nox -s cluster`",
)
async def test_a_worker_killed_while_runs_begin_loses_none_and_begins_none_twice(
    stage: BulkStage,
) -> None:
    await stage.work("w1", "w2")
    job = await stage.engine.bulk.begin(flows(200), job="spring")
    async with asyncio.TaskGroup() as group:
        sweeping = group.create_task(stage.sweep())
        await stage.until(50)
        await stage.kill("w1")
        async with asyncio.timeout(120):
            report = await job.wait()
        sweeping.cancel()
    taken = await stage.taken()
    _print(report, len(taken.all), len(taken.doubled))

    assert taken.refs == {f"{ref}:{n}" for ref in refs("spring", 200) for n in (1, 2)}
    assert (report.total, report.failed) == (200, {"WorkflowEndedError": 200})
    assert len(taken.doubled) <= 200  # as of any run: what w1 was sending


async def test_another_process_pauses_resumes_and_stops_a_job(stage: BulkStage) -> None:
    await stage.work("w1", "w2")
    job = await stage.engine.bulk.begin(items(600), job="spring", rate=40)
    await stage.until(30)
    await stage.steer("spring", "pause")
    paused = await _still(stage)
    progress = await job.progress()
    await stage.steer("spring", "resume")
    await stage.until(paused + 30)
    await stage.steer("spring", "stop")
    async with asyncio.timeout(30):
        report = await job.wait()
    taken = await stage.taken()

    assert progress.waiting_for == "paused"
    assert report.stopped == "stopped"
    assert paused < report.ok == len(taken.all) < 600
    assert report.unknown == 0
    assert taken.doubled == set()

    again = await stage.engine.bulk.run(items(600), job="spring")
    taken = await stage.taken()

    assert (again.ok + again.skipped, again.skipped) == (600, report.ok)
    assert taken.refs == refs("spring", 600)
    assert taken.doubled == set()


async def test_two_workers_keep_one_rate_at_the_wire(stage: BulkStage) -> None:
    await stage.work("w1", "w2")
    await stage.engine.bulk.run(items(75), job="spring", rate=30, slice=5)
    taken = await stage.taken()

    assert taken.most() <= 30
    assert taken.refs == refs("spring", 75)


async def _still(stage: BulkStage) -> int:
    """How many were taken once no more are."""
    last = -1
    while (now := len((await stage.taken()).all)) != last:
        last = now
        await stage.engine.clock.sleep(0.6)
    return last


def _print(report: Report, taken: int, doubled: int) -> None:
    print(f"\n{taken} taken, {doubled} doubled, {report.resent} told as sent again")  # noqa: T201  for whoever runs it with -s
