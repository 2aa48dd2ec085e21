from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from nexmo_async.auth.cache import TokenCache
from nexmo_async.auth.credentials import Jwt

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.testing import ManualClock

APPLICATION = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
NEW_YEAR = 1_767_225_600


@pytest.fixture
def credentials(private_key: RSAPrivateKey) -> Jwt:
    return Jwt(APPLICATION, private_key)


@pytest.fixture
def cache(credentials: Jwt, clock: ManualClock) -> TokenCache:
    return TokenCache(credentials, clock, draw=lambda: 0.0)


def claims(header: str) -> dict[str, object]:
    token = header.removeprefix("Bearer ")
    said: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return said


async def test_a_thousand_tasks_at_once_cause_one_signature(cache: TokenCache) -> None:
    headers = await asyncio.gather(*(cache.header() for _ in range(1000)))

    assert len(set(headers)) == 1
    assert cache.signatures == 1


async def test_the_token_is_made_for_now_and_lives_for_15_minutes(
    cache: TokenCache, private_key: RSAPrivateKey
) -> None:
    header = await cache.header()

    said = jwt.decode(
        header.removeprefix("Bearer "),
        private_key.public_key(),
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )

    assert said["application_id"] == APPLICATION
    assert said["iat"] == NEW_YEAR
    assert said["exp"] == NEW_YEAR + 900
    assert len(said["jti"]) == 36


async def test_the_token_is_kept_for_14_minutes(
    cache: TokenCache, clock: ManualClock
) -> None:
    first = await cache.header()
    await clock.advance(839.9)

    assert await cache.header() == first
    assert cache.signatures == 1


async def test_the_token_is_renewed_a_minute_ahead_of_its_end(
    cache: TokenCache, clock: ManualClock
) -> None:
    first = await cache.header()
    await clock.advance(840)

    second = await cache.header()

    assert second != first
    assert claims(second)["iat"] == NEW_YEAR + 840
    assert claims(second)["jti"] != claims(first)["jti"]


async def test_the_old_token_is_served_while_the_new_one_is_signed(
    cache: TokenCache, clock: ManualClock
) -> None:
    old = await cache.header()
    await clock.advance(840)

    signing = asyncio.create_task(cache.header())
    await asyncio.sleep(0)
    meanwhile = [await cache.header() for _ in range(5)]

    assert meanwhile == [old] * 5
    assert await signing != old
    assert cache.signatures == 2


async def test_a_token_that_has_ended_is_not_served_while_the_new_one_is_signed(
    cache: TokenCache, clock: ManualClock
) -> None:
    old = await cache.header()
    await clock.advance(900)

    headers = await asyncio.gather(*(cache.header() for _ in range(1000)))

    assert old not in headers
    assert len(set(headers)) == 1
    assert cache.signatures == 2


@pytest.mark.parametrize("jump", [-86_400, -3_600, 3_600, 86_400])
async def test_a_clock_that_is_set_brings_a_new_token(
    cache: TokenCache, clock: ManualClock, jump: float
) -> None:
    await cache.header()
    clock.jump(jump)

    header = await cache.header()

    assert claims(header)["iat"] == NEW_YEAR + jump


async def test_a_clock_set_back_cannot_keep_a_token_beyond_its_life(
    cache: TokenCache, clock: ManualClock
) -> None:
    """The wall says a minute has passed; in truth it was an hour."""
    first = await cache.header()
    await clock.advance(3_600)
    clock.jump(-3_540)

    assert await cache.header() != first


async def test_a_refused_token_is_replaced_once_for_all(cache: TokenCache) -> None:
    old = await cache.header()

    for _ in range(100):
        cache.refused(old, None)
    headers = await asyncio.gather(*(cache.header() for _ in range(100)))

    assert old not in headers
    assert cache.signatures == 2


async def test_a_late_refusal_of_an_old_token_leaves_the_new_one_alone(
    cache: TokenCache,
) -> None:
    old = await cache.header()
    cache.refused(old, None)
    new = await cache.header()

    cache.refused(old, None)

    assert await cache.header() == new


@pytest.mark.parametrize("hours", [-3, 3])
async def test_the_date_of_a_refusal_heals_a_wrong_clock(
    cache: TokenCache, clock: ManualClock, hours: int
) -> None:
    clock.jump(hours * 3600)
    cache.refused(await cache.header(), NEW_YEAR)

    assert claims(await cache.header())["iat"] == NEW_YEAR


@pytest.mark.parametrize(
    ("jump", "note"),
    [
        (-10_800, "this machine's clock is 10800 s behind Nexmo's"),
        (10_800, "this machine's clock is 10800 s ahead of Nexmo's"),
        (2, ""),
        (0, ""),
    ],
)
async def test_the_note_says_how_far_the_clock_is_off(
    cache: TokenCache, clock: ManualClock, jump: float, note: str
) -> None:
    clock.jump(jump)
    cache.refused(await cache.header(), NEW_YEAR)

    assert cache.note() == note


async def test_a_clock_that_was_mended_is_learnt_again(
    cache: TokenCache, clock: ManualClock
) -> None:
    clock.jump(10_800)
    cache.refused(await cache.header(), NEW_YEAR)
    clock.jump(-10_800)
    cache.refused(await cache.header(), NEW_YEAR)

    assert claims(await cache.header())["iat"] == NEW_YEAR
    assert cache.note() == ""


async def test_a_cancelled_signer_leaves_the_next_one_free_to_sign(
    cache: TokenCache,
) -> None:
    signing = asyncio.create_task(cache.header())
    waiting = asyncio.create_task(cache.header())
    await asyncio.sleep(0)
    signing.cancel()

    header = await waiting

    assert signing.cancelled()
    assert header.startswith("Bearer ")
    assert cache.signatures == 1


async def test_a_cancelled_waiter_changes_nothing(cache: TokenCache) -> None:
    tasks = [asyncio.create_task(cache.header()) for _ in range(10)]
    await asyncio.sleep(0)
    for task in tasks[1:9]:
        task.cancel()

    assert await tasks[0] == await tasks[9]
    assert cache.signatures == 1


async def test_the_cache_never_prints_the_token(cache: TokenCache) -> None:
    token = (await cache.header()).removeprefix("Bearer ")

    assert token not in repr(cache)
    assert repr(cache) == (
        "<TokenCache Jwt(application_id='aaaaaaaa-bbbb-cccc-dddd-0123456789ab') "
        "signatures=1>"
    )


@pytest.mark.parametrize(("drawn", "seconds"), [(0.0, 840), (0.5, 810), (1.0, 780)])
async def test_processes_renew_at_moments_drawn_by_lot(
    credentials: Jwt, clock: ManualClock, drawn: float, seconds: float
) -> None:
    cache = TokenCache(credentials, clock, draw=lambda: drawn)
    first = await cache.header()

    await clock.advance(seconds - 0.1)
    assert await cache.header() == first
    await clock.advance(0.1)

    assert await cache.header() != first


@pytest.mark.parametrize("ahead", [0.5, 1.0, 3.0, 5.0])
async def test_a_clock_that_is_a_little_ahead_is_healed_without_a_note(
    cache: TokenCache, clock: ManualClock, ahead: float
) -> None:
    """A token from the future is not valid yet, be it for a second."""
    clock.jump(ahead)
    cache.refused(await cache.header(), NEW_YEAR)

    assert claims(await cache.header())["iat"] == NEW_YEAR
    assert cache.note() == ""


async def test_a_wrong_key_is_not_signed_with_again_for_each_send(
    cache: TokenCache,
) -> None:
    for _ in range(50):
        header = await cache.header()
        if cache.refused(header, NEW_YEAR):
            cache.refused(await cache.header(), NEW_YEAR)

    assert cache.signatures == 2


async def test_a_refused_token_is_replaced_again_after_a_minute(
    cache: TokenCache, clock: ManualClock
) -> None:
    for _ in range(2):
        cache.refused(await cache.header(), None)
    await clock.advance(60)

    assert cache.refused(await cache.header(), None)
    await cache.header()
    assert cache.signatures == 3


async def test_a_machine_that_slept_for_an_hour_wakes_with_a_new_token(
    cache: TokenCache, clock: ManualClock
) -> None:
    """The wall moved on while the monotonic clock stood still, as on Linux."""
    first = await cache.header()
    clock.jump(3_600)

    assert claims(await cache.header())["exp"] == NEW_YEAR + 4_500
    assert await cache.header() != first


async def test_the_loop_goes_on_while_a_long_key_signs(clock: ManualClock) -> None:
    """Four milliseconds with a key of 4096 bits."""
    long = await asyncio.to_thread(
        rsa.generate_private_key, public_exponent=65537, key_size=4096
    )
    cache = TokenCache(Jwt(APPLICATION, long), clock)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while not signing.done():
            turns += 1
            await asyncio.sleep(0)

    signing = asyncio.create_task(cache.header())
    await count()

    signature = (await signing).rpartition(".")[2]
    assert len(base64.urlsafe_b64decode(signature + "==")) == 4096 // 8
    assert turns > 2
