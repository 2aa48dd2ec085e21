"""The sandbox: the whole service on one port of this machine."""

from __future__ import annotations

from contextlib import AsyncExitStack, nullcontext
from typing import TYPE_CHECKING

import attrs

from nexmo_async.clock import ManualClock, MovableClock, instant
from nexmo_async.sandbox import callbacks, control, inbound
from nexmo_async.sandbox.chaos import Chaos
from nexmo_async.sandbox.crew import crew
from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.front import application
from nexmo_async.sandbox.keep import keeping
from nexmo_async.sandbox.login import Login
from nexmo_async.sandbox.network import Network
from nexmo_async.sandbox.personas import Personas
from nexmo_async.sandbox.post import post
from nexmo_async.sandbox.rates import FREE, REALISTIC, Meter
from nexmo_async.sandbox.records import Addresses
from nexmo_async.sandbox.rules import inbound as rules
from nexmo_async.sandbox.server import serve
from nexmo_async.sandbox.store import MESSAGES, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

    from starlette.types import ASGIApp

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox import records
    from nexmo_async.sandbox.crew import Crew
    from nexmo_async.sandbox.keep import Keeper
    from nexmo_async.sandbox.post import Post


@attrs.frozen
class _Open:
    """What exists while the sandbox is open."""

    url: str
    app: ASGIApp
    network: Network


class Sandbox:
    """A local imitation of the Messages and Workflows APIs, for `async with`.

    Nothing leaves the machine but the webhooks, to the addresses that you give.

    Args:
        api_key: The account's key; made up if not given, as are the next four.
        api_secret: The account's secret; of several each opens, as while one is
            exchanged for another.
        application_id: The application that tokens must name.
        public_key: The application's RSA key in PEM. Without one a pair is made, and
            `private_key` is the other half.
        signature_secret: Signs the webhooks.
        status_url: Hears what becomes of messages.
        inbound_url: Hears what people write.
        host: Where to listen.
        port: Where to listen; 0 is any free port, None is nowhere: there is only `app`.
        clock: Moves everything that takes time.
        personas: How recipients take messages: a script by number, id or pattern.
        realistic: Do the rates and the rules of the channels hold?
        chaos: What goes wrong, in rules such as `503 10%`.
        seed: Makes the same ids, the same keys and the same trouble each time.
        control_token: What a caller of the control API must know.
        certificate: Serves https: a file of the key and the chain in PEM.
        db: A file in which everything is kept, so that the next sandbox with it goes
            on where this one stopped, with the same credentials; None: memory.
        keep: How many messages and webhooks are kept; then the oldest are forgotten.
    """

    def __init__(  # noqa: PLR0913 - one account has that many settings
        self,
        *,
        api_key: str | None = None,
        api_secret: str | Sequence[str] | None = None,
        application_id: str | None = None,
        public_key: str | bytes | None = None,
        signature_secret: str | None = None,
        status_url: str | None = None,
        inbound_url: str | None = None,
        host: str = "127.0.0.1",
        port: int | None = 0,
        clock: Clock | None = None,
        personas: Mapping[str, str] | None = None,
        realistic: bool = False,
        chaos: Iterable[str] = (),
        seed: str | None = None,
        control_token: str | None = None,
        certificate: Path | None = None,
        db: Path | None = None,
        keep: int = MESSAGES,
    ) -> None:
        self._dice = dice = Dice(seed)
        self._login = Login.choose(
            dice,
            api_key=api_key,
            api_secret=api_secret,
            application_id=application_id,
            public_key=public_key,
            signature_secret=signature_secret,
        )
        self._addresses = Addresses(status_url, inbound_url)
        self._host = host
        self._port = port
        self._clock = clock or MovableClock()
        self._store = Store(messages=keep, webhooks=keep)
        self._personas = Personas(personas)
        self._realistic = realistic
        self._chaos = Chaos(dice, chaos)
        self._control_token = control_token
        self._certificate = certificate
        self._db = db
        self._stack = AsyncExitStack()
        self._open: _Open | None = None

    def __repr__(self) -> str:
        """Where it is, and nothing secret."""
        place = self._open.url if self._open else "closed"
        return f"<Sandbox {place} messages={len(self._store.messages())}>"

    async def __aenter__(self) -> Self:
        """Make what was not given, and listen."""
        if self._open is not None:
            raise RuntimeError("this sandbox is open already")
        async with AsyncExitStack() as stack:
            keeper, facts = await self._keeping(stack)
            await self._login.complete(facts.get("login", {}))
            sending = await stack.enter_async_context(post())
            if not isinstance(self._clock, MovableClock):
                # A clock that only moves by hand does not wait for a library to load.
                await sending.ready()
            hands = await stack.enter_async_context(crew())
            network = self._network(hands, sending)
            app = self._application(network)
            url = await stack.enter_async_context(self._served(app))
            network.home = url
            if keeper is not None:
                self._go_on(network, keeper, facts)
            self._open = _Open(url, app, network)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening, and all that is under way."""
        self._open = None
        self._store.feed.close()
        await self._stack.__aexit__(kind, error, traceback)

    @property
    def base_url(self) -> str:
        """Where the API is, without a slash at the end."""
        return self._running.url

    @property
    def app(self) -> ASGIApp:
        """The ASGI application, for callers in the same process."""
        return self._running.app

    @property
    def private_key(self) -> str | None:
        """The application's private key as PKCS#8 PEM, if the sandbox made it."""
        if self._open is None:
            raise _closed()
        return self._login.private_key

    @property
    def api_key(self) -> str:
        """The account's key."""
        return self._login.account.api_key

    @property
    def api_secret(self) -> str:
        """The account's secret; of several the first."""
        return self._login.account.api_secrets[0]

    @property
    def application_id(self) -> str:
        """The application that tokens must name."""
        return self._login.account.application_id

    @property
    def signature_secret(self) -> str:
        """What signs the webhooks."""
        return self._login.account.signature_secret

    @property
    def status_url(self) -> str | None:
        """Where to tell what becomes of messages; None: nowhere."""
        return self._addresses.status_url

    @status_url.setter
    def status_url(self, url: str | None) -> None:
        self._addresses.status_url = url

    @property
    def inbound_url(self) -> str | None:
        """Where to tell what people write; None: nowhere."""
        return self._addresses.inbound_url

    @inbound_url.setter
    def inbound_url(self, url: str | None) -> None:
        self._addresses.inbound_url = url

    @property
    def store(self) -> Store:
        """Everything that exists, and a bell that rings when it changes."""
        return self._store

    def persona(self, recipient: str, script: str) -> None:
        """Say how a recipient takes messages from now on.

        Args:
            recipient: The number or id as requests write it: digits, no plus; or the
                beginning of some with a `*` after it.
            script: What becomes of the messages, such as `reject 1300`.

        Raises:
            ValueError: The script is none; the message shows how to write one.
        """
        self._personas.put(recipient, script)

    def messages(self) -> list[records.Message]:
        """The messages that were accepted, oldest first, with what became of them."""
        return self._store.messages()

    async def inbound(  # noqa: PLR0913 - a message has that many sides
        self,
        *,
        channel: str,
        sender: str,
        to: str,
        text: str | None = None,
        type: str = "text",  # noqa: A002 - as the service calls it
        api: records.Api = "v1",
        **member: object,
    ) -> str:
        """Somebody writes to the account.

        Returns after the first attempt to tell `inbound_url`, with the message's uuid.

        Args:
            channel: What carries it.
            sender: Who writes.
            to: The account's number or id.
            text: The words, of a text.
            type: What it is; what is not a text is a sample unless `member` says more.
            api: Which generation tells of it.
            member: JSON as the webhook has it: the content under the name of the type,
                as in `image={"caption": "a cat"}`, or what the channel tells besides,
                as in `profile={"name": "Ada"}`.

        Raises:
            ValueError: The webhooks cannot tell of such a message.
        """
        words = {} if text is None else {"text": text}
        said = {"channel": channel, "from": sender, "to": to, "type": type, "api": api}
        body = {**member, **words, **said}
        for violation in rules.violations(body):
            raise ValueError(f"{violation.name} {violation.reason}")
        network = self._running.network
        message = inbound.read(body, instant(self._clock))
        webhook = network.hear(message)
        if webhook.url is not None:
            await self._store.bell.until(lambda: webhook.attempts or None)
        return message.message_uuid

    def _served(self, app: ASGIApp) -> AbstractAsyncContextManager[str]:
        if self._port is None:
            return nullcontext(f"http://{self._host}")
        return serve(app, self._host, self._port, certificate=self._certificate)

    @property
    def _running(self) -> _Open:
        if self._open is None:
            raise _closed()
        return self._open

    async def _keeping(
        self, stack: AsyncExitStack
    ) -> tuple[Keeper | None, dict[str, Any]]:
        """Read what the file has, and move the clock to where that one stopped."""
        if self._db is None:
            return None, {}
        opened = keeping(self._db, self._store)
        keeper, facts = await stack.enter_async_context(opened)
        clock, ahead = self._clock, facts.get("wall", 0.0) - self._clock.wall()
        if ahead > 0 and isinstance(clock, MovableClock | ManualClock):
            await clock.advance(ahead)
        for recipient, script in facts.get("personas", {}).items():
            if recipient not in self._personas.scripts():
                self._personas.put(recipient, script)
        return keeper, facts

    def _go_on(self, network: Network, keeper: Keeper, facts: dict[str, Any]) -> None:
        network.resume(facts.get("count", 0))
        keeper.facts = lambda: {
            "wall": self._clock.wall(),
            "count": network.count,
            "personas": self._personas.scripts(),
            "login": self._login.written(),
        }
        keeper.tell("info", None)

    def _network(self, hands: Crew, sending: Post) -> Network:
        clock = self._clock
        courier = callbacks.Courier(
            self._login.account,
            clock,
            self._store,
            hands,
            sending,
            self._dice,
            self._chaos,
            clock.busy if isinstance(clock, MovableClock) else nullcontext,
        )
        return Network(
            clock,
            self._store,
            courier,
            hands,
            self._addresses,
            self._personas,
            self._dice,
            self._chaos,
            Meter(REALISTIC if self._realistic else FREE),
            self._realistic,
        )

    def _application(self, network: Network) -> ASGIApp:
        login = self._login

        def secrets() -> dict[str, object]:
            return {
                "api_secret": self.api_secret,
                "api_secrets": login.account.api_secrets,
                "signature_secret": self.signature_secret,
                "private_key": login.private_key,
            }

        controls = control.routes(
            network, self._host, token=self._control_token, secrets=secrets
        )
        return application(login.account, network, controls)


def _closed() -> RuntimeError:
    return RuntimeError("the sandbox is closed: use `async with Sandbox() as box`")
