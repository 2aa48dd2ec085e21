"""A small share of what `fuzz_sandbox.py` sends."""

from __future__ import annotations

from fuzz_sandbox import run


async def test_a_spoilt_request_gets_a_documented_answer() -> None:
    answered = await run(600, 0)

    assert answered[202] > 20
    assert answered[400] + answered[422] > 50
