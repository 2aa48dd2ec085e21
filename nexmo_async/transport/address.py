"""Where the API lives, and which other addresses may be given for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the API lives; email, RCS and WhatsApp updates must go to their own region.
REGIONS: Final[Mapping[str, str]] = {
    "eu": "https://api-eu.nexmo.com",
    "us": "https://api-us.nexmo.com",
    "ap": "https://api-ap.nexmo.com",
}
ANYWHERE: Final = "https://api.nexmo.com"

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def has_regions(base_url: str) -> bool:
    """Whether this is the service itself, which has regions."""
    return base_url == ANYWHERE or base_url in REGIONS.values()


def server(base_url: str, region: str) -> str:
    """Where a request goes that names a region, or none."""
    return REGIONS.get(region, base_url) if has_regions(base_url) else base_url


def checked(base_url: str | None, region: str | None, *, allow_http: bool) -> str:
    """The address of a client's choice.

    Raises:
        ConfigurationError: It is no address, or credentials would go unencrypted.
    """
    if region is not None:
        if base_url is not None:
            raise ConfigurationError("region", "and base_url exclude each other")
        if region not in REGIONS:
            problem = f"is {region!r}, choose from {', '.join(REGIONS)}"
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
