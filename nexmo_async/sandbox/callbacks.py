"""The sandbox's side of webhooks: sign, send, try again."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import attrs
import jwt

from nexmo_async.clock import instant
from nexmo_async.sandbox import document
from nexmo_async.sandbox.chaos import Chaos
from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.records import Attempt, Webhook

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.auth import Account
    from nexmo_async.sandbox.chaos import Rule
    from nexmo_async.sandbox.crew import Crew
    from nexmo_async.sandbox.post import Post
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
    """Hands events over, and keeps a note of each attempt.

    Attributes:
        busy: What a clock that is moved by hand is told while an attempt is made.
    """

    account: Account
    clock: Clock
    store: Store
    crew: Crew
    post: Post
    dice: Dice = attrs.field(factory=Dice)
    chaos: Chaos = attrs.field(factory=lambda: Chaos(Dice()))
    busy: Callable[[], AbstractContextManager[object]] = nullcontext

    def send(  # noqa: PLR0913 - a letter has that many sides
        self,
        kind: Kind,
        url: str | None,
        body: Mapping[str, object],
        *,
        message_uuid: str | None = None,
        turn: asyncio.Lock | None = None,
        person: str = "",
    ) -> Webhook:
        """Tell the account, now or as soon as it listens.

        Args:
            kind: What it is about.
            url: Where to; without one the event is only kept.
            body: What to say.
            message_uuid: The message concerned.
            turn: First attempts that share one are made in order.
            person: Whose message it is, for what goes wrong with some of them.
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
            trouble = self.chaos.strike("webhook", person, self.clock.monotonic())
            self._begin(webhook, url, turn, {rule.fault: rule for rule in trouble})
        return webhook

    async def resend(self, webhook: Webhook, url: str) -> None:
        """Tell the account once more, whatever became of the first time."""
        attempt = await self._attempt(webhook, url)
        if webhook.state != "pending" or not again(attempt):
            self._settle(webhook)

    def claims(self, webhook: Webhook, attempt: Attempt) -> dict[str, object] | None:
        """What the token of an attempt said; None: it carried none."""
        if attempt.jti is None:
            return None
        return {
            "iss": "Vonage",
            "iat": int(attempt.at.timestamp()),
            "jti": attempt.jti,
            "api_key": self.account.api_key,
            "application_id": self.account.application_id,
            "payload_hash": hashlib.sha256(webhook.body).hexdigest(),
        }

    def _begin(
        self,
        webhook: Webhook,
        url: str,
        turn: asyncio.Lock | None,
        trouble: Mapping[str, Rule],
    ) -> None:
        if "lose" in trouble:
            webhook.state = "dropped"
            self.store.changed("webhook", webhook)
            return
        pause = 0.0
        if "delay" in trouble:
            pause = trouble["delay"].seconds
        if "shuffle" in trouble:
            share = self.dice.fraction("shuffle", webhook.number)
            pause, turn = pause + share * trouble["shuffle"].seconds, None
        signed = "unsigned" not in trouble
        for _ in range(2 if "double" in trouble else 1):
            work = self._deliver(webhook, url, turn, signed=signed, pause=pause)
            self.crew.start(work)

    def resume(self, webhook: Webhook, turn: asyncio.Lock | None) -> None:
        """Go on with an event that was under way when the sandbox stopped."""
        if webhook.url is not None and webhook.state == "pending":
            made = len(webhook.attempts)
            self.crew.start(self._deliver(webhook, webhook.url, turn, made=made))

    async def _deliver(  # noqa: PLR0913 - what chaos may do to it
        self,
        webhook: Webhook,
        url: str,
        turn: asyncio.Lock | None,
        *,
        signed: bool = True,
        pause: float = 0.0,
        made: int = 0,
    ) -> None:
        for wait in islice(chain((pause,), pauses()), made, None):
            if wait:
                await self.clock.sleep(wait)
            # Only first attempts wait for each other: what is late is late.
            async with turn if turn is not None and not made else nullcontext():
                attempt = await self._attempt(webhook, url, signed=signed)
            made += 1
            if not again(attempt):
                break
        self._settle(webhook)

    async def _attempt(
        self, webhook: Webhook, url: str, *, signed: bool = True
    ) -> Attempt:
        at = instant(self.clock)
        number = len(webhook.attempts)
        jti = self.dice.uuid("jti", webhook.number, number) if signed else None
        sent = Attempt(at=at, jti=jti)
        with self.busy():
            headers = self._headers(webhook, sent)
            answer = await self.post.send(url, webhook.body, headers)
            if isinstance(answer, str):
                attempt = attrs.evolve(sent, error=answer)
            else:
                attempt = attrs.evolve(sent, answer=answer)
            webhook.attempts.append(attempt)
            self.store.changed("webhook", webhook)
        return attempt

    def _settle(self, webhook: Webhook) -> None:
        attempt = webhook.attempts[-1]
        if again(attempt):
            webhook.state = "dropped"
        else:
            webhook.state = "taken" if attempt.answer in TAKEN else "refused"
        self.store.changed("webhook", webhook)

    def _headers(self, webhook: Webhook, attempt: Attempt) -> dict[str, str]:
        # Whether the service signs anew for each attempt is not documented. Here it
        # does: a receiver that refuses a jti it has seen still gets the second try.
        headers = {"Content-Type": "application/json"}
        claims = self.claims(webhook, attempt)
        if claims is not None:
            token = jwt.encode(claims, self.account.signature_secret, algorithm="HS256")
            headers["Authorization"] = f"Bearer {token}"
        return headers
