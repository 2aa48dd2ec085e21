"""What stands between a good request and its answer: trouble, and the rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.sandbox.problem import Problem, RefusedError, generic

if TYPE_CHECKING:
    from starlette.requests import Request

    from nexmo_async.sandbox.chaos import Rule
    from nexmo_async.sandbox.network import Network
    from nexmo_async.sandbox.records import Draft


@attrs.frozen(eq=False)
class Gate:
    """Lets messages through, unless it was told to make trouble."""

    network: Network

    async def before(self, request: Request, draft: Draft) -> float:
        """Before the message is accepted: the seconds that it will wait in line.

        Raises:
            RefusedError: It is not.
        """
        clock = self.network.clock
        if self.network.chaos.standing:
            for rule in self.network.chaos.strike(
                "before", draft.to, clock.monotonic()
            ):
                if rule.fault == "slow":
                    await clock.sleep(rule.seconds)
                else:
                    await _fail(request, rule)
        return self.network.meter.take(draft, now=clock.monotonic(), wall=clock.wall())

    async def after(self, request: Request, draft: Draft) -> None:
        """When the message is accepted, and the answer could still be lost.

        Raises:
            RefusedError: The answer is another one.
        """
        chaos = self.network.chaos
        if chaos.standing:
            now = self.network.clock.monotonic()
            for rule in chaos.strike("after", draft.to, now):
                await _fail(request, rule)


async def _fail(request: Request, rule: Rule) -> None:
    fault = rule.fault.removesuffix("-late")
    if fault == "reset":
        await _reset(request)
    refused = generic("throttled", headers={"Retry-After": f"{rule.seconds:.0f}"})
    if fault == "429":
        raise refused
    if fault == "429-bare":
        raise RefusedError(attrs.evolve(refused.problem, bodyless=True, headers={}))
    raise RefusedError(
        Problem(
            status=int(fault),
            type="",
            title="Internal error",
            detail="Chaos was asked for",
        )
    )


async def _reset(request: Request) -> None:
    """Hang up without a word, as a gateway does that falls over."""
    hang_up = getattr(request.state, "hang_up", None)
    if hang_up is not None:
        hang_up()
        # Nothing more is read than that nobody is there any more.
        while (await request.receive())["type"] != "http.disconnect":
            pass
        raise generic("unavailable")
    raise ConnectionResetError("chaos was asked for")
