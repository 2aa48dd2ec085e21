"""JSON to bytes and back, with orjson where it is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nexmo_async.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

try:
    import orjson
except ImportError:
    _encode: Callable[[object], bytes] | None = None
    _decode: Callable[[bytes], object] = json.loads
else:
    _encode = orjson.dumps
    _decode = orjson.loads


def dumps(body: Mapping[str, object]) -> bytes:
    """The body as UTF-8 JSON, or a `MessageError` if a part of it is not JSON."""
    try:
        if _encode is not None:
            return _encode(body)
        return json.dumps(
            body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()
    except (TypeError, ValueError, RecursionError) as why:
        raise MessageError("custom", f"cannot be written as JSON: {why}") from None


def loads(body: bytes) -> object:
    """What the JSON says. Raises `ValueError`, and nothing else, if it is none."""
    try:
        return _decode(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
