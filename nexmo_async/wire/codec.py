"""JSON to bytes and back, with orjson where it is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NoReturn

import attrs

from nexmo_async.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

try:
    import orjson
except ImportError:
    _fast: tuple[Callable[[object], bytes], Callable[[bytes], object]] | None = None
else:
    _fast = (orjson.dumps, orjson.loads)


@attrs.frozen
class Codec:
    """One way to write and to read JSON, with its complaints made ours."""

    _write: Callable[[object], bytes]
    _read: Callable[[bytes], object]

    def dumps(self, body: Mapping[str, object]) -> bytes:
        """The body as UTF-8 JSON, or a `MessageError` if a part of it is not JSON."""
        try:
            return self._write(body)
        except (TypeError, ValueError, RecursionError) as why:
            raise MessageError("custom", f"cannot be written as JSON: {why}") from None

    def loads(self, body: bytes) -> object:
        """What the JSON says. Raises `ValueError`, and nothing else, if it is none."""
        try:
            return self._read(body)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _write(body: object) -> bytes:
    return json.dumps(
        body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()


def _read(body: bytes) -> object:
    # Decoded here: left alone, json guesses at UTF-16 and the like, orjson does not.
    return json.loads(body.decode(), parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


#: The standard library alone.
PLAIN: Final = Codec(_write, _read)

#: The quickest one installed.
BEST: Final = PLAIN if _fast is None else Codec(*_fast)

dumps: Final[Callable[[Mapping[str, object]], bytes]] = BEST.dumps
loads: Final[Callable[[bytes], object]] = BEST.loads
