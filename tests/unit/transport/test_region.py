from __future__ import annotations

import pytest

from nexmo_async.errors import ConfigurationError
from nexmo_async.testing import FakeTransport
from nexmo_async.transport.base import Request
from nexmo_async.transport.region import Regional

HOSTS = {"eu": "https://eu.example", "us": "https://us.example"}


def request(region: str = "") -> Request:
    return Request("PATCH", "/v1/messages/m", b"{}", region=region)


class Doors:
    """Opens connections, and remembers where to."""

    def __init__(self) -> None:
        self.opened: dict[str, FakeTransport] = {}

    async def open(self, host: str) -> FakeTransport:
        self.opened[host] = FakeTransport()
        return self.opened[host]


async def test_what_names_no_region_stays_at_home() -> None:
    home, doors = FakeTransport(), Doors()

    await Regional(home, HOSTS, doors.open).send(request())

    assert len(home.requests) == 1
    assert doors.opened == {}


async def test_a_region_is_opened_once_when_it_is_needed() -> None:
    home, doors = FakeTransport(), Doors()
    regional = Regional(home, HOSTS, doors.open)

    await regional.send(request("us"))
    await regional.send(request("us"))

    assert home.requests == []
    assert list(doors.opened) == ["https://us.example"]
    assert len(doors.opened["https://us.example"].requests) == 2


async def test_an_unknown_region_is_refused() -> None:
    regional = Regional(FakeTransport(), HOSTS, Doors().open)

    with pytest.raises(ConfigurationError, match="region: is 'xx', choose from eu, us"):
        await regional.send(request("xx"))


async def test_closing_closes_home_and_regions() -> None:
    home, doors = FakeTransport(), Doors()
    regional = Regional(home, HOSTS, doors.open)
    await regional.send(request("eu"))

    await regional.aclose()
    await regional.aclose()

    assert home.is_closed
    assert doors.opened["https://eu.example"].is_closed


def test_a_signed_request_keeps_its_region() -> None:
    assert request("eu").signed("Bearer x").region == "eu"
