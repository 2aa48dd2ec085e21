"""What people write back, awaited."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import number

if TYPE_CHECKING:
    from nexmo_async.models.inbound import Inbound
    from nexmo_async.receipts.store import ReceiptStore


@attrs.frozen
class Inbox:
    """`nexmo.inbound`: what people write back, fed by a `WebhookApp`."""

    _receipts: ReceiptStore

    async def next(self, *, from_: str, within: float | timedelta = 60.0) -> Inbound:
        """The next message of this person; each is given to one who asks.

        One that came up to five minutes before you asked counts: people are quick.

        Args:
            from_: The person's number, written in any way, or their id on a channel.
            within: Seconds, or a `timedelta`.

        Raises:
            NoReplyError: The time is over.
        """
        seconds = within.total_seconds() if isinstance(within, timedelta) else within
        return await self._receipts.reply(_as_webhooks_write_it(from_), seconds)


def _as_webhooks_write_it(person: str) -> str:
    try:
        return number(person, "from_")
    except MessageError:
        return person  # no number: an id that a channel hands out
