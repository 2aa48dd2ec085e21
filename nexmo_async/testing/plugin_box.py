"""The sandbox of one test: no port, and no webhook that leaves the process."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

import attrs

from nexmo_async.auth.credentials import Jwt
from nexmo_async.client import Nexmo
from nexmo_async.clock import MovableClock
from nexmo_async.errors import UnknownOutcomeError
from nexmo_async.sandbox import Sandbox, chaos, duration
from nexmo_async.sandbox.auth import make_key, public_half
from nexmo_async.sandbox.post import ANSWER_WITHIN, Post
from nexmo_async.testing.plugin_story import story
from nexmo_async.transport.asgi import AsgiTransport
from nexmo_async.transport.base import Request, Response
from nexmo_async.webhooks.app import WebhookApp

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.chaos import Chaos
    from nexmo_async.transport.asgi import App, Event, Receive, Send

_log: Final = logging.getLogger("nexmo_async.testing")

#: The application of all sandboxes of a run.
APPLICATION: Final = "5a4d6b0c-7e57-4e57-ae57-5a4db0c57e57"

#: Where the application under test seems to be.
HERE: Final = "http://app.test"

#: Waits of fewer seconds take no time in a test.
SKIP: Final = 1.0

#: What is answered in the place of an app that broke down.
BROKEN: Final = 500


@attrs.frozen
class Key:
    """The application's key, made once for a run."""

    public: RSAPublicKey = attrs.field(repr=False)
    private: str = attrs.field(repr=False)
    auth: Jwt


def make() -> Key:
    """A new key; takes a while."""
    private = make_key()
    return Key(public_half(private), private, Jwt(APPLICATION, private))


class TurnedClock(MovableClock):
    """The machine's time, until the test turns it; nobody waits for less than a second.

    A message that takes 0.2 s until it is delivered is delivered at once, and the clock
    is 0.2 s further. What takes longer takes its time, or `advance`.
    """

    def __init__(self) -> None:
        super().__init__(skip=SKIP)

    async def advance(self, seconds: float | timedelta | str) -> None:
        """Move time on; whatever is due happens in order, each at its own moment.

        Args:
            seconds: How far; or a `timedelta`; or words such as "500ms", "15m", "24h".

        Raises:
            ValueError: The words say no time.
        """
        await super().advance(_seconds(seconds))


class Trouble:
    """What goes wrong, in rules such as `503 10%` or `lose 1x to 4477*`."""

    def __init__(self, rules: Chaos, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock

    def put(self, *rules: str) -> None:
        """Let these rules hold from now on, and no others.

        Raises:
            ValueError: One is no rule; the message shows how to write one.
        """
        read = [chaos.read(rule) for rule in rules]
        self._rules.put(read, self._clock.monotonic())

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.put()

    @property
    def struck(self) -> Mapping[str, int]:
        """How often each rule has struck."""
        return {each.rule.written: each.used for each in self._rules.standing}


class Letterbox(Post):
    """Hands webhooks to the application under test, whatever host they name."""

    def __init__(self) -> None:
        super().__init__()
        self.app: App | None = None

    async def send(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> int | str:
        """Call the app once: the answer's status, or why there was none."""
        if self.app is None:
            return "nobody listens: nexmo_sandbox.deliver_to(app) says who does"
        parts = urlsplit(url)
        request = Request(
            method="POST",
            path=f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
            body=body,
            authorization=headers.get("Authorization", ""),
            timeout=ANSWER_WITHIN,
        )
        try:
            return (await AsgiTransport(self.app).send(request)).status
        except UnknownOutcomeError as silence:
            return str(silence)
        except Exception:  # noqa: BLE001  any server would answer, whatever it was
            _log.exception("the application broke down over a webhook")
            return BROKEN


class _Line(AsgiTransport):
    """The way to the sandbox; what would cut a real connection cuts this one."""

    async def send(self, request: Request) -> Response:
        """Call the sandbox once."""
        try:
            return await super().send(request)
        except ConnectionResetError as cut:
            raise UnknownOutcomeError(request.client_ref, str(cut)) from cut


class Box(Sandbox):
    """The whole service, in this process; also an ASGI app.

    Args:
        key: The application's key.
        clock: The time of the test.
        seed: Makes the same ids and the same luck each time.
    """

    def __init__(self, key: Key, clock: TurnedClock, *, seed: str) -> None:
        super().__init__(port=None, clock=clock, application_id=APPLICATION, seed=seed)
        self._login.account.public_key = key.public
        self._login.private_key = key.private
        self._key = key
        self._time = clock
        self._letterbox = Letterbox()
        self._clients: list[Nexmo] = []
        self.trouble: Trouble = Trouble(self._chaos, clock)

    async def __aenter__(self) -> Self:
        """Open, with webhooks that stay in the process."""
        await super().__aenter__()
        self._running.network.courier.post = self._letterbox
        return self

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.app(scope, receive, send)

    @property
    def clock(self) -> TurnedClock:
        """The time of the test."""
        return self._time

    @property
    def auth(self) -> Jwt:
        """The application and its key, for a client."""
        return self._key.auth

    @property
    def private_key(self) -> str:
        """The application's private key as PKCS#8 PEM, also before it is open."""
        return self._key.private

    @property
    def secrets(self) -> dict[str, str]:
        """What signs the webhooks, as `WebhookApp` wants to know it."""
        return {self.api_key: self.signature_secret}

    def client(self, **options: Any) -> Nexmo:  # noqa: ANN401  those of the class
        """A client of this sandbox, on its clock; you open it.

        Args:
            **options: As for `Nexmo`: `api="v0.1"`, `retry=...`, `limits=...`.
        """
        given: dict[str, Any] = {
            "auth": self.auth,
            "base_url": "http://127.0.0.1",
            "transport": _Line(self, clock=self._time),
            "clock": self._time,
        }
        return Nexmo(**(given | options))

    def own_client(self) -> Nexmo:
        """A client that is opened with the sandbox, and hears of its receipts."""
        nexmo = self.client()
        self._clients.append(nexmo)
        if self._letterbox.app is None:
            self.deliver_to(WebhookApp(nexmo.receipts, self.secrets, clock=self._time))
        return nexmo

    def deliver_to(self, app: App, path: str = "/") -> None:
        """Bring all webhooks to an ASGI app, signed, as they would come from outside.

        None leaves the process, also if a message names a `webhook_url` of its own:
        that one comes to the same app, at the path that it names. The app's lifespan is
        its owner's business.

        Args:
            app: Yours, or a bare `WebhookApp`.
            path: Where it takes webhooks, as you would write it in the dashboard.
        """
        self._letterbox.app = app
        self.status_url = self.inbound_url = HERE + path

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep the sandbox and the client of the `nexmo` fixture open."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self)
            for nexmo in self._clients:
                await stack.enter_async_context(nexmo)
            yield

    def story(self) -> str:
        """What became of each message, for people."""
        return story(self.store)


def _seconds(time: float | timedelta | str) -> float:
    if isinstance(time, timedelta):
        return time.total_seconds()
    if not isinstance(time, str):
        return time
    seconds = duration.read(time)
    if seconds is None:
        raise ValueError(f"no time: {time!r}; write it as 500ms, 2s, 15m, 24h or 1d")
    return seconds
