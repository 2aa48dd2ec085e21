"""The sandbox accepts what the encoder says, and refuses what is almost that.

The two were written apart, from the same facts, so that each finds the other's slips.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import messages, workflows

from nexmo_async.models import Content, Message, Rcs, Reply, Sms, Text, Viber, WhatsApp
from nexmo_async.sandbox.rules import dispatch, flat, nested, update
from nexmo_async.wire import limits
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.content import KINDS
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.wire.update import encode_read, encode_revoked

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.wire.limits import Api

APIS: list[Api] = ["beta", "v0.1", "v1"]

PAIRS: list[tuple[Api, str, type[Content]]] = [
    (api, channel, kind)
    for api in APIS
    for channel, kinds in limits.CARRIES[api].items()
    for kind in sorted(kinds, key=lambda kind: kind.__name__)
]

#: There are many pairs: each gets its share.
few = settings(max_examples=settings().max_examples // 5)
fewer = settings(max_examples=settings().max_examples // 10)


def name(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


def written(api: Api, message: Message) -> Any:  # noqa: ANN401  a JSON body
    return json.loads(dumps(DIALECTS[api].message(message, message.client_ref)))


def refusal(api: Api, body: Any) -> str:  # noqa: ANN401  a JSON body
    """What the sandbox says against the body; empty if nothing."""
    problem = flat.refuse(body) if api == "v1" else nested.refuse(body, api)
    return "" if problem is None else problem.detail


@pytest.mark.parametrize(("api", "channel", "kind"), PAIRS, ids=name)
@few
@given(data=st.data())
def test_the_sandbox_accepts(
    api: Api, channel: str, kind: type[Content], data: st.DataObject
) -> None:
    message = data.draw(messages(api, pair=(channel, kind)))

    assert refusal(api, written(api, message)) == ""


@pytest.mark.parametrize("api", APIS)
@few
@given(data=st.data())
def test_the_sandbox_accepts_every_workflow(api: Api, data: st.DataObject) -> None:
    workflow = data.draw(workflows(api))
    body = json.loads(dumps(DIALECTS[api].workflow(workflow, "order-7")))
    problem = flat.refuse(body) if api == "v1" else dispatch.refuse(body, api)

    assert problem is None


@pytest.mark.parametrize(("api", "channel", "kind"), PAIRS, ids=name)
@fewer
@given(data=st.data())
def test_the_sandbox_misses_a_member_that_was_dropped(
    api: Api, channel: str, kind: type[Content], data: st.DataObject
) -> None:
    body = written(api, data.draw(messages(api, pair=(channel, kind))))
    word = KINDS[kind]
    whole, dropped = body, ["to", "from", "channel", "message_type", word]
    if api != "v1":
        whole, dropped = body["message"]["content"], ["type", word]
    key = data.draw(st.sampled_from(dropped))
    del whole[key]

    assert refusal(api, body) != ""


@pytest.mark.parametrize("channel", limits.CARRIES["v1"])
@fewer
@given(data=st.data())
def test_the_sandbox_refuses_a_kind_of_another_channel(
    channel: str, data: st.DataObject
) -> None:
    own = {KINDS[kind] for kind in limits.CARRIES["v1"][channel]}
    body = written("v1", data.draw(messages("v1", pair=(channel, Text))))
    foreign = data.draw(st.sampled_from(sorted({*KINDS.values()} - own)))
    body["message_type"] = foreign
    body[foreign] = body.pop("text")

    assert refusal("v1", body) != ""


SMS = Sms(to="447700900000", sender="ACME", content="a" * 3200, client_ref="r" * 100)
RCS = Rcs(
    to="447700900000",
    sender="ACME",
    content="a" * 3072,
    suggestions=[Reply("a" * 25, "yes")] * 11,
    ttl=20,
)
VIBER = Viber(to="447700900000", sender="ACME", content="a" * 1000, ttl=259_200)
WHATSAPP = WhatsApp(to="447700900000", sender="447700900001", content="a" * 4096)

#: A body at its edge, and the step that leads beyond.
EDGES: dict[str, tuple[Message, Callable[[Any], object]]] = {
    "text of an SMS": (SMS, lambda body: body.update(text=body["text"] + "a")),
    "reference": (SMS, lambda body: body.update(client_ref="r" * 101)),
    "life of an SMS": (SMS, lambda body: body.update(ttl=604_801)),
    "text over RCS": (RCS, lambda body: body.update(text=body["text"] + "a")),
    "short life over RCS": (RCS, lambda body: body.update(ttl=19)),
    "label": (RCS, lambda body: body["suggestions"][0].update(text="a" * 26)),
    "suggestions": (
        RCS,
        lambda body: body["suggestions"].append(body["suggestions"][0]),
    ),
    "text on Viber": (VIBER, lambda body: body.update(text=body["text"] + "a")),
    "life on Viber": (VIBER, lambda body: body["viber_service"].update(ttl=259_201)),
    "text on WhatsApp": (WHATSAPP, lambda body: body.update(text=body["text"] + "a")),
    "number": (SMS, lambda body: body.update(to="1" * 16)),
    "version": (SMS, lambda body: body.update(webhook_version="v2")),
}


@pytest.mark.parametrize(("message", "step"), EDGES.values(), ids=EDGES)
def test_both_draw_the_line_at_the_same_place(
    message: Message, step: Callable[[Any], object]
) -> None:
    body = written("v1", message)
    beyond = deepcopy(body)
    step(beyond)

    assert refusal("v1", body) == ""
    assert refusal("v1", beyond) != ""


UPDATES = {
    "read on WhatsApp": (encode_read(replying=False), "whatsapp", "inbound"),
    "an answer on its way": (encode_read(replying=True), "whatsapp", "inbound"),
    "read over RCS": (encode_read(replying=False), "rcs", "inbound"),
    "revoked": (encode_revoked(), "rcs", "outbound"),
}


@pytest.mark.parametrize(
    ("body", "channel", "direction"), UPDATES.values(), ids=UPDATES
)
def test_the_sandbox_accepts_every_update(
    body: dict[str, object], channel: str, direction: update.Direction
) -> None:
    assert update.refuse(body, channel, direction) is None
