"""How fast an account may send: one bucket for each key, sender and channel."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.problem import RefusedError, generic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nexmo_async.sandbox.records import Draft

#: How many buckets are kept; then those that are full again are thrown away.
BUCKETS: Final = 10_000

#: A long number of the United States or Canada.
_AMERICAN: Final = re.compile(r"1[0-9]{10}", re.ASCII)


@attrs.frozen(kw_only=True)
class Rates:
    """Messages a second; None or left out: as many as one likes.

    Attributes:
        account: For all together.
        us_number: For each American long number that sends SMS.
        channels: For each channel, by its plain name.
        queue: How many messages above the rate of a number or a channel wait in line
            before there is a 429; what is above the account's rate never waits.
        bodyless: Say 429 without a word, as it was in 2018.
    """

    account: float | None = None
    us_number: float | None = None
    channels: Mapping[str, float] = attrs.field(factory=dict[str, float])
    queue: int = 0
    bodyless: bool = False


#: No limits: a sandbox should not surprise.
FREE: Final = Rates()

#: What the service allows. (Support articles, and the WhatsApp guide.)
REALISTIC: Final = Rates(
    account=30.0, us_number=1.0, channels={"whatsapp": 80.0, "mms": 40.0}
)


@attrs.define
class _Bucket:
    rate: float
    level: float
    at: float
    lowest: float = 0.0

    @property
    def wait(self) -> float:
        """Seconds until one more fits."""
        return (1 + self.lowest - self.level) / self.rate

    def fill(self, now: float) -> None:
        """What has become free since the last time."""
        most = max(self.rate, 1.0)
        self.level = min(most, self.level + (now - self.at) * self.rate)
        self.at = now


class Meter:
    """Counts what is sent, and refuses what is too much."""

    def __init__(self, rates: Rates = FREE) -> None:
        self._rates = rates
        self._buckets: dict[str, _Bucket] = {}

    @property
    def rates(self) -> Rates:
        """What is allowed."""
        return self._rates

    @rates.setter
    def rates(self, rates: Rates) -> None:
        self._rates = rates
        self._buckets.clear()

    def take(self, draft: Draft, *, now: float, wall: float) -> float:
        """One more message: the seconds that it waits in line.

        Args:
            draft: The message.
            now: Seconds of a clock that never jumps.
            wall: Unix seconds.

        Raises:
            RefusedError: It is too much; nothing was counted.
        """
        if self._rates is FREE:
            return 0.0
        asked = [self._bucket(*limit, now) for limit in self._limits(draft)]
        for bucket in asked:
            bucket.fill(now)
        # What a hair is missing of is there: numbers between 0 and 1 are not exact.
        empty = [each for each in asked if each.level < 1 + each.lowest - 1e-9]
        if empty:
            raise self._refusal(max(empty, key=_waiting), wall)
        for bucket in asked:
            bucket.level -= 1
        return max(0.0, *(-bucket.level / bucket.rate for bucket in asked), 0.0)

    def _limits(self, draft: Draft) -> Iterator[tuple[str, float, int]]:
        rates, plain = self._rates, PLAIN[draft.channel]
        if rates.account is not None:
            yield "account", rates.account, 0
        american = plain == "sms" and _AMERICAN.fullmatch(draft.sender)
        if rates.us_number is not None and american:
            yield f"sender {draft.sender}", rates.us_number, rates.queue
        if plain in rates.channels:
            yield f"channel {plain}", rates.channels[plain], rates.queue

    def _bucket(self, key: str, rate: float, queue: int, now: float) -> _Bucket:
        if key not in self._buckets:
            if len(self._buckets) >= BUCKETS:
                self._forget(now)
            self._buckets[key] = _Bucket(rate, max(rate, 1.0), now, -queue)
        return self._buckets[key]

    def _forget(self, now: float) -> None:
        for bucket in self._buckets.values():
            bucket.fill(now)
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if bucket.level < max(bucket.rate, 1.0)
        }

    def _refusal(self, bucket: _Bucket, wall: float) -> RefusedError:
        wait = bucket.wait
        # The moment is in milliseconds there, whatever the text says. (v1 spec.)
        headers = {
            "Retry-After": str(max(1, math.ceil(wait))),
            "X-RateLimit-Limit": f"{bucket.rate:g}",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(math.ceil((wall + wait) * 1000)),
        }
        refused = generic("throttled", headers=headers)
        if not self._rates.bodyless:
            return refused
        return RefusedError(attrs.evolve(refused.problem, bodyless=True))


def _waiting(bucket: _Bucket) -> float:
    return bucket.wait
