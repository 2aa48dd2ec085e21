"""One token for all: made once, renewed ahead of its end, however many ask."""

from __future__ import annotations

import asyncio
import math
import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.auth.credentials import Jwt
    from nexmo_async.clock import Clock

#: A token is renewed when this part of its life is over: after 14 of 15 minutes.
RENEW_AFTER: Final = 14 / 15

#: Up to that part of its life sooner, so that many processes do not sign at once.
JITTER: Final = 1 / 15

#: Seconds by which two clocks may differ before a person is told.
SKEW: Final = 5.0

#: Seconds after a refusal in which another one blames the key, not the token.
HOPELESS: Final = 60.0


class TokenCache:
    """Hands out the current token of an application.

    Args:
        credentials: The application and its key.
        clock: Tells when a token is due. A token is renewed when either the wall or
            the time that passed says so, hence a suspended machine or a clock that is
            set cannot keep an old one.
        draw: Draws a number from 0 to 1: how much sooner this one is renewed.
    """

    def __init__(
        self,
        credentials: Jwt,
        clock: Clock,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._signing = asyncio.Lock()
        self._token = ""
        self._made = (0.0, 0.0)
        self._draw = draw
        self._renew_after = RENEW_AFTER
        self._refused_at = -math.inf
        self.skew: float = 0.0
        self.signatures: int = 0

    def __repr__(self) -> str:
        """Show how much was signed, never the token."""
        return f"<TokenCache {self._credentials!r} signatures={self.signatures}>"

    async def header(self) -> str:
        """The `Authorization` header. A secret."""
        # Whoever comes while another one is signing goes on with the old token.
        due = not self._is_fresh(self._renew_after)
        if due and not (self._signing.locked() and self._is_fresh(1)):
            await self._renew()
        return self._token

    def refused(self, header: str, server_time: float | None) -> bool:
        """Learn from a 401. True if a new token is worth one more try.

        Args:
            header: The header that was refused.
            server_time: Unix seconds on Nexmo's clock, if the answer said so.
        """
        before = self.skew
        if server_time is not None:
            behind = server_time - self._clock.wall()
            # A little behind does no harm; ahead by any bit is "not valid yet".
            self.skew = behind if abs(behind) > SKEW else min(behind, 0.0)
        if header != self._token:
            return True
        now = self._clock.monotonic()
        is_news = abs(self.skew - before) > 1
        if now - self._refused_at < HOPELESS and not is_news:
            return False
        self._refused_at = now
        self._token = ""
        return True

    def note(self) -> str:
        """What a person should know about this clock. Empty if it is right."""
        if abs(self.skew) <= SKEW:
            return ""
        way = "behind" if self.skew > 0 else "ahead of"
        return f"this machine's clock is {abs(self.skew):.0f} s {way} Nexmo's"

    async def _renew(self) -> None:
        async with self._signing:
            if self._is_fresh(self._renew_after):
                return
            wall, passed = self._clock.wall(), self._clock.monotonic()
            self._token = f"Bearer {await self._sign(wall + self.skew)}"
            self._made = (wall, passed)
            self._renew_after = RENEW_AFTER - JITTER * self._draw()
            self.signatures += 1

    async def _sign(self, at: float) -> str:
        from nexmo_async.auth.jwt import sign  # noqa: PLC0415  as in Jwt

        made_of = self._credentials
        return await asyncio.to_thread(
            sign, made_of.key, made_of.application_id, at=at, ttl=made_of.ttl
        )

    def _is_fresh(self, part: float) -> bool:
        if not self._token:
            return False
        wall, passed = self._made
        limit = self._credentials.ttl * part
        aged = self._clock.monotonic() - passed
        return aged < limit and 0 <= self._clock.wall() - wall < limit
