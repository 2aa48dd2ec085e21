from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, cast

import httpcore
import pytest

from nexmo_async.transport.stream import MOST, Streams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.clock import ManualClock
    from nexmo_async.transport.stream import Stream


class Peer(asyncio.Protocol):
    """The other side: keeps each piece as it comes."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.came = asyncio.Event()
        self.gone = asyncio.Event()
        self.made: asyncio.Future[asyncio.Transport] = (
            asyncio.get_running_loop().create_future()
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made.set_result(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.came.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio names it
        self.gone.set()


@pytest.fixture
async def peer() -> Peer:
    return Peer()


@pytest.fixture
async def port(peer: Peer) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: peer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
def streams(clock: ManualClock) -> Streams:
    return Streams(clock)


@pytest.fixture
async def stream(streams: Streams, port: int) -> AsyncIterator[Stream]:
    stream = await streams.connect_tcp("127.0.0.1", port)
    yield stream
    stream.abort()


async def test_what_is_written_before_a_read_leaves_in_one_piece(
    stream: Stream, peer: Peer
) -> None:
    await stream.write(b"head ")
    await stream.write(b"body")
    reading = asyncio.create_task(stream.read(100))
    await peer.came.wait()
    (await peer.made).write(b"answer")

    assert await reading == b"answer"
    assert peer.pieces == [b"head body"]


async def test_what_is_written_leaves_though_nobody_reads(
    stream: Stream, peer: Peer
) -> None:
    await stream.write(b"head")
    await peer.came.wait()

    assert peer.pieces == [b"head"]


async def test_a_read_takes_no_more_than_it_may(stream: Stream, peer: Peer) -> None:
    (await peer.made).write(b"answer")

    pieces = [await stream.read(4), await stream.read(4)]

    assert pieces == [b"answ", b"er"]


async def test_a_peer_that_hangs_up_is_an_end_and_no_error(
    stream: Stream, peer: Peer
) -> None:
    made = await peer.made
    made.write(b"bye")
    made.close()

    assert await stream.read(100) == b"bye"
    assert await stream.read(100) == b""


async def test_writing_to_a_connection_that_is_gone_is_an_error(
    stream: Stream, peer: Peer
) -> None:
    (await peer.made).close()
    await stream.read(100)

    with pytest.raises(httpcore.WriteError):
        await stream.write(b"head")


async def test_bytes_that_nobody_asked_for_are_news(stream: Stream, peer: Peer) -> None:
    made = await peer.made
    assert stream.get_extra_info("is_readable") is False

    made.write(b"?")
    await stream.read(0)  # waits until they came, and takes none

    assert stream.get_extra_info("is_readable") is True


async def test_a_read_that_is_cancelled_loses_nothing(
    stream: Stream, peer: Peer
) -> None:
    reading = asyncio.create_task(stream.read(100))
    made = await peer.made
    reading.cancel()
    await asyncio.wait({reading})
    made.write(b"answer")

    assert await stream.read(100) == b"answer"


async def test_aborting_closes_whatever_is_open(
    streams: Streams, stream: Stream, peer: Peer
) -> None:
    await peer.made
    streams.abort()

    await peer.gone.wait()
    assert await stream.read(100) == b""


async def test_a_port_that_nobody_listens_on_is_no_connection(streams: Streams) -> None:
    with pytest.raises(httpcore.ConnectError, match="Connect call failed"):
        await streams.connect_tcp("127.0.0.1", 1)


async def test_a_handshake_that_takes_too_long_closes_the_connection(
    stream: Stream, peer: Peer, clock: ManualClock
) -> None:
    trust = ssl.create_default_context()
    shaking = asyncio.create_task(stream.start_tls(trust, "localhost", timeout=3.0))
    await peer.came.wait()
    await clock.advance(3.0)

    with pytest.raises(httpcore.ConnectTimeout, match="within 3 s"):
        await shaking
    await peer.gone.wait()


async def test_cancelling_a_handshake_closes_the_connection(
    stream: Stream, peer: Peer
) -> None:
    shaking = asyncio.create_task(stream.start_tls(ssl.create_default_context(), "x"))
    await peer.came.wait()
    shaking.cancel()
    await asyncio.wait({shaking})

    assert shaking.cancelled()
    await peer.gone.wait()


async def test_what_came_before_the_handshake_is_not_taken_for_encrypted(
    stream: Stream, peer: Peer, clock: ManualClock
) -> None:
    """Or anybody on the way could answer for the API, without a certificate."""
    (await peer.made).write(b"HTTP/1.1 202 Accepted\r\n\r\n")
    while not stream.get_extra_info("is_readable"):  # noqa: ASYNC110  nothing tells it
        await asyncio.sleep(0)
    await clock.advance(1.0)  # the loop has turned, and read it

    with pytest.raises(httpcore.ConnectError, match="spoke before TLS"):
        await stream.start_tls(ssl.create_default_context(), "127.0.0.1")
    await peer.gone.wait()
    assert peer.pieces == []


async def test_a_handshake_that_failed_leaves_nothing_to_close(
    streams: Streams, stream: Stream, peer: Peer, clock: ManualClock
) -> None:
    """Else one is kept for each, where one pool makes all the connections."""
    encrypting = asyncio.create_task(
        stream.start_tls(ssl.create_default_context(), "127.0.0.1", 3.0)
    )
    await peer.came.wait()
    await clock.advance(3.0)
    with pytest.raises(httpcore.ConnectTimeout):
        await encrypting
    await peer.gone.wait()

    assert list(streams._open) == []  # noqa: SLF001  nothing shows it outside


async def test_who_floods_a_connection_that_nobody_reads_is_hung_up_on(
    stream: Stream, peer: Peer
) -> None:
    (await peer.made).write(b"x" * 4 * MOST)
    await peer.gone.wait()

    with pytest.raises(httpcore.WriteError):
        await stream.write(b"hi")


async def test_a_handshake_with_somebody_who_speaks_no_tls_is_no_connection(
    stream: Stream, peer: Peer
) -> None:
    shaking = asyncio.create_task(stream.start_tls(ssl.create_default_context(), "x"))
    await peer.came.wait()
    (await peer.made).write(b"220 ready when you are\r\n")

    with pytest.raises(httpcore.ConnectError):
        await shaking
    await peer.gone.wait()


async def test_httpcore_can_ask_for_a_pause(
    streams: Streams, clock: ManualClock
) -> None:
    pausing = asyncio.create_task(streams.sleep(2.0))
    await clock.advance(1.9)
    assert not pausing.done()
    await clock.advance(0.2)

    assert pausing.done()
