"""The way to the API: where it is, whom to trust, through which proxy."""

from __future__ import annotations

import platform
import ssl
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

#: Connections at most. More requests than that wait, first come first served.
LANES: Final = 100

#: Seconds to wait for a connection, TLS included.
CONNECT: Final = 10.0

#: Seconds that an idle connection is kept.
KEEP_ALIVE: Final = 60.0

USER_AGENT: Final = f"nexmo-async/{version('nexmo-async')} {platform.python_version()}"

#: Paths that a transport keeps prepared; an id in a path would make them endless.
PREPARED: Final = 32

#: Bytes of an answer at most; the API's have a few hundred.
MAX_ANSWER: Final = 1_048_576
TOO_LARGE: Final = f"the answer has more than {MAX_ANSWER} bytes"

#: What each request says of itself, apart from its credentials and its length.
HEADERS: Final[Mapping[str, str]] = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "User-Agent": USER_AGENT,
}

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@attrs.frozen
class Address:
    """Where the API is.

    Attributes:
        url: Scheme, host and port, without a slash at the end.
        host: Host and port, as errors name them.
        netloc: The same as the `Host` header says it.
        is_secure: Whether TLS is spoken.
    """

    url: str
    host: str
    netloc: str
    is_secure: bool


def address(base_url: str) -> Address:
    """Read an address.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as why:
        raise ConfigurationError("base_url", f"is no address: {why}") from None
    if parts.scheme not in {"http", "https"} or not host or not host.isprintable():
        raise ConfigurationError("base_url", "is no address such as https://host:port")
    return Address(
        base_url.rstrip("/"),
        f"{host}:{port or parts.scheme}",
        parts.netloc.rpartition("@")[2],
        parts.scheme == "https",
    )


def trust(
    authorities: str | os.PathLike[str] | None = None,
    *,
    certificate: str | os.PathLike[str] | None = None,
    key: str | os.PathLike[str] | None = None,
) -> ssl.SSLContext:
    """Whom to trust, and who you are, as `ssl_context` of a transport. Reads files.

    Args:
        authorities: A file of certificates to trust, instead of certifi's.
        certificate: Your own, for a gateway that asks for one.
        key: Its private key, if that is in a file of its own.

    Raises:
        ConfigurationError: A file cannot be read, or holds something else.
    """
    if authorities is None:
        import certifi  # noqa: PLC0415  comes with httpx; plain http never needs it

        authorities = certifi.where()
    try:
        context = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as why:
        raise ConfigurationError("authorities", f"cannot be read: {why}") from None
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as why:
            raise ConfigurationError("certificate", f"cannot be read: {why}") from None
    return context


def proxy_of(base_url: str) -> str | None:
    """The proxy that the environment names for this address; None for this machine.

    `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count, in either
    case; http is meant where they name no scheme.
    """
    from urllib import request  # noqa: PLC0415  it loads an HTTP client of its own

    parts = urlsplit(base_url)
    if parts.hostname in _LOOPBACK or request.proxy_bypass(parts.netloc):
        return None
    found = request.getproxies()
    proxy = found.get(parts.scheme) or found.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def said(why: Exception, within: float) -> str:
    """What the network said, in a few words."""
    if type(why) is TimeoutError:
        return f"{max(within, 0.0):g} s are over"
    return f"{type(why).__name__} {why}".strip()
