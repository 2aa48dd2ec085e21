"""The client: opens one transport and stacks the layers in the one right order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Self, TypeVar
from urllib.parse import urlsplit

from nexmo_async.auth import environment
from nexmo_async.auth.layer import Authorizing, identity
from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ClosedError, ConfigurationError
from nexmo_async.messages.client import Messages, Post
from nexmo_async.receipts.inbox import Inbox
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.transport.retry import Retry, Retrying
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.workflows.client import Workflows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any

    from nexmo_async.auth.credentials import Basic, Jwt
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.transport.base import Transport
    from nexmo_async.wire.limits import Api

#: Where the API lives; email, RCS and WhatsApp updates must go to their own region.
REGIONS: Final[Mapping[str, str]] = {
    "eu": "https://api-eu.nexmo.com",
    "us": "https://api-us.nexmo.com",
    "ap": "https://api-ap.nexmo.com",
}
ANYWHERE: Final = "https://api.nexmo.com"

_Resource = TypeVar("_Resource")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Nexmo:
    """One account, one pool of connections. Open once, share, close.

    Safe to share between tasks of one event loop, not between loops.

    Args:
        auth: `Basic(api_key, api_secret)` or `Jwt(application_id, private_key)`.
        api: The generation to speak: "v1", "v0.1" or "beta".
        base_url: Another host, such as a sandbox's. Plain http only on loopback.
        region: "eu", "us" or "ap" instead of the nearest one.
        allow_http: Send credentials unencrypted to a host that is not loopback.
        timeout: Seconds that one attempt may take.
        retry: How often and how patiently what did not leave is tried again.
        transport: What carries the requests, instead of connections of its own. You
            opened it, so you close it.
        receipts: Where receipts are kept, instead of in memory.
        clock: What time is measured by.

    Raises:
        ConfigurationError: A setting cannot work.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        auth: Basic | Jwt,
        *,
        api: Api = "v1",
        base_url: str | None = None,
        region: str | None = None,
        allow_http: bool = False,
        timeout: float = 30.0,
        retry: Retry | None = None,
        transport: Transport | None = None,
        receipts: ReceiptStore | None = None,
        clock: Clock | None = None,
    ) -> None:
        if api not in DIALECTS:
            problem = f"is {api!r}, choose of {', '.join(DIALECTS)}"
            raise ConfigurationError("api", problem)
        if timeout <= 0:
            raise ConfigurationError("timeout", "must be more than 0 seconds")
        self._auth = auth
        self._dialect = DIALECTS[api]
        self._base_url = _base_url(base_url, region, allow_http=allow_http)
        self._timeout = timeout
        self._retry = retry or Retry()
        self._clock = clock or SystemClock()
        self._given = transport
        self._own: Transport | None = None
        self._messages: Messages | None = None
        self._workflows: Workflows | None = None
        # An empty store has a length of zero, so its truth says nothing.
        self.receipts: ReceiptStore = (
            MemoryReceipts(clock=self._clock) if receipts is None else receipts
        )
        self.inbound = Inbox(self.receipts)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, **options: Any) -> Self:  # noqa: ANN401  those of the class
        """A client made of environment variables; see `README.md` for their names.

        An application with its key is taken before an API key with its secret.

        Args:
            env: The variables, instead of the process's own.
            **options: As for the class.

        Raises:
            ConfigurationError: Neither is complete; it says what is missing.
        """
        found = environment.read(env)
        options.setdefault("base_url", found.base_url)
        return cls(found.credentials, **options)

    def __repr__(self) -> str:
        """Show who calls whom, and nothing secret."""
        return f"<Nexmo {self._auth!r} api={self._dialect.api} {self._base_url}>"

    @property
    def messages(self) -> Messages:
        """Send messages."""
        return _open(self._messages)

    @property
    def workflows(self) -> Workflows:
        """Let attempts run in a row until one arrives."""
        return _open(self._workflows)

    async def __aenter__(self) -> Self:
        """Open: make the transport and stack the layers around it."""
        if self._messages is not None:
            raise RuntimeError("this client is open already")
        inner = self._given
        if inner is None:
            inner = self._own = await self._connections()
        caller = identity(self._auth, self._clock)
        layers = Authorizing(inner, caller, self._clock)
        post = Post(
            transport=Retrying(layers, self._retry, self._clock),
            dialect=self._dialect,
            clock=self._clock,
            timeout=self._timeout,
        )
        self._messages = Messages(post, self.receipts)
        self._workflows = Workflows(post)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what was opened."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what was opened. May be called again."""
        self._messages = self._workflows = None
        own, self._own = self._own, None
        if own is not None:
            await own.aclose()

    async def _connections(self) -> Transport:
        # Importing httpx and reading the authorities takes a while: not on the loop.
        return await asyncio.to_thread(_httpx_transport, self._base_url, self._clock)


def _httpx_transport(base_url: str, clock: Clock) -> Transport:
    # A program that brings its own transport never pays for this import.
    from nexmo_async.transport.httpx import HttpxTransport  # noqa: PLC0415

    return HttpxTransport(base_url, clock=clock)


def _base_url(base_url: str | None, region: str | None, *, allow_http: bool) -> str:
    if region is not None:
        if base_url is not None:
            raise ConfigurationError("region", "and base_url exclude each other")
        if region not in REGIONS:
            problem = f"is {region!r}, choose of {', '.join(REGIONS)}"
            raise ConfigurationError("region", problem)
        return REGIONS[region]
    url = (base_url or ANYWHERE).rstrip("/")
    try:
        parts = urlsplit(url)
        _ = parts.port  # looking at it is what checks it
    except ValueError as why:
        raise ConfigurationError("base_url", f"is no address: {why}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError("base_url", "is no address such as https://host:port")
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        problem = "has more than scheme, host and port"
        raise ConfigurationError("base_url", problem)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not allow_http:
        problem = "would send your credentials unencrypted"
        advice = "Use https, or allow_http=True if you are sure."
        raise ConfigurationError("base_url", problem, advice)
    return url


def _open(resource: _Resource | None) -> _Resource:
    if resource is None:
        raise ClosedError("the client is not open")
    return resource
