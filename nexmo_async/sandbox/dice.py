"""All that is left to chance: ids, tokens, and whether something goes wrong."""

from __future__ import annotations

import hashlib
import math
import secrets
from typing import Final
from uuid import UUID, uuid4

#: The letters of a v1 workflow id, which is no uuid. (Messages v1 spec, samples.)
LETTERS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH: Final = 22

#: How many different numbers there are between 0 and 1.
_FINE: Final = 1 << 53


class Dice:
    """Chance, or what looks like it: with a seed, each thing gets the same each time.

    What a thing gets depends on its name alone and not on what was asked for before,
    so it does not matter which of two answers came first from the network.

    Args:
        seed: Any text; None: real chance.
    """

    def __init__(self, seed: str | None = None) -> None:
        self.seed = seed

    def uuid(self, *name: object) -> str:
        """An id for the thing of this name."""
        if self.seed is None:
            return str(uuid4())
        return str(UUID(bytes=self._bytes("uuid", *name)[:16], version=4))

    def word(self, *name: object) -> str:
        """An id without dashes for the thing of this name."""
        if self.seed is None:
            return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        drawn = self._bytes("word", *name)
        return "".join(LETTERS[byte % len(LETTERS)] for byte in drawn[:LENGTH])

    def secret(self, length: int, *name: object) -> str:
        """Hexadecimal digits for the thing of this name, at most 64."""
        if self.seed is None:
            return secrets.token_hex(length)[:length]
        return self._bytes("secret", *name).hex()[:length]

    def fraction(self, *name: object) -> float:
        """A number from 0 up to 1 for the thing of this name."""
        if self.seed is None:
            return secrets.randbelow(_FINE) / _FINE
        drawn = int.from_bytes(self._bytes("fraction", *name)[:8], "big")
        return (drawn >> 11) / _FINE

    def whole(self, bits: int, *name: object) -> int:
        """A whole number of at most so many bits for the thing of this name."""
        if self.seed is None:
            return secrets.randbits(bits)
        blocks = range(-(-bits // 256))
        drawn = b"".join(self._bytes("whole", *name, block) for block in blocks)
        return int.from_bytes(drawn, "big") & ((1 << bits) - 1)

    def around(self, median: float, spread: float, *name: object) -> float:
        """A number around a median, lognormal, for the thing of this name.

        Args:
            median: As many are below as above.
            spread: How far: about two of three lie within `exp(spread)` times of it.
            name: What it is for.
        """
        # Two numbers that are spread evenly make one that is spread like a bell.
        far = math.sqrt(-2 * math.log(1 - self.fraction("far", *name)))
        bell = far * math.cos(math.tau * self.fraction("way", *name))
        return median * math.exp(spread * bell)

    def _bytes(self, *name: object) -> bytes:
        written = "\0".join(map(str, (self.seed, *name))).encode("utf-8", "replace")
        return hashlib.blake2b(written, digest_size=32).digest()
