"""The sandbox's side of webhooks: sign, send, try again. The only room with aiohttp."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import aiohttp
import attrs
import jwt

from nexmo_async.clock import instant
from nexmo_async.sandbox import document
from nexmo_async.sandbox.records import Attempt, Webhook

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.auth import Account
    from nexmo_async.sandbox.crew import Crew
    from nexmo_async.sandbox.records import Kind
    from nexmo_async.sandbox.store import Store

#: Answers that mean "taken". (Nexmo webhooks guide: 200 to 205.)
TAKEN: Final = range(200, 206)

#: The answer, and all from the second on, that mean "try again". (Support article.)
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500

#: Seconds before the second attempt, the longest pause, and when all is given up.
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 900.0
GIVE_UP_AFTER: Final = 86_400.0

#: Seconds to connect, and to answer. These are the network's own, not the clock's.
CONNECT_WITHIN: Final = 3.0
ANSWER_WITHIN: Final = 15.0

#: Seconds that an idle connection is kept: fewer than any common server keeps it.
IDLE: Final = 2.0


def pauses() -> Iterator[float]:
    """Seconds before each further attempt, until the day is over."""
    pause, waited = FIRST_PAUSE, 0.0
    while waited + pause <= GIVE_UP_AFTER:
        yield pause
        waited += pause
        pause = min(pause * 2, LONGEST_PAUSE)


def again(attempt: Attempt) -> bool:
    """Is this one of the failures after which the event is sent once more?"""
    if attempt.answer is None:
        return True
    return attempt.answer == TOO_MANY or attempt.answer >= SERVER_ERROR


@attrs.define(eq=False)
class Courier:
    """Hands events over, and keeps a note of each attempt."""

    account: Account
    clock: Clock
    store: Store
    crew: Crew
    session: aiohttp.ClientSession

    def send(
        self,
        kind: Kind,
        url: str | None,
        body: Mapping[str, object],
        *,
        message_uuid: str | None = None,
        turn: asyncio.Lock | None = None,
    ) -> Webhook:
        """Tell the account, now or as soon as it listens.

        Args:
            kind: What it is about.
            url: Where to; without one the event is only kept.
            body: What to say.
            message_uuid: The message concerned.
            turn: First attempts that share one are made in order.
        """
        webhook = Webhook(
            kind=kind,
            url=url,
            body=document.encode(body),
            message_uuid=message_uuid,
            state="kept" if url is None else "pending",
        )
        self.store.add_webhook(webhook)
        if url is not None:
            self.crew.start(self._deliver(webhook, url, turn))
        return webhook

    async def _deliver(
        self, webhook: Webhook, url: str, turn: asyncio.Lock | None
    ) -> None:
        if turn is None:
            attempt = await self._attempt(webhook, url)
        else:
            async with turn:
                attempt = await self._attempt(webhook, url)
        for pause in pauses():
            if not again(attempt):
                break
            await self.clock.sleep(pause)
            attempt = await self._attempt(webhook, url)
        self._settle(webhook, attempt)

    async def _attempt(self, webhook: Webhook, url: str) -> Attempt:
        at = instant(self.clock)
        try:
            async with self.session.post(
                url,
                data=webhook.body,
                headers=self._headers(webhook.body),
                allow_redirects=False,
            ) as answer:
                attempt = Attempt(at=at, answer=answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # ValueError: an address that no request can be made to.
            attempt = Attempt(at=at, error=f"{type(error).__name__}: {error}")
        webhook.attempts.append(attempt)
        self.store.bell.ring()
        return attempt

    def _settle(self, webhook: Webhook, attempt: Attempt) -> None:
        if again(attempt):
            webhook.state = "dropped"
        else:
            webhook.state = "taken" if attempt.answer in TAKEN else "refused"
        self.store.bell.ring()

    def _headers(self, body: bytes) -> dict[str, str]:
        # Whether the service signs anew for each attempt is not documented. Here it
        # does: a receiver that refuses a jti it has seen still gets the second try.
        claims = {
            "iss": "Vonage",
            "iat": int(self.clock.wall()),
            "jti": str(uuid4()),
            "api_key": self.account.api_key,
            "application_id": self.account.application_id,
            "payload_hash": hashlib.sha256(body).hexdigest(),
        }
        token = jwt.encode(claims, self.account.signature_secret, algorithm="HS256")
        return {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }


@asynccontextmanager
async def session(
    *, connect: float = CONNECT_WITHIN, answer: float = ANSWER_WITHIN
) -> AsyncGenerator[aiohttp.ClientSession, None]:
    """The connections to the account's own servers; both limits in seconds."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=IDLE),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=connect, sock_read=answer
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as opened:
        yield opened
