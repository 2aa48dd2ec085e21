"""Personas, chaos and rates: what may be set while the sandbox runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.sandbox import chaos, document, life, personas
from nexmo_async.sandbox.api import read
from nexmo_async.sandbox.control.door import Door, answer, done, invalid
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.problem import Violation
from nexmo_async.sandbox.rates import FREE, REALISTIC, Rates

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from nexmo_async.sandbox.network import Network

#: How many messages may wait in line.
QUEUES: Final = range(100_001)


@attrs.frozen(eq=False)
class Settings:
    """The desk for what may be set."""

    network: Network

    def doors(self) -> list[Door]:
        """Which address does what."""
        return [
            Door("GET", "/personas", self.personas),
            Door("PUT", "/personas", self.put_personas),
            Door("POST", "/personas", self.put_personas),
            Door("DELETE", "/personas", self.forget_personas, ("recipient",)),
            Door("GET", "/chaos", self.chaos),
            Door("PUT", "/chaos", self.put_chaos),
            Door("GET", "/limits", self.limits),
            Door("PUT", "/limits", self.put_limits),
        ]

    async def personas(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """The scripts that were given, and those out of the box."""
        return answer(
            {
                "personas": self.network.personas.scripts(),
                "magic": dict(personas.MAGIC),
                "grammar": life.GRAMMAR,
            }
        )

    async def put_personas(self, request: Request) -> Response:
        """Scripts by recipient or pattern; null takes one away: `{"4477*": "read"}`."""
        body = await read(request)
        given = {who: script for who, script in body.items() if script is not None}
        for recipient, script in given.items():
            try:
                life.persona(str(script))
            except ValueError as error:
                raise invalid(Violation(recipient, str(error))) from None
        for recipient in body.keys() - given.keys():
            self.network.personas.remove(recipient)
        for recipient, script in given.items():
            self.network.personas.put(recipient, str(script))
        self.network.store.changed("personas")
        return done()

    async def forget_personas(self, request: Request) -> Response:
        """Take one script away, or all of them."""
        recipient = request.query_params.get("recipient")
        if recipient is None:
            self.network.personas.clear()
        else:
            self.network.personas.remove(recipient)
        self.network.store.changed("personas")
        return done()

    async def chaos(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """What goes wrong, and how often it did."""
        return answer(self._chaos())

    async def put_chaos(self, request: Request) -> Response:
        """Replace all rules: `{"rules": ["503 10%", "reset 3x to 4477*"]}`."""
        body = await read(request)
        written = document.items(body.get("rules"))
        if written is None:
            raise invalid(Violation("rules", "must be a list of rules."))
        try:
            rules = [chaos.read(str(rule)) for rule in written]
        except ValueError as error:
            raise invalid(Violation("rules", str(error))) from None
        self.network.chaos.put(rules, self.network.clock.monotonic())
        self.network.store.changed("chaos")
        return answer(self._chaos())

    async def limits(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """How many messages a second may be sent; null: as many as one likes."""
        return answer(self._limits())

    async def put_limits(self, request: Request) -> Response:
        """Set the rates: `{"account": 30}`; `{"realistic": true}` sets the usual."""
        body = await read(request)
        realistic = body.get("realistic")
        if isinstance(realistic, bool):
            self.network.realistic = realistic
        given = {name: body[name] for name in body if name != "realistic"}
        if given:
            self.network.meter.rates = _rates(given)
        elif isinstance(realistic, bool):
            self.network.meter.rates = REALISTIC if realistic else FREE
        self.network.store.changed("limits")
        return answer(self._limits())

    def _chaos(self) -> dict[str, object]:
        return {
            "rules": [
                {"rule": each.rule.written, "used": each.used}
                for each in self.network.chaos.standing
            ],
            "grammar": chaos.GRAMMAR,
        }

    def _limits(self) -> dict[str, object]:
        rates = attrs.asdict(self.network.meter.rates)
        return {**rates, "realistic": self.network.realistic}


def _rates(given: dict[str, object]) -> Rates:
    """The rates that somebody asks for.

    Raises:
        RefusedError: They are none.
    """
    known = {field.name for field in attrs.fields(Rates)}
    for name in given.keys() - known:
        raise invalid(Violation(name, f"is none of {', '.join(sorted(known))}."))
    bodyless = given.get("bodyless", False)
    if not isinstance(bodyless, bool):
        raise invalid(Violation("bodyless", "must be true or false."))
    queue = given.get("queue", 0)
    if isinstance(queue, bool) or not isinstance(queue, int) or queue not in QUEUES:
        raise invalid(Violation("queue", f"must be between 0 and {QUEUES[-1]}."))
    channels = document.mapping(given.get("channels", {}))
    if channels is None or channels.keys() - set(PLAIN.values()):
        raise invalid(Violation("channels", "must be rates by channel."))
    return Rates(
        account=_rate("account", given.get("account")),
        us_number=_rate("us_number", given.get("us_number")),
        channels={
            name: _rate(name, rate) or 0.0
            for name, rate in channels.items()
            if rate is not None
        },
        queue=queue,
        bodyless=bodyless,
    )


def _rate(name: str, given: object) -> float | None:
    if given is None:
        return None
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not 0 < float(str(given)) <= 1_000_000:  # noqa: PLR2004 - a bound
        raise invalid(Violation(name, "must be messages a second, above 0."))
    return float(str(given))
