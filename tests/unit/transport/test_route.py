from __future__ import annotations

import os
import ssl
import tempfile
from typing import TYPE_CHECKING

import pytest

from nexmo_async.errors import ConfigurationError, NotSentError
from nexmo_async.testing import FaultyServer, ManualClock
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.base import Request
from nexmo_async.transport.httpx import HttpxTransport
from nexmo_async.transport.route import address, proxy_of, trust

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

REQUEST = Request("POST", "/v1/messages", b"{}", "order-7", "Basic c2VjcmV0")
BOTH = [HttpxTransport, AiohttpTransport]
Kind = type[HttpxTransport] | type[AiohttpTransport]


@pytest.fixture(scope="module")
def pem(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="module")
def trusting(pem: str) -> ssl.SSLContext:
    return trust(pem)


def serving(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("kind", BOTH)
async def test_a_certificate_of_an_authority_you_trust_is_good(
    kind: Kind, authority: trustme.CA, trusting: ssl.SSLContext, clock: ManualClock
) -> None:
    async with FaultyServer(ssl_context=serving(authority)) as server:
        transport = kind(server.url, ssl_context=trusting, clock=clock)

        answers = [await transport.send(REQUEST) for _ in range(3)]

        assert [answer.status for answer in answers] == [202, 202, 202]
        assert server.connections == 1
        await transport.aclose()


@pytest.mark.parametrize("kind", BOTH)
async def test_a_certificate_of_a_stranger_means_not_sent(
    kind: Kind, authority: trustme.CA, clock: ManualClock
) -> None:
    stranger = ssl.create_default_context()
    async with FaultyServer(ssl_context=serving(authority)) as server:
        transport = kind(server.url, ssl_context=stranger, clock=clock)

        with pytest.raises(NotSentError, match=r"(?i)certificate"):
            await transport.send(REQUEST)

        assert server.received == []
        await transport.aclose()


@pytest.mark.parametrize("kind", BOTH)
async def test_your_own_certificate_is_shown_to_a_gateway_that_asks(
    kind: Kind, authority: trustme.CA, pem: str, tmp_path: Path, clock: ManualClock
) -> None:
    mine = authority.issue_cert("me@example.com")
    certificate, key = tmp_path / "me.pem", tmp_path / "me.key"
    mine.cert_chain_pems[0].write_to_path(str(certificate))
    mine.private_key_pem.write_to_path(str(key))
    asking = serving(authority)
    asking.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(asking)
    shown = trust(pem, certificate=certificate, key=key)

    async with FaultyServer(ssl_context=asking) as server:
        transport = kind(server.url, ssl_context=shown, clock=clock)

        assert (await transport.send(REQUEST)).status == 202
        await transport.aclose()


@pytest.fixture
def socket_path() -> Iterator[str]:
    """Where a socket may be: at most 104 bytes, and `tmp_path` may have more."""
    with tempfile.TemporaryDirectory(prefix="nx", dir="/tmp") as folder:
        yield f"{folder}/api.sock"


@pytest.mark.skipif(os.name == "nt", reason="asyncio has no Unix sockets on Windows")
@pytest.mark.parametrize("kind", BOTH)
async def test_a_unix_socket_leads_to_the_api(
    kind: Kind, socket_path: str, clock: ManualClock
) -> None:
    async with FaultyServer(unix_socket=socket_path) as server:
        transport = kind("http://api.local", unix_socket=socket_path, clock=clock)

        assert (await transport.send(REQUEST)).status == 202
        assert server.received[0].headers["host"] == "api.local"
        await transport.aclose()


@pytest.mark.skipif(os.name == "nt", reason="asyncio has no Unix sockets on Windows")
@pytest.mark.parametrize("kind", BOTH)
async def test_no_proxy_stands_before_a_unix_socket(
    kind: Kind, socket_path: str, clock: ManualClock
) -> None:
    async with FaultyServer(unix_socket=socket_path) as server:
        transport = kind(
            "http://api.local",
            unix_socket=socket_path,
            proxy="http://127.0.0.1:1",
            clock=clock,
        )

        assert (await transport.send(REQUEST)).status == 202
        assert server.connections == 1
        await transport.aclose()


@pytest.mark.parametrize("kind", BOTH)
async def test_a_proxy_is_told_the_whole_address(
    kind: Kind, clock: ManualClock
) -> None:
    async with FaultyServer() as proxy:
        transport = kind("http://api.example.com", proxy=proxy.url, clock=clock)

        await transport.send(REQUEST)

        assert proxy.received[0].path == "http://api.example.com/v1/messages"
        await transport.aclose()


@pytest.mark.parametrize("kind", BOTH)
async def test_a_proxy_that_is_down_means_not_sent(
    kind: Kind, clock: ManualClock
) -> None:
    transport = kind("http://api.example.com", proxy="http://127.0.0.1:1", clock=clock)

    with pytest.raises(NotSentError):
        await transport.send(REQUEST)
    await transport.aclose()


@pytest.mark.parametrize("kind", BOTH)
async def test_a_proxy_that_refuses_to_connect_means_not_sent(
    kind: Kind, trusting: ssl.SSLContext, clock: ManualClock
) -> None:
    async with FaultyServer("drop") as proxy:
        transport = kind(
            "https://api.example.com",
            proxy=proxy.url,
            ssl_context=trusting,
            clock=clock,
        )

        with pytest.raises(NotSentError):
            await transport.send(REQUEST)

        assert [each.method for each in proxy.received] == ["CONNECT"]
        await transport.aclose()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128"}, "http://proxy:3128"),
        ({"HTTPS_PROXY": "proxy:3128"}, "http://proxy:3128"),
        ({"ALL_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, None),
        ({"ALL_PROXY": "http://proxy:3128", "NO_PROXY": "nexmo.com"}, None),
        ({"ALL_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, None),
    ],
)
def test_the_environment_names_the_proxy(
    environment: pytest.MonkeyPatch, variables: dict[str, str], found: str | None
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)

    assert proxy_of("https://api.nexmo.com") == found


def test_this_machine_is_never_reached_through_a_proxy(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("ALL_PROXY", "http://proxy:3128")

    assert proxy_of("http://127.0.0.1:8080") is None
    assert proxy_of("http://localhost:8080") is None


def test_a_file_of_authorities_that_is_none_is_a_wrong_setting(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("hello")

    with pytest.raises(ConfigurationError, match="authorities: cannot be read"):
        trust(path)


def test_a_certificate_that_is_missing_is_a_wrong_setting(
    pem: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="certificate: cannot be read"):
        trust(pem, certificate=tmp_path / "none.pem")


@pytest.mark.parametrize(
    ("url", "host", "netloc"),
    [
        ("https://api.nexmo.com", "api.nexmo.com:https", "api.nexmo.com"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[::1]:8080", "::1:8080", "[::1]:8080"),
    ],
)
def test_an_address_is_read_once(url: str, host: str, netloc: str) -> None:
    found = address(url)

    assert (found.host, found.netloc) == (host, netloc)
