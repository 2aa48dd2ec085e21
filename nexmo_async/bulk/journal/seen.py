"""Which keys are certainly new: in 2 MB, however many there are (a Bloom filter)."""

from __future__ import annotations

from typing import Final

#: Bytes whose bits stand for keys, two for each. Of a million keys one in eighty seems
#: to have been seen, of ten million one in two: that costs a question to the file.
SIZE: Final = 1 << 21


class Seen:
    """Remembers keys. It may take a new one for one it has seen, never the reverse."""

    def __init__(self) -> None:
        self._bits = bytearray(SIZE)

    def add(self, key: str) -> None:
        """Remember a key."""
        bits, hashed = self._bits, hash(key)
        bits[(hashed >> 3) % SIZE] |= 1 << (hashed & 7)
        hashed >>= 24
        bits[(hashed >> 3) % SIZE] |= 1 << (hashed & 7)

    def __contains__(self, key: str) -> bool:
        """Whether it may have been remembered."""
        bits, hashed = self._bits, hash(key)
        if not bits[(hashed >> 3) % SIZE] >> (hashed & 7) & 1:
            return False
        hashed >>= 24
        return bool(bits[(hashed >> 3) % SIZE] >> (hashed & 7) & 1)
