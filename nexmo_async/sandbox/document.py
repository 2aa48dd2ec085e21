"""JSON in and out: whatever bytes arrive, they are an object or they are refused."""

from __future__ import annotations

import json
import math
from typing import Final, NoReturn, cast

#: Deeper nesting than this is nobody's message.
DEEPEST: Final = 64


def decode(raw: bytes) -> dict[str, object]:
    """The one JSON object in these bytes.

    Raises:
        ValueError: They are something else.
    """
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _depth(raw) > DEEPEST:
        raise ValueError("nested too deep")
    value: object = _DECODER.decode(raw.decode())
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one way to be wrong
    return cast("dict[str, object]", value)


def encode(value: object) -> bytes:
    """Compact UTF-8 JSON.

    Half a surrogate pair has no UTF-8; the escape it came as is put back.
    """
    written = _ENCODER.encode(value)
    return written.encode("utf-8", "backslashreplace")


def mapping(value: object) -> dict[str, object] | None:
    """The value, if it is a JSON object."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def items(value: object) -> list[object] | None:
    """The value, if it is a JSON list."""
    return cast("list[object]", value) if isinstance(value, list) else None


def string(value: object) -> str | None:
    """The value, if it is text."""
    return value if isinstance(value, str) else None


def _depth(raw: bytes) -> int:
    """How deep the brackets go, those inside of strings left out."""
    deepest = depth = 0
    quoted = escaped = False
    for byte in raw:
        if escaped:
            escaped = False
        elif quoted:
            escaped = byte == ord("\\")
            quoted = byte != ord('"')
        elif byte == ord('"'):
            quoted = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number beyond all bounds")
    return value


# Both are made once: this is done several times for every message.
_DECODER: Final = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
