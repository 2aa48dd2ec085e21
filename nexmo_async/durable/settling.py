"""A receipt, taken by any process, lets the next link run now, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.durable.chain import stand
from nexmo_async.durable.link import TOLD, Told, place
from nexmo_async.durable.links import chained, order, statuses
from nexmo_async.durable.spelling import LINK, read
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts.around import ReceiptsAround

if TYPE_CHECKING:
    from nexmo_async.clock import Clock
    from nexmo_async.durable.engine import Engine
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.wire.event import Event


async def settle(engine: Engine, receipt: Receipt, clock: Clock) -> bool:
    """Heed a receipt. False if it is about no message of a durable run.

    It may come twice, late, or out of order, to one process or to several at once.

    Args:
        engine: Where the runs are.
        receipt: What Nexmo told.
        clock: What time is measured by.
    """
    found = place(receipt.client_ref)
    if found is None:
        return False
    run, number = found
    jobs = await statuses(engine, run)
    if len(jobs) < number or jobs[number - 1].kind != LINK:
        return False
    links, name = chained(jobs), TOLD + receipt.status
    if name not in jobs[number - 1].facts:
        told = Told(clock.wall(), receipt)
        await engine.note(jobs[number - 1].key, {name: told.spell()})
        heard = (*links[number - 1].told, told)
        links[number - 1] = attrs.evolve(links[number - 1], told=heard)
    standing = stand(links, read(jobs[0].body).workflow)
    await order(engine, run, standing, clock.wall())
    await clock.sleep(0)  # what follows may leave before the next receipt is heeded
    return True


class SettlingReceipts(ReceiptsAround):
    """A store of receipts that lets durable runs heed each one before it is kept.

    Hand it to the `WebhookApp` of each process. While the engine's database is away,
    webhooks are answered 503, so that Nexmo brings them again: nothing is lost.

    Args:
        engine: Where the runs are.
        store: Where receipts are kept: `nexmo.receipts`.
        clock: What time is measured by.
    """

    def __init__(self, engine: Engine, store: ReceiptStore, clock: Clock) -> None:
        super().__init__(store)
        self._engine = engine
        self._clock = clock

    async def record(self, event: Event) -> bool:
        """Let the run heed it, then keep it. False if it is a double."""
        if isinstance(event, Receipt):
            await settle(self._engine, event, self._clock)
        return await super().record(event)
