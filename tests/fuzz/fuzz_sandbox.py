"""Spoil requests in every way, and see that the sandbox only answers as documented.

`python tests/fuzz/fuzz_sandbox.py 20000 7` sends so many with the seed 7, the same ones
each time.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from fuzz_webhooks import mutated

from nexmo_async.clock import MovableClock
from nexmo_async.sandbox import Sandbox

SAMPLES: Final = Path(__file__).parents[1] / "samples"

#: Door -> the samples that are for it.
DOORS: Final = {
    "/beta/messages": ("beta", "send-*"),
    "/beta/workflows": ("beta", "workflow-*"),
    "/v0.1/messages": ("v0.1", "send-*"),
    "/v0.1/dispatch": ("v0.1", "workflow-*"),
    "/v1/messages": ("v1", "send-*"),
}

#: What the service answers with, by its generation. (Errors in the specs.)
DOCUMENTED: Final = {"beta": {202, 400}, "v0.1": {202, 400}, "v1": {202, 422}}

#: How many requests pass between two moves of the clock.
BATCH: Final = 500


def seeds() -> dict[str, list[dict[str, Any]]]:
    """Good requests by door."""
    return {
        door: [
            json.loads(path.read_text("utf-8"))
            for path in sorted((SAMPLES / api).glob(f"{pattern}.json"))
        ]
        for door, (api, pattern) in DOORS.items()
    }


def undocumented(door: str, answer: httpx.Response) -> str | None:
    """What is wrong with an answer; None: nothing."""
    if answer.status_code not in DOCUMENTED[door.split("/")[1]]:
        return f"status {answer.status_code}"
    body = answer.json()
    if answer.status_code < 300:
        return None if all(isinstance(body[key], str) for key in body) else "no ids"
    if not {"type", "title", "detail", "instance"} <= body.keys():
        return "no problem"
    return None


async def run(count: int, seed: int) -> Counter[int]:
    """How often each status was answered. Anything that is not documented is raised."""
    chance, known, seen = random.Random(seed), seeds(), Counter[int]()  # noqa: S311 - no secret
    clock = MovableClock(frozen=True)
    async with (
        Sandbox(clock=clock, seed=str(seed)) as box,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=box.app),
            base_url="http://127.0.0.1",
            auth=(box.api_key, box.api_secret),
            headers={"Content-Type": "application/json"},
        ) as api,
    ):
        for number in range(count):
            door = chance.choice(list(known))
            body = mutated(chance, known[door])
            answer = await api.post(door, content=body)
            if why := undocumented(door, answer):
                raise AssertionError(f"{why} from {door} to {body!r}: {answer.text}")
            seen[answer.status_code] += 1
            if number % BATCH == 0:
                # Lives are lived as well, and whatever was accepted can be shown.
                await clock.advance(86_400)
                await look(api, chance)
    return seen


async def look(api: httpx.AsyncClient, chance: random.Random) -> None:
    """Whatever was accepted can be listed, searched and exported."""
    words = quote("".join(map(chr, chance.choices(range(1, 0x3000), k=5))))
    for path in ("messages", f"messages?q={words}", "workflows", "webhooks?limit=9"):
        (await api.get(f"/_sandbox/{path}")).raise_for_status()
    for line in (await api.get("/_sandbox/export")).text.splitlines()[:BATCH]:
        json.loads(line)


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    start = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(dict(asyncio.run(run(many, start))), "nothing else")  # noqa: T201
