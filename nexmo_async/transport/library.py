"""Which library carries the requests: none is imported before it is chosen."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Final, Literal

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.clock import Clock
    from nexmo_async.transport.base import Transport

#: What carries the requests; "auto" is the quickest one installed.
Library = Literal["auto", "httpx", "aiohttp"]


def _httpx(base_url: str, clock: Clock) -> Transport:
    # A program that brings its own transport never pays for this import.
    from nexmo_async.transport.httpx import HttpxTransport  # noqa: PLC0415

    return HttpxTransport(base_url, clock=clock)


def _aiohttp(base_url: str, clock: Clock) -> Transport:
    try:
        from nexmo_async.transport.aiohttp import AiohttpTransport  # noqa: PLC0415
    except ImportError:
        problem = "is 'aiohttp', which is not installed"
        advice = 'Install it: pip install "nexmo-async[fast]"'
        raise ConfigurationError("transport", problem, advice) from None
    return AiohttpTransport(base_url, clock=clock)


def _quickest(base_url: str, clock: Clock) -> Transport:
    is_fast = importlib.util.find_spec("aiohttp") is not None
    return (_aiohttp if is_fast else _httpx)(base_url, clock)


#: What may carry the requests.
LIBRARIES: Final[Mapping[Library, Callable[[str, Clock], Transport]]] = {
    "auto": _quickest,
    "httpx": _httpx,
    "aiohttp": _aiohttp,
}
