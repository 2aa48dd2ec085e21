"""Which keys are certainly new: in 2 MB, however many there are (a Bloom filter)."""

from __future__ import annotations

from typing import Final

#: Bits that stand for keys, two for each. Of a million keys one in eighty seems to have
#: been seen, of ten million one in two: that costs a question to the file, no more.
BITS: Final = 1 << 24


class Seen:
    """Remembers keys. It may take a new one for one it has seen, never the reverse."""

    def __init__(self) -> None:
        self._bits = bytearray(BITS // 8)

    def add(self, key: str) -> bool:
        """Remember a key; whether it may have been there before."""
        bits, hashed = self._bits, hash(key)
        one, two = hashed % BITS, (hashed >> 24) % BITS
        first, second = 1 << (one & 7), 1 << (two & 7)
        one, two = one >> 3, two >> 3
        if bits[one] & first and bits[two] & second:
            return True
        bits[one] |= first
        bits[two] |= second
        return False
