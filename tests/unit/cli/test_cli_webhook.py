from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.listen import Heard, Listener, judge
from nexmo_async.cli.main import app
from nexmo_async.cli.told import line
from nexmo_async.clock import ManualClock, SystemClock
from nexmo_async.sandbox import serve
from nexmo_async.testing import FakeTransport
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.httpx import HttpxTransport
from nexmo_async.webhooks import parse, sign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY, SECRET = "abcd1234", "a secret of thirty-two characters"
SECRETS = {KEY: SECRET}
ENV = {"NEXMO_API_KEY": KEY, "NEXMO_SIGNATURE_SECRET": SECRET}
STATUS = json.dumps(
    {
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
        "to": "447700900000",
        "from": "447700900001",
        "timestamp": "2025-02-03T12:14:25Z",
        "status": "delivered",
        "channel": "sms",
    }
).encode()
INBOUND = json.dumps(
    {
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ac",
        "to": "447700900001",
        "from": "447700900000",
        "timestamp": "2025-02-03T12:14:25Z",
        "channel": "whatsapp",
        "message_type": "text",
        "text": "hello",
    }
).encode()
NOW = 1_800_000_000.0


def signed(body: bytes, now: float = NOW) -> str:
    return sign(body, api_key=KEY, secret=SECRET, now=now)


def test_a_signed_webhook_is_good() -> None:
    heard = judge("/", STATUS, signed(STATUS), SECRETS, NOW)

    assert (heard.signature, heard.answer) == ("good", 200)


def test_without_a_secret_it_is_unchecked_and_taken() -> None:
    heard = judge("/", STATUS, "", None, NOW)

    assert (heard.signature, heard.answer) == ("unchecked", 200)


@pytest.mark.parametrize(
    ("signature", "answer"), [("", 503), (signed(INBOUND), 401)], ids=["none", "other"]
)
def test_one_that_is_not_signed_is_refused_as_the_app_would(
    signature: str, answer: int
) -> None:
    heard = judge("/", STATUS, signature, SECRETS, NOW)

    assert (heard.signature, heard.answer, heard.event) == ("bad", answer, None)


def test_a_body_that_is_no_event_is_said_to_be_none() -> None:
    heard = judge("/", b"[]", signed(b"[]"), SECRETS, NOW)

    assert heard.answer == 400
    assert heard.problem


@pytest.mark.parametrize(
    ("body", "words"),
    [(STATUS, "delivered sms to 447700900000"), (INBOUND, "whatsapp from 44770090")],
)
def test_an_event_is_one_line(body: bytes, words: str) -> None:
    assert words in line(parse(body)).plain


class Told:
    """What a listener told, one after the other."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    async def __call__(self, heard: Heard) -> None:
        self.heard.append(heard)


async def post(listener: Listener, body: bytes, path: str = "/webhooks") -> int:
    """Call it as Nexmo does, over a socket."""
    async with serve(listener) as url:
        transport = HttpxTransport(url, clock=SystemClock())
        authorization = signed(body, SystemClock().wall())
        answer = await transport.send(
            Request("POST", path, body, authorization=authorization)
        )
        await transport.aclose()
    return answer.status


async def test_each_webhook_is_told() -> None:
    told = Told()

    assert await post(Listener(told, SECRETS, SystemClock()), STATUS) == 200
    assert [heard.signature for heard in told.heard] == ["good"]


async def test_the_other_programs_answer_is_passed_back() -> None:
    onward = FakeTransport(Response(429, {}, b""))
    listener = Listener(Told(), SECRETS, SystemClock(), onward)

    assert await post(listener, STATUS) == 429


async def test_the_other_program_gets_the_very_bytes_and_the_signature() -> None:
    onward = FakeTransport(Response(200, {}, b""))
    await post(Listener(Told(), SECRETS, SystemClock(), onward), STATUS, "/a/b")

    (request,) = onward.requests
    assert (request.path, request.body) == ("/a/b", STATUS)
    assert judge("/", request.body, request.authorization, SECRETS, 2e9).problem


async def test_while_the_other_program_is_down_nexmo_is_asked_to_call_again() -> None:
    onward = HttpxTransport("http://127.0.0.1:9", clock=SystemClock())
    told = Told()

    assert await post(Listener(told, SECRETS, SystemClock(), onward), STATUS) == 503
    assert "handed on" in told.heard[0].problem
    await onward.aclose()


async def test_what_is_not_signed_is_not_handed_on() -> None:
    onward = FakeTransport()
    listener = Listener(Told(), {KEY: "another secret"}, SystemClock(), onward)

    assert await post(listener, STATUS) == 401
    assert onward.requests == []


def check(file: Path, *options: str, env: dict[str, str] | None = None) -> Result:
    command = ["webhook", "verify", str(file), *options]
    return CliRunner().invoke(app, command, env=ENV if env is None else env)


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[bytes, str], Path]:
    def keep(body: bytes, authorization: str) -> Path:
        path = tmp_path / "1.http"
        head = f"POST / HTTP/1.1\r\nAuthorization: {authorization}\r\n\r\n"
        path.write_bytes(head.encode() + body)
        return path

    return keep


def test_a_request_that_was_kept_can_be_verified(
    kept: Callable[[bytes, str], Path],
) -> None:
    result = check(kept(STATUS, signed(STATUS, SystemClock().wall())))

    assert result.exit_code == 0
    assert "signed delivered sms" in result.stdout


def test_a_body_alone_is_verified_with_the_header_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "body.json"
    path.write_bytes(STATUS)
    header = signed(STATUS, SystemClock().wall())

    assert check(path, "--authorization", header).exit_code == 0


def test_a_body_that_was_changed_ends_with_code_1(
    kept: Callable[[bytes, str], Path],
) -> None:
    result = check(kept(STATUS + b" ", signed(STATUS, SystemClock().wall())), "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["problem"] == "the signature is of another body"


def test_without_a_secret_nothing_can_be_verified(
    kept: Callable[[bytes, str], Path],
) -> None:
    env = {"NEXMO_API_KEY": "", "NEXMO_SIGNATURE_SECRET": ""}
    result = check(kept(STATUS, ""), env=env)

    assert result.exit_code == 1
    assert "NEXMO_SIGNATURE_SECRET" in result.stderr


async def test_time_is_that_of_the_clock_that_was_given() -> None:
    told = Told()
    await post(Listener(told, SECRETS, ManualClock()), STATUS)

    assert told.heard[0].problem == "the signature is too old, or of another time"


async def test_a_port_that_is_taken_is_one_sentence() -> None:
    async with serve(Listener(Told(), None, SystemClock())) as url:
        port = url.rpartition(":")[2]
        command = ["webhook", "listen", "--port", port]
        result = await asyncio.to_thread(CliRunner().invoke, app, command)

    assert result.exit_code == 1
    assert "port" in result.stderr
