"""Two primes for an RSA key out of a seed, the same each time.

No library that is kept makes a key from a seed, for good reason: whoever knows the seed
knows the key. In a sandbox that is the point, and without a seed OpenSSL makes the key.
"""

from __future__ import annotations

from itertools import count
from math import gcd
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nexmo_async.sandbox.dice import Dice

#: Bits of each prime, and the public exponent that they must go with.
BITS: Final = 1024
EXPONENT: Final = 65_537

#: Up to here candidates are sieved; each that is left is worth a test.
_SIEVED: Final = 30_000

#: How many candidates are sieved at once: 16 times as many as are likely needed.
_WINDOW: Final = 6_000

#: How often a number must pass. (FIPS 186-5, table B.1: 5 for this length.)
_ROUNDS: Final = 8


def pair(dice: Dice) -> tuple[int, int]:
    """Two primes of 1024 bits, larger first; takes about a third of a second."""
    first, second = (_prime(dice, name) for name in ("p", "q"))
    return max(first, second), min(first, second)


def _prime(dice: Dice, name: str) -> int:
    for turn in count():
        # The two highest bits are set, so that the product has all of its bits.
        drawn = dice.whole(BITS, "prime", name, turn)
        begin = drawn | (3 << (BITS - 2)) | 1
        for candidate in _sieved(begin):
            if gcd(candidate - 1, EXPONENT) == 1 and _is_prime(candidate, dice):
                return candidate
    raise AssertionError  # pragma: no cover - count has no end


def _sieved(begin: int) -> list[int]:
    """The odd numbers from here on that no small prime divides."""
    left = bytearray(b"\1") * _WINDOW
    for small in _SMALL:
        # begin + 2 * step must be a multiple of it.
        step = -begin * (small + 1) // 2 % small
        left[step::small] = bytes(len(range(step, _WINDOW, small)))
    return [begin + 2 * step for step in range(_WINDOW) if left[step]]


def _is_prime(number: int, dice: Dice) -> bool:
    """Miller and Rabin's test, with bases that the seed draws."""
    twos = ((number - 1) & (1 - number)).bit_length() - 1
    odd = (number - 1) >> twos
    for turn in range(_ROUNDS):
        base = dice.whole(BITS - 2, "base", number, turn) + 2
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, number)
            if power == number - 1:
                break
        else:
            return False
    return True


def _small_primes() -> list[int]:
    left = bytearray(b"\1") * _SIEVED
    for number in range(3, int(_SIEVED**0.5) + 1, 2):
        if left[number]:
            left[number * number :: number] = bytes(
                len(range(number * number, _SIEVED, number))
            )
    return [number for number in range(3, _SIEVED, 2) if left[number]]


_SMALL: Final = _small_primes()
