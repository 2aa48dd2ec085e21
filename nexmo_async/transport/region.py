"""Adapter of adapters: what concerns a region goes to that region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from nexmo_async.transport.base import Request, Response, Transport


@attrs.define
class Regional:
    """Carries requests home, or to the region that they name.

    A connection to a region is made when it is first needed.

    Args:
        home: Where everything else goes.
        hosts: The address of each region.
        open: Makes connections to an address.
    """

    home: Transport
    hosts: Mapping[str, str]
    open: Callable[[str], Awaitable[Transport]]
    _abroad: dict[str, Transport] = attrs.field(
        factory=dict[str, "Transport"], init=False
    )

    async def send(self, request: Request) -> Response:
        """Send to where it belongs."""
        if not request.region:
            return await self.home.send(request)
        return await (await self._transport(request.region)).send(request)

    async def aclose(self) -> None:
        """Close all of them."""
        abroad, self._abroad = self._abroad, {}
        try:
            await self.home.aclose()
        finally:
            for transport in abroad.values():
                await transport.aclose()

    async def _transport(self, region: str) -> Transport:
        if region not in self.hosts:
            problem = f"is {region!r}, choose from {', '.join(self.hosts)}"
            raise ConfigurationError("region", problem)
        found = self._abroad.get(region)
        if found is None:
            made = await self.open(self.hosts[region])
            found = self._abroad.setdefault(region, made)
            if found is not made:  # somebody else was quicker
                await made.aclose()
        return found
