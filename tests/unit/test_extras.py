"""Who has not installed an extra is told which one it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: The package that is missing, by the room that needs it, and its extra.
ROOMS = {
    "sandbox": ("starlette", "sandbox"),
    "receipts.redis": ("redis", "redis"),
    "observe.otel": ("opentelemetry", "otel"),
    "observe.prometheus": ("prometheus_client", "prometheus"),
    "durable.dbos": ("dbos", "cluster"),
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_whose_extra_is_missing_says_how_to_add_it(room: str) -> None:
    package, extra = ROOMS[room]
    program = f"import sys; sys.modules[{package!r}] = None; import nexmo_async.{room}"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert ran.stderr.endswith(f'Install it: pip install "nexmo-async[{extra}]"\n')
