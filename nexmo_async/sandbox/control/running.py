"""The sandbox as a whole: its clock, its addresses, its live feed, a new beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from nexmo_async.clock import ManualClock, MovableClock, instant
from nexmo_async.sandbox import document, duration, media
from nexmo_async.sandbox.api import read
from nexmo_async.sandbox.control import view
from nexmo_async.sandbox.control.door import Door, answer, done, invalid
from nexmo_async.sandbox.problem import Violation, generic
from nexmo_async.sandbox.records import Inbound, Message, Webhook, Workflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from starlette.requests import Request

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.bell import Reader
    from nexmo_async.sandbox.network import Network


@attrs.frozen(eq=False)
class Running:
    """The desk for the sandbox as a whole.

    Attributes:
        secrets: What `info` tells only if it is asked for.
    """

    network: Network
    secrets: Callable[[], Mapping[str, object]] = dict[str, object]

    def doors(self) -> list[Door]:
        """Which address does what."""
        return [
            Door("GET", "/readyz", self.ready, anybody=True),
            Door("GET", "/info", self.info, ("secrets",)),
            Door("PUT", "/info", self.put_info),
            Door("GET", "/clock", self.clock),
            Door("POST", "/clock", self.move),
            Door("GET", "/events", self.events, ("token",)),
            Door("POST", "/reset", self.reset),
            Door("GET", "/media/{name}", self.media, anybody=True),
        ]

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """Answer `ok` as soon as messages are accepted."""
        return PlainTextResponse("ok")

    async def info(self, request: Request) -> Response:
        """Where everything is; `secrets=1` tells how to log in as well."""
        account, addresses = self.network.courier.account, self.network.addresses
        told: dict[str, object] = {
            "url": self.network.home,
            "api_key": account.api_key,
            "application_id": account.application_id,
            "status_url": addresses.status_url,
            "inbound_url": addresses.inbound_url,
            "seed": self.network.dice.seed,
            "realistic": self.network.realistic,
            "clock": self._clock(),
            "counts": self.network.store.counts(),
        }
        if request.query_params.get("secrets") in ("1", "true"):
            told |= self.secrets()
        return answer(told)

    async def put_info(self, request: Request) -> Response:
        """Set `status_url`, `inbound_url` (null: nowhere), a list of `api_secrets`."""
        body = await read(request)
        for name, value in body.items():
            if name not in _SETTABLE:
                known = ", ".join(_SETTABLE)
                raise invalid(Violation(name, f"is none of {known}."))
            if not _SETTABLE[name](value):
                raise invalid(Violation(name, f"must be {_MEANS[name]}."))
        secrets = document.items(body.pop("api_secrets", None))
        if secrets is not None:
            account = self.network.courier.account
            account.api_secrets = tuple(map(str, secrets))
        for name, url in body.items():
            setattr(self.network.addresses, name, url or None)
        self.network.store.changed("info")
        return await self.info(request)

    async def clock(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """What time it is, and how fast it passes."""
        return answer(self._clock())

    async def move(self, request: Request) -> Response:
        """Move time: `{"freeze": true}`, `{"speed": 60}` or `{"advance": "15m"}`."""
        body = await read(request)
        clock = self.network.clock
        pace, seconds = _pace(body, clock), _seconds(body)
        if pace is not None:
            pace()
        if seconds is not None:
            await _advance(clock, seconds)
        self.network.store.changed("clock")
        return answer(self._clock())

    async def events(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """Every change as it happens, as server-sent events."""
        return StreamingResponse(
            self._events(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def reset(self, request: Request) -> Response:
        """Forget all messages, workflows, webhooks, personas and chaos."""
        await read(request)
        self.network.reset()
        return done()

    async def media(self, request: Request) -> Response:
        """A small file of the kind that its name says."""
        name = str(request.path_params["name"])
        if name not in media.FILES:
            raise generic("not-found", f"There is no file {name}")
        kind, content = media.FILES[name]
        return Response(content, media_type=kind)

    async def _events(self) -> AsyncIterator[bytes]:
        with self.network.store.feed.read() as changes:
            # Something at once: the reader sees that it is connected.
            yield b": open\n\n"
            async for event in self._written(changes):
                yield event

    async def _written(self, changes: Reader) -> AsyncIterator[bytes]:
        async for kind, thing in changes:
            name = "resync" if kind == "reset" else kind
            data = document.encode(self._shown(thing))
            yield b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"

    def _shown(self, thing: object) -> object:
        match thing:
            case Message():
                return view.summary(thing)
            case Inbound():
                return view.heard(thing, instant(self.network.clock))
            case Webhook():
                return view.webhook(thing, self.network.courier)
            case Workflow():
                return view.workflow(thing)
            case _:
                return {}

    def _clock(self) -> dict[str, object]:
        clock = self.network.clock
        now = instant(clock).isoformat()
        if isinstance(clock, MovableClock):
            return {"now": now, "speed": clock.speed, "frozen": clock.frozen}
        frozen = isinstance(clock, ManualClock)
        return {"now": now, "speed": 1.0, "frozen": frozen}


def _is_address(value: object) -> bool:
    return value is None or isinstance(value, str)


def _are_secrets(value: object) -> bool:
    found = document.items(value)
    return bool(found) and all(each and isinstance(each, str) for each in found or ())


#: What may be set while it runs -> may it be this, and what it must be.
_SETTABLE: Final[Mapping[str, Callable[[object], bool]]] = {
    "status_url": _is_address,
    "inbound_url": _is_address,
    "api_secrets": _are_secrets,
}
_MEANS: Final = {
    "status_url": "an address or null",
    "inbound_url": "an address or null",
    "api_secrets": "a list of at least one text",
}


def _pace(body: Mapping[str, object], clock: Clock) -> Callable[[], None] | None:
    """What a request wants the clock to do, if it may."""
    for name in body.keys() - {"freeze", "speed", "advance"}:
        raise invalid(Violation(name, "is none of freeze, speed and advance."))
    freeze, speed = body.get("freeze"), body.get("speed")
    if freeze is not None and not isinstance(freeze, bool):
        raise invalid(Violation("freeze", "must be true or false."))
    number = isinstance(speed, int | float) and not isinstance(speed, bool)
    if speed is not None and not (number and 0 < float(str(speed)) <= 1e6):  # noqa: PLR2004 - a bound
        raise invalid(Violation("speed", "must be above 0 and at most a million."))
    if freeze is None and speed is None:
        return None
    if not isinstance(clock, MovableClock):
        raise generic("conflict", "This sandbox was given its clock")
    faster = None if speed is None else float(str(speed))

    def set_pace() -> None:
        if freeze:
            clock.freeze()
        else:
            clock.run(faster)

    return set_pace


def _seconds(body: Mapping[str, object]) -> float | None:
    given = body.get("advance")
    if given is None:
        return None
    number = isinstance(given, int | float) and not isinstance(given, bool)
    seconds = duration.read(f"{given}s" if number else str(given))
    if seconds is None:
        raise invalid(Violation("advance", "must be a time such as 15m."))
    return seconds


async def _advance(clock: Clock, seconds: float) -> None:
    if not isinstance(clock, MovableClock | ManualClock):
        raise generic("conflict", "This sandbox was given its clock")
    try:
        await clock.advance(seconds)
    except RuntimeError as error:
        raise generic("conflict", str(error)) from None
