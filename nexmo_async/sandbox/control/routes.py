"""All addresses of the control API, guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.sandbox.control.explain import explaining
from nexmo_async.sandbox.control.guard import Guard
from nexmo_async.sandbox.control.messages import Messages
from nexmo_async.sandbox.control.running import Running
from nexmo_async.sandbox.control.settings import Settings
from nexmo_async.sandbox.control.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.routing import Route

    from nexmo_async.sandbox.network import Network


def routes(
    network: Network,
    host: str,
    *,
    token: str | None = None,
    secrets: Callable[[], Mapping[str, object]] = dict[str, object],
) -> list[Route]:
    """Which address does what.

    Args:
        network: What is looked into.
        host: The name that the sandbox was bound to.
        token: What everybody must know who wants in; None: nothing.
        secrets: How to log in at the sandbox, told to those who ask.
    """
    doors = [
        *Messages(network).doors(),
        *Webhooks(network).doors(),
        *Settings(network).doors(),
        *Running(network, secrets).doors(),
    ]
    guard = Guard(host, token)
    return [door.route(guard) for door in (*doors, *explaining(doors))]
