from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from nexmo_async.errors import (
    MessageError,
    RequestError,
    UnknownOutcomeError,
    UnsupportedError,
)
from nexmo_async.messages.client import Messages, Post
from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.workflow import Step, Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.testing import FakeTransport, answer
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.workflows.client import Workflows
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from nexmo_async.testing import ManualClock
    from nexmo_async.wire.limits import Api

SMS = Sms(to="447700900000", sender="447700900001", content="hi")
VIBER = Viber(to="447700900000", sender="12345", content="hi")
WHATSAPP = WhatsApp(to="447700900000", sender="447700900002", content="hi")
TIMED = Workflow(Step(VIBER, until="delivered", within=600), Step(SMS))
PLAIN = Workflow(Step(WHATSAPP), Step(VIBER), Step(SMS))


def workflows(transport: FakeTransport, clock: ManualClock, api: Api) -> Workflows:
    post = Post(transport=transport, dialect=DIALECTS[api], clock=clock, timeout=30.0)
    receipts = MemoryReceipts(clock=clock)
    mail = Messages(post, receipts)
    desk = Desk(receipts, clock, has_refs=post.dialect.has_client_ref)
    return Workflows(post, mail, desk, receipts)


async def test_what_is_no_workflow_is_refused_by_name(clock: ManualClock) -> None:
    nexmo = workflows(FakeTransport(), clock, "v1")
    wrong = cast("Workflow", SMS)

    with pytest.raises(MessageError, match=r"workflow: is Sms, write Workflow\("):
        nexmo.plan(wrong)
    with pytest.raises(MessageError, match=r"workflow: is Sms, write Workflow\("):
        await nexmo.run(wrong)
    with pytest.raises(MessageError, match=r"workflow: is Sms, write Workflow\("):
        await nexmo.create(wrong)


@pytest.mark.parametrize(
    ("api", "path", "key"),
    [
        ("beta", "/beta/workflows", "workflow_uuid"),
        ("v0.1", "/v0.1/dispatch", "dispatch_uuid"),
        ("v1", "/v1/messages", "workflow_id"),
    ],
)
async def test_each_generation_has_its_own_path_and_names_the_workflow_its_own_way(
    api: Api, path: str, key: str, clock: ManualClock
) -> None:
    transport = FakeTransport(answer(202, {key: "w-1"}))
    workflow = PLAIN if api == "v1" else TIMED

    started = await workflows(transport, clock, api).create(workflow)

    assert transport.requests[0].path == path
    assert started.uuid == "w-1"
    assert started.workflow is workflow


async def test_a_timed_workflow_travels_with_its_conditions(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()

    await workflows(transport, clock, "v0.1").create(TIMED)

    body = json.loads(transport.requests[0].body)
    first, last = body["workflow"]
    assert body["template"] == "failover"
    assert first["failover"] == {"expiry_time": 600, "condition_status": "delivered"}
    assert "failover" not in last


async def test_v1_sends_the_other_steps_as_its_failover(clock: ManualClock) -> None:
    transport = FakeTransport(
        answer(202, {"workflow_id": "w-1", "message_uuid": "m-1"})
    )

    started = await workflows(transport, clock, "v1").create(PLAIN)

    body = json.loads(transport.requests[0].body)
    channels = [body["channel"], *(step["channel"] for step in body["failover"])]
    assert channels == ["whatsapp", "viber_service", "sms"]
    assert started.message_uuid == "m-1"


async def test_every_step_carries_the_reference(clock: ManualClock) -> None:
    transport = FakeTransport()

    started = await workflows(transport, clock, "v1").create(PLAIN)

    body = json.loads(transport.requests[0].body)
    refs = {body["client_ref"], *(step["client_ref"] for step in body["failover"])}
    assert refs == {started.client_ref}
    assert len(started.client_ref) == 32


async def test_beta_has_no_reference(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202, {"workflow_uuid": "w-1"}))

    started = await workflows(transport, clock, "beta").create(TIMED)

    assert started.client_ref == ""
    assert started.message_uuid == ""


@pytest.mark.parametrize(
    ("api", "workflow"), [("v1", TIMED), ("v0.1", PLAIN), ("beta", PLAIN)]
)
async def test_a_workflow_the_generation_cannot_run_never_leaves(
    api: Api, workflow: Workflow, clock: ManualClock
) -> None:
    transport = FakeTransport()

    with pytest.raises(UnsupportedError, match="until"):
        await workflows(transport, clock, api).create(workflow)
    assert transport.requests == []


async def test_a_refusal_is_raised(clock: ManualClock) -> None:
    transport = FakeTransport(answer(400, {"title": "Invalid"}))

    with pytest.raises(RequestError, match="400"):
        await workflows(transport, clock, "v0.1").create(TIMED)


async def test_a_yes_without_an_id_leaves_the_outcome_unknown(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(answer(202, {"message_uuid": "m-1"}))

    with pytest.raises(UnknownOutcomeError, match="202 without a workflow_id"):
        await workflows(transport, clock, "v1").create(PLAIN)
