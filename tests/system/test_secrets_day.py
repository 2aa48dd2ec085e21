"""A day in which much goes wrong, and nothing that was said of it holds a secret."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import warnings
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest
from overheard import MASKED, PLACES, Everything, Said, Watchers

from nexmo_async import (
    Basic,
    Jwt,
    Limit,
    Nexmo,
    Retry,
    Sms,
    Step,
    Viber,
    WebhookApp,
    Workflow,
)
from nexmo_async.errors import NexmoError
from nexmo_async.receipts.redis import RedisReceipts
from nexmo_async.sandbox import Sandbox, serve
from nexmo_async.testing import Answer, FaultyServer, ManualClock
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.httpx import HttpxTransport
from nexmo_async.webhooks import sign, unwrap, verify

if TYPE_CHECKING:
    from pathlib import Path

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.observe.events import Observer

PERSON: Final = "447700900123"
OTHER: Final = "447700900987"
NOBODY: Final = "127.0.0.1:9"  # the port that discards: nobody listens
#: The log of the application. Errors quote Nexmo's own words, which may name people.
APP: Final = "the application"
ONCE: Final = Retry(attempts=2, base=0.01, on_unknown="raise")
TROUBLE: Final = (
    *(Answer(status) for status in (400, 401, 402, 403, 404, 422, 429, 429, 500, 503)),
    Answer(422, {}, json.dumps({"detail": f"{PERSON} is no number"}).encode()),
    Answer(202, {}, b"{}"),
    *("reset", "lose", "drop", "half", "noise"),
)


async def attempt(said: Said, doing: object) -> None:
    """Await it, and take down what comes of it, good or bad."""
    try:
        said.say(await doing)  # type: ignore[misc]  whatever can be awaited
    except (NexmoError, ExceptionGroup, ValueError) as why:
        said.say(why)
        logging.getLogger(APP).warning("it went wrong", exc_info=why)


def sms(to: str = PERSON) -> Sms:
    return Sms(to=to, sender="447700900001", content="hi")


async def morning(said: Said, box: Sandbox, observers: list[Observer]) -> None:
    """Every failure there is, with both libraries and both kinds of credentials."""
    pem = box.private_key or ""
    for auth in (Basic(box.api_key, box.api_secret), Jwt(box.application_id, pem)):
        for library in ("httpx", "aiohttp"):
            async with (
                FaultyServer(*TROUBLE) as server,
                Nexmo(
                    auth,
                    base_url=server.url,
                    transport=library,
                    retry=ONCE,
                    observers=observers,
                ) as nexmo,
            ):
                said.say(auth, nexmo, nexmo.messages, nexmo.workflows, nexmo.receipts)
                while server.plan:
                    await attempt(said, nexmo.messages.send(sms()))
                await attempt(said, nexmo.request("GET", "/v1/x?api_secret=s3cr3t"))
                await attempt(said, nexmo.messages.mark_read("aaa"))
            for each in server.received:
                token = each.headers["authorization"].partition(" ")[2]
                said.keep("bearer token", token)


async def noon(said: Said, box: Sandbox, observers: list[Observer]) -> None:
    """Messages, a failover and a bulk, with webhooks that are good and bad."""

    async def falls(event: Receipt | Inbound) -> None:
        raise ValueError(f"no room for {event.to} and {event.sender}")

    auth = Jwt(box.application_id, box.private_key or "")
    async with Nexmo(
        auth,
        base_url=box.base_url,
        observers=observers,
        limits=[Limit(20, key="recipient"), Limit(50)],
    ) as nexmo:
        app = WebhookApp(
            nexmo.receipts,
            {box.api_key: box.signature_secret},
            on_status=falls,
            on_inbound=falls,
        )
        async with serve(app) as box.status_url:
            box.inbound_url = box.status_url
            sent = await nexmo.messages.send(sms())
            await attempt(said, sent.until("delivered", within=60))
            await attempt(said, sent.explain())
            await attempt(said, (await nexmo.messages.send(sms(OTHER))).until("read"))
            viber = Viber(to=OTHER, sender="ACME", content="hi")
            workflow = Workflow(Step(viber, until="read", within=5), Step(sms(OTHER)))
            run = await nexmo.workflows.run(workflow)
            await attempt(said, run.result())
            started = await nexmo.workflows.create(Workflow(Step(sms()), Step(sms())))
            await box.inbound(channel="sms", sender=PERSON, to="447700900001", text="x")
            await attempt(said, nexmo.inbound.next(from_=PERSON, within=60))
            bulk = [each async for each in nexmo.bulk.stream([sms(), sms(OTHER)])]
            said.say(app, sent, run, started, started.run, nexmo, *nexmo.usage(), *bulk)
            said.say(*await sent.history(), box)
        await attempt(said, nexmo.messages.send(sms(), total=1e-9))
    await attempt(said, nexmo.request("GET", "/closed"))


async def afternoon(said: Said, box: Sandbox) -> None:
    """Webhooks that cannot be believed or read."""
    secret, now = box.signature_secret, 1_767_225_600.0
    secrets = {box.api_key: secret}
    good = sign(b"{}", api_key=box.api_key, secret=secret, now=now)
    other = sign(b"{}", api_key=box.api_key, secret="x" * 40, now=now)
    said.keep("webhook token", good.partition(" ")[2], other.partition(" ")[2])
    for body, signature in ((b"{}", good), (b"[]", good), (b"{}", other), (b"{}", "x")):
        headers = {"Authorization": signature}
        for judge in (
            partial(verify, body, signature, secrets, now=now),
            partial(unwrap, body, headers, secrets, clock=ManualClock()),
        ):
            try:
                said.say(judge())
            except NexmoError as why:
                said.say(why)
    async with Nexmo(Basic("a", "b"), base_url=box.base_url) as nexmo:
        app = WebhookApp(nexmo.receipts, secrets)
        async with serve(app) as url:
            box.status_url = url
            async with Nexmo(Basic("a", secret), base_url=url) as stranger:
                await attempt(said, stranger.messages.send(sms()))
        said.say(app)


async def evening(said: Said) -> None:
    """Redis and proxies that cannot be reached, with passwords in their addresses."""
    said.keep("redis password", "redis-geheim")
    said.keep("proxy password", "proxy-geheim")
    store = RedisReceipts(f"redis://:redis-geheim@{NOBODY}/0")
    said.say(store)
    with suppress(Exception):
        async with asyncio.timeout(1), store:
            await attempt(said, store.history("aaa"))
    proxy = f"http://user:proxy-geheim@{NOBODY}"
    for kind in (HttpxTransport, AiohttpTransport):
        transport = kind("https://api.nexmo.com", proxy=proxy)
        auth = Basic("abcd1234", "another-secret")
        async with Nexmo(auth, transport=transport, retry=ONCE) as nexmo:
            said.say(transport, nexmo)
            await attempt(said, nexmo.messages.send(sms()))
        await transport.aclose()
        await attempt(said, _made(kind, "ftp://user:proxy-geheim@proxy"))


async def _made(kind: type[HttpxTransport | AiohttpTransport], proxy: str) -> object:
    transport = kind("https://api.nexmo.com", proxy=proxy)
    await transport.aclose()
    return transport


async def night(said: Said, box: Sandbox, folder: Path) -> None:
    """The command line, with everything in its environment."""
    key = folder / "private.key"
    await asyncio.to_thread(key.write_text, box.private_key or "")
    env = {
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
        "NEXMO_SIGNATURE_SECRET": box.signature_secret,
        "NEXMO_APPLICATION_ID": box.application_id,
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": str(key),
        "NEXMO_BASE_URL": box.base_url,
        "NO_PROXY": "127.0.0.1",
        "HTTPS_PROXY": f"http://user:proxy-geheim@{NOBODY}",
    }
    pem = {"VONAGE_PRIVATE_KEY": box.private_key or ""}
    away = {"NEXMO_BASE_URL": "https://api.nexmo.com", "NO_PROXY": ""}
    wrong = {"NEXMO_APPLICATION_PRIVATE_KEY_PATH": box.signature_secret}
    plan: list[tuple[dict[str, str], str]] = [
        ({}, "doctor"),
        (pem, "doctor --json"),
        (away, "doctor"),
        (wrong, "doctor"),
        ({}, f"send --to {PERSON} --from ACME --text hi"),
        (away, f"send --to {PERSON} --from ACME --text hi"),
        ({}, "send --to x --from ACME --text hi"),
        ({}, "--help"),
    ]
    told = await asyncio.gather(
        *(_command(line.split(), env | more, folder) for more, line in plan)
    )
    said.commands += told


async def _command(line: list[str], env: dict[str, str], folder: Path) -> str:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nexmo_async", *line),
        cwd=folder,
        env=os.environ | env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await started.communicate()
    return told.decode()


async def day(said: Said, folder: Path) -> None:
    personas = {OTHER: "reject 1300"}
    watchers = Watchers()
    observers = watchers.observers()
    async with Sandbox(personas=personas) as box:
        said.keep("api secret", box.api_secret, f"{box.api_key}:{box.api_secret}")
        said.keep("signature secret", box.signature_secret)
        lines = (box.private_key or "").splitlines()[1:-1]
        said.keep("private key", *(line for line in lines if len(line) > 20))
        await morning(said, box, observers)
        await noon(said, box, observers)
        await afternoon(said, box)
        await evening(said)
        await night(said, box, folder)
    watchers.told(said)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What was said in the course of one day."""
    said = Said()
    root, handler = logging.getLogger(), Everything(said)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as warned:
            asyncio.run(day(said, tmp_path_factory.mktemp("day")))
        said.printed += [str(each.message) for each in warned]
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return said


KINDS: Final = (
    *("api secret", "signature secret", "private key", "bearer token"),
    *("webhook token", "redis password", "proxy password"),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_said(kind: str, place: str, said: Said) -> None:
    assert said.leaks(kind, place) == []


@pytest.mark.parametrize("place", MASKED)
def test_no_number_of_a_person_is_said(place: str, said: Said) -> None:
    ours = [line for line in getattr(said, place) if not line.startswith(APP)]

    assert [line for line in ours if PERSON in line or OTHER in line] == []


def test_what_follows_a_question_mark_is_told_to_nobody_who_observes(
    said: Said,
) -> None:
    told = [line for line in said.logs if "nexmo_event" in line]

    assert "s3cr3t" not in "\n".join((*told, *said.spans, *said.metrics))


@pytest.mark.parametrize("place", PLACES)
def test_a_day_has_much_to_say(place: str, said: Said) -> None:
    assert len(said.of(place)) > 1000


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_that_was_said_would_be_found(kind: str, said: Said) -> None:
    a_secret = min(said.secrets[kind])
    handler = Everything(overheard := Said(secrets=said.secrets))
    record = logging.makeLogRecord({"msg": "token %s", "args": ("x",), "why": a_secret})

    handler.handle(record)
    overheard.say(ValueError(a_secret))

    for place in ("logs", "printed", "errors", "pickles"):
        assert a_secret in overheard.leaks(kind, place)


def test_every_error_that_a_send_can_end_with_was_seen(said: Said) -> None:
    seen = set(re.findall(r"nexmo_async\.errors[.\w]*\.(\w+Error)", said.of("errors")))

    assert seen >= {
        "AuthenticationError",
        "ClosedError",
        "ConfigurationError",
        "DeliveryFailedError",
        "ForbiddenError",
        "LowBalanceError",
        "NotFoundError",
        "NotSentError",
        "PayloadError",
        "RateLimitError",
        "RequestError",
        "SignatureError",
        "UnknownOutcomeError",
    }
