from __future__ import annotations

import copy
import logging
import pickle
from typing import TYPE_CHECKING

import pytest

from nexmo_async import Basic, Jwt, Nexmo, Retry, Sms, Step, Workflow
from nexmo_async.errors import (
    NexmoError,
    NotSentError,
    RefusedError,
    UnknownOutcomeError,
)
from nexmo_async.testing import Answer, FakeTransport, FaultyServer, ManualClock, answer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

APPLICATION = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
AT_ONCE = Retry(on_unknown="raise")
BASIC = Basic("abcd1234", "the-api-secret")
#: The secret, and the header that it makes.
SECRETS = ("the-api-secret", "YWJjZDEyMzQ6dGhlLWFwaS1zZWNyZXQ=")
SMS = Sms(to="447700900000", sender="447700900001", content="hi")
WORKFLOW = Workflow(Step(SMS), Step(SMS))


class Broken(FakeTransport):
    """Fails in every way there is, one after the other."""

    def __init__(self) -> None:
        super().__init__(
            answer(400, {"title": "Bad", "detail": "No"}),
            answer(401),
            answer(402),
            answer(403),
            answer(404),
            answer(429),
            answer(500),
            answer(202, {}),
            NotSentError("api.nexmo.com:https", "refused"),
            UnknownOutcomeError("order-7", "reset"),
        )


async def every_error(clock: ManualClock) -> list[NexmoError]:
    errors: list[NexmoError] = []
    once = Retry(attempts=1, on_unknown="raise")
    transport = Broken()
    async with Nexmo(BASIC, transport=transport, clock=clock, retry=once) as nexmo:
        while transport.plan:
            try:
                await nexmo.messages.send(SMS)
            except NexmoError as error:
                errors.append(error)
    return errors


async def test_no_error_prints_a_secret(clock: ManualClock) -> None:
    errors = await every_error(clock)

    printed = "".join(
        f"{error} {error!r} {pickle.dumps(error)!r}{vars(error)}" for error in errors
    )

    assert len(errors) == 10
    assert not [secret for secret in SECRETS if secret in printed]


async def test_every_error_survives_a_trip_to_another_process(
    clock: ManualClock,
) -> None:
    for error in await every_error(clock):
        twin = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes

        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)


async def test_no_object_prints_a_secret(
    private_key: RSAPrivateKey, private_pem: str, clock: ManualClock
) -> None:
    transport = FakeTransport()
    tokens: list[str] = []
    printed = ""
    for auth in (BASIC, Jwt(APPLICATION, private_key)):
        async with Nexmo(auth, transport=transport, clock=clock) as nexmo:
            sent = await nexmo.messages.send(SMS)
            started = await nexmo.workflows.create(WORKFLOW)
            things = (nexmo, nexmo.messages, nexmo.workflows, nexmo.receipts, sent)
            printed += "".join(f"{thing!r} {thing}" for thing in (*things, started))
    printed += repr(transport.requests)
    tokens = [request.authorization.split()[1] for request in transport.requests]

    lines = private_pem.splitlines()[1:-1]

    assert not [secret for secret in (*SECRETS, *tokens, *lines) if secret in printed]


async def test_no_log_prints_a_secret(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        FaultyServer(Answer(401), "lose", Answer(500)) as server,
        Nexmo(BASIC, base_url=server.url, clock=clock, retry=AT_ONCE) as nexmo,
    ):
        for _ in range(4):
            try:
                await nexmo.messages.send(SMS)
            except (RefusedError, UnknownOutcomeError) as error:
                logging.getLogger("app").debug("failed", exc_info=error)

    printed = caplog.text + "".join(repr(vars(each)) for each in caplog.records)

    assert caplog.records
    assert not [secret for secret in SECRETS if secret in printed]


async def test_neither_client_nor_credentials_are_pickled(clock: ManualClock) -> None:
    for thing in (BASIC, Nexmo(BASIC, clock=clock)):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            copy.deepcopy(thing)
