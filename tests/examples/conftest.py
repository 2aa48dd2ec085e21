from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nexmo_async.observe.prometheus  # noqa: F401  it reads /proc: not on a loop
from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from nexmo_async.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples"

#: Seconds a program may take from its start to its end: on a busy machine four workers
#: need their time to load. It only ends a test that would otherwise hang.
PATIENCE = 240.0


@pytest.fixture
def env(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment of somebody who has set the variables of the README."""
    key = tmp_path / "private.key"
    key.write_text(box.private_key or "")
    variables = {
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_SIGNATURE_SECRET": box.signature_secret,
        "NEXMO_APPLICATION_ID": box.application_id,
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": str(key),
        "NEXMO_BASE_URL": box.base_url,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def started(
    env: dict[str, str],
) -> Callable[..., AbstractAsyncContextManager[str]]:
    """Start a program as a user would, with the port in its arguments; its address."""

    @asynccontextmanager
    async def start(*arguments: str, up: int = 0, **more: str) -> AsyncIterator[str]:
        # One process says where it is; of several each says that it is up.
        sign = b"startup complete" if up else b"running on http"
        port = _free_port()
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u"),
            *(argument.format(port=port) for argument in arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=EXAMPLES,
            env=os.environ | env | more,
        )
        said = b""
        try:
            async with SystemClock().timeout(PATIENCE), asyncio.TaskGroup() as group:
                while said.lower().count(sign) < (up or 1):
                    line = await program.stdout.readline()  # type: ignore[union-attr]  a pipe
                    said += line
                    if not line:
                        raise RuntimeError(said.decode())
                # Its log is read to the end, or the program would wait for that.
                reading = group.create_task(program.stdout.read())  # type: ignore[union-attr]  a pipe
                yield f"http://127.0.0.1:{port}"
                program.terminate()
                said += await reading
        finally:
            if program.returncode is None:
                program.kill()
            await program.wait()
        assert b"Traceback" not in said, said.decode()

    return start


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
