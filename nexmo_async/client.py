"""The client: opens one transport and stacks the layers in the one right order."""

from __future__ import annotations

import asyncio
import copy
import importlib
import sys
import warnings
from functools import partial
from typing import TYPE_CHECKING, Final, Self, TypeVar, cast

from nexmo_async.auth import environment
from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.auth.layer import Authorizing, identity
from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    DeliveryFailedError,
    StillWaitingError,
)
from nexmo_async.messages.client import Messages, Post
from nexmo_async.observe.events import teller
from nexmo_async.observe.trail import note
from nexmo_async.receipts.inbox import Inbox
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.receipts.observed import ObservedReceipts
from nexmo_async.transport import address
from nexmo_async.transport.hooks import Announced, Gate, Gated, Watched, Wrapped
from nexmo_async.transport.library import LIBRARIES
from nexmo_async.transport.region import Regional
from nexmo_async.transport.retry import Retry, Retrying
from nexmo_async.transport.throttle import Throttle, Throttled
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta
    from types import TracebackType
    from typing import Any

    from nexmo_async.bulk.client import Bulk
    from nexmo_async.observe.events import Observer
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.transport.base import Response, Transport
    from nexmo_async.transport.hooks import Middleware
    from nexmo_async.transport.library import Library
    from nexmo_async.transport.retry import Settle
    from nexmo_async.transport.throttle import Limit, Usage
    from nexmo_async.wire.limits import Api
    from nexmo_async.workflows.client import Workflows
    from nexmo_async.workflows.desk import Desk

#: What is loaded when a client is opened for the first time.
_SHOWN: Final = frozenset({"nexmo_async.bulk.client", "nexmo_async.workflows.client"})

_Resource = TypeVar("_Resource")


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
        limits: How fast you may send, per account, sender or recipient: `Limit(30)`.
        transport: "httpx", "aiohttp", or "auto" for the quickest one installed; or
            what carries the requests instead. You opened it, so you close it.
        receipts: Where receipts are kept, instead of in memory.
        observers: Functions that are told what each send goes through, each receipt
            that is recorded in `nexmo.receipts`, and each failover.
        middleware: Functions that have a hand in each attempt, outermost first:
            `async def mine(request, call_next)`.
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
        limits: Sequence[Limit] = (),
        transport: Transport | Library = "auto",
        receipts: ReceiptStore | None = None,
        observers: Sequence[Observer] = (),
        middleware: Sequence[Middleware] = (),
        clock: Clock | None = None,
    ) -> None:
        if api not in DIALECTS:
            problem = f"is {api!r}, choose from {', '.join(DIALECTS)}"
            raise ConfigurationError("api", problem)
        if isinstance(transport, str) and transport not in LIBRARIES:
            problem = f"is {transport!r}, choose from {', '.join(LIBRARIES)}"
            raise ConfigurationError("transport", problem)
        if not isinstance(cast("object", auth), Basic | Jwt):
            problem = f"is {type(auth).__name__}, write Basic(...) or Jwt(...)"
            raise ConfigurationError("auth", problem)
        self._auth = auth
        self._dialect = DIALECTS[api]
        self._base_url = address.checked(base_url, region, allow_http=allow_http)
        self._timeout = _positive(timeout)
        self._retry = retry or Retry()
        self._clock = clock or SystemClock()
        self._throttle = Throttle(limits, self._clock) if limits else None
        self._tell = teller([note, *observers]) if observers else None
        self._middleware = tuple(middleware)
        self._given: Transport | Library = transport
        self._own: Transport | None = None
        self._below: Transport | None = None
        self._gate: Gate | None = None
        self._post: Post | None = None
        self._messages: Messages | None = None
        self._workflows: Workflows | None = None
        self._bulk: Bulk | None = None
        self._desk: Desk | None = None
        # An empty store has a length of zero, so its truth says nothing.
        store = MemoryReceipts(clock=self._clock) if receipts is None else receipts
        self.receipts: ReceiptStore = (
            ObservedReceipts(store, observers) if observers else store
        )
        self.inbound: Inbox = Inbox(self.receipts)

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

    @property
    def bulk(self) -> Bulk:
        """Send many messages: as a stream, from a producer, or as a job."""
        return _open(self._bulk)

    def usage(self) -> tuple[Usage, ...]:
        """How each key of each limit stands: used, waiting, closed for how long."""
        return () if self._throttle is None else self._throttle.usage()

    def with_options(
        self, *, timeout: float | None = None, retry: Retry | None = None
    ) -> Self:
        """The same client, more or less patient. Closing it closes nothing.

        It shares connections, token and limits with this one, and lives as long.

        Args:
            timeout: Seconds that one attempt may take.
            retry: How often and how patiently what did not leave is tried again.

        Raises:
            ClosedError: This client is not open.
        """
        below = _open(self._below)
        view = copy.copy(self)
        view._own = view._gate = None  # noqa: SLF001  one of us
        view._timeout = self._timeout if timeout is None else _positive(timeout)  # noqa: SLF001
        view._retry = retry or self._retry  # noqa: SLF001
        view._stack(below)  # noqa: SLF001
        return view

    async def __aenter__(self) -> Self:
        """Open: make the transport and stack the layers around it."""
        if self._messages is not None:
            raise RuntimeError("this client is open already")
        await _load()
        from nexmo_async.workflows.desk import Desk  # noqa: PLC0415  loaded by now

        inner = self._given
        if isinstance(inner, str):
            abroad = partial(self._connections, inner)
            inner = self._own = await abroad(self._base_url)
            if address.has_regions(self._base_url):
                inner = self._own = Regional(inner, address.REGIONS, abroad)
        self._gate = Gate()
        if self._tell is not None:
            inner = Watched(inner, self._clock, self._tell)
        for function in reversed(self._middleware):
            inner = Wrapped(inner, function)
        caller = identity(self._auth, self._clock)
        if self._throttle is None:
            inner = Announced(inner)
        else:
            inner = Throttled(
                inner, self._throttle, self._clock, self._tell, caller.header
            )
        inner = Authorizing(inner, caller, self._clock)
        self._desk = await Desk(
            self.receipts,
            self._clock,
            has_refs=self._dialect.has_client_ref,
            tell=self._tell,
        ).__aenter__()
        self._stack(Gated(inner, self._gate))
        return self

    def _stack(self, below: Transport) -> None:
        """What each client has of its own; what is below is shared."""
        from nexmo_async.bulk.client import Bulk  # noqa: PLC0415  loaded by now
        from nexmo_async.bulk.sender import Ways  # noqa: PLC0415
        from nexmo_async.workflows.client import Workflows  # noqa: PLC0415

        self._below = below
        may_update = not isinstance(self._auth, Basic)
        self._post = post = self._posting(below, self._settle)
        self._messages = Messages(post, self.receipts, may_update)
        # A run waits for the receipt itself, by its workflow's own time: one wait.
        mail = Messages(self._posting(below, None), self.receipts, may_update)
        self._workflows = Workflows(post, mail, _open(self._desk), self.receipts)
        ways = Ways(
            self._messages.sent_and_answer,
            self._workflows.run,
            self.receipts,
            self._clock,
            self._dialect.has_client_ref,
        )
        self._bulk = Bulk(ways)

    def _posting(self, below: Transport, settle: Settle | None) -> Post:
        return Post(
            transport=Retrying(below, self._retry, self._clock, settle, self._tell),
            dialect=self._dialect,
            clock=self._clock,
            timeout=self._timeout,
            total=self._retry.total,
            tell=self._tell,
            server=self._base_url,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        total: float | timedelta | None = None,
    ) -> Response:
        """Whatever else the API can do: authorised, tried again, errors as of `send`.

        Args:
            method: "GET", "POST", "PATCH", ...
            path: From the first slash on, such as "/v1/messages".
            json: The body, if it has one.
            total: Seconds for everything, instead of the client's. Or a `timedelta`.

        Raises:
            ConfigurationError: The path does not begin with a slash.
            NotSentError: No connection, several times over. Nothing was sent.
            RefusedError: Nexmo said no; the subclass says why. Nothing was sent.
            UnknownOutcomeError: The request left and no clear answer came.
        """
        if not path.startswith("/"):
            # Else the host could be another one: ".example.com", "@example.com".
            raise ConfigurationError("path", "must begin with a slash")
        post = _open(self._post)
        with post.told("request", method.upper(), path):
            return await post(path, json, "", method=method.upper(), total=total)

    async def _settle(self, client_ref: str, within: float) -> str:
        """The message that any receipt with this reference names."""
        try:
            receipt = await self.receipts.wait_for(client_ref, "submitted", within)
        except DeliveryFailedError as failed:
            return failed.message_uuid
        except StillWaitingError:
            history = await self.receipts.history(client_ref)
            return history[0].message_uuid if history else ""
        return receipt.message_uuid

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what was opened."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what was opened. May be called again.

        Workflows that run here are called off, bulks take nothing more; answers under
        way are waited for.
        """
        gate, self._gate = self._gate, None
        bulk, self._bulk = self._bulk, None
        try:
            if gate is not None and self._desk is not None and bulk is not None:
                bulk.stop()
                await self._desk.aclose()
                await bulk.aclose()
        finally:  # also if whoever closes it does not wait for those answers
            self._messages = self._workflows = self._below = self._desk = None
            self._post = None
            if gate is not None:
                gate.is_open = False
            own, self._own = self._own, None
            if own is not None:
                await own.aclose()

    def __del__(self) -> None:
        """Warn if it was forgotten."""
        if getattr(self, "_gate", None) is not None:
            message = f"unclosed client {self!r}"
            warnings.warn(message, ResourceWarning, source=self, stacklevel=2)

    async def _connections(self, library: Library, base_url: str) -> Transport:
        # Importing one and reading the authorities takes a while: not on the loop.
        return await asyncio.to_thread(LIBRARIES[library], base_url, self._clock)


async def _load() -> None:
    """Load what only an open client shows: not on the loop, as it takes a while.

    So whoever only makes messages never pays for it.
    """
    if not sys.modules.keys() >= _SHOWN:
        await asyncio.to_thread(lambda: [*map(importlib.import_module, _SHOWN)])


def _positive(timeout: float) -> float:
    if not timeout > 0:
        raise ConfigurationError("timeout", "must be more than 0 seconds")
    return timeout


def _open(resource: _Resource | None) -> _Resource:
    if resource is None:
        raise ClosedError("the client is not open")
    return resource
