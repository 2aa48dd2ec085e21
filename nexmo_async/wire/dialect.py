"""The three generations of the API, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.custom import copied
from nexmo_async.wire import flat, nested, reading, workflow
from nexmo_async.wire.codec import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Workflow
    from nexmo_async.wire.limits import Api

Body = dict[str, object]


@attrs.frozen(kw_only=True)
class Dialect:
    """How one generation is spoken.

    Attributes:
        api: Its name.
        messages: The path that takes a message.
        workflows: The path that takes a workflow.
        message: Encodes a message with its client_ref.
        workflow: Encodes a workflow with its client_ref.
        workflow_id: The member of the answer that names a workflow.
        has_client_ref: Whether receipts return the reference.
    """

    api: Api
    messages: str
    workflows: str
    message: Callable[[Message, str | None], Body]
    workflow: Callable[[Workflow, str | None], Body]
    workflow_id: str
    has_client_ref: bool


def _nested(api: Api, *, messages: str, workflows: str, workflow_id: str) -> Dialect:
    return Dialect(
        api=api,
        messages=messages,
        workflows=workflows,
        message=lambda message, ref: nested.encode(message, api, ref),
        workflow=lambda steps, ref: workflow.encode_nested(steps, api, ref),
        workflow_id=workflow_id,
        has_client_ref=api != "beta",
    )


DIALECTS: Final[Mapping[Api, Dialect]] = {
    "beta": _nested(
        "beta",
        messages="/beta/messages",
        workflows="/beta/workflows",
        workflow_id="workflow_uuid",
    ),
    "v0.1": _nested(
        "v0.1",
        messages="/v0.1/messages",
        workflows="/v0.1/dispatch",
        workflow_id="dispatch_uuid",
    ),
    "v1": Dialect(
        api="v1",
        messages="/v1/messages",
        workflows="/v1/messages",
        message=flat.encode,
        workflow=workflow.encode_flat,
        workflow_id="workflow_id",
        has_client_ref=True,
    ),
}


def reference(body: Mapping[str, object]) -> str:
    """The client_ref of a body; empty if it has none."""
    return reading.word(body, "client_ref")


#: What `extra` may not say: where a message goes, and by what its receipts are found.
_SETTLED: Final = frozenset({"channel", "client_ref", "from", "message_type", "to"})


def added(extra: Mapping[str, object]) -> Mapping[str, object]:
    """Members to add to a body, or a `MessageError` if one of them is settled."""
    for key in sorted(_SETTLED & extra.keys()):
        raise MessageError("extra", f"cannot say {key!r}, the message does")
    return copied(extra, "extra")


def decode_answer(body: bytes, key: str) -> str:
    """The id under this key of a successful answer; empty if it names none."""
    try:
        said = reading.as_object(loads(body))
    except ValueError:
        return ""
    return reading.word(said or reading.NOTHING, key)
