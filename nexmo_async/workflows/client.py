"""Workflows that Nexmo runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.messages.client import Post, named
from nexmo_async.wire.dialect import decode_answer

if TYPE_CHECKING:
    from nexmo_async.models.workflow import Workflow


@attrs.frozen(kw_only=True)
class StartedWorkflow:
    """A workflow that Nexmo has accepted and runs by itself.

    Attributes:
        uuid: Nexmo's id of it, in every receipt of its messages.
        message_uuid: Its first message; empty on beta and v0.1, which do not say.
        client_ref: The reference of every step that has none of its own; empty on beta.
        workflow: What was started.
    """

    uuid: str
    message_uuid: str
    client_ref: str
    workflow: Workflow


@attrs.frozen
class Workflows:
    """`nexmo.workflows`: hands whole workflows to Nexmo."""

    _post: Post

    async def create(self, workflow: Workflow) -> StartedWorkflow:
        """Let Nexmo run the workflow, and return once it is accepted.

        On beta and v0.1 each step but the last needs a condition, with 15 to 86,400
        whole seconds. On v1 no step may have one: there the next step only runs when
        the one before it is rejected.

        Raises:
            UnsupportedError: This generation cannot run it.
            NotSentError: No connection, several times over. Nothing was sent.
            RefusedError: Nexmo said no; the subclass says why. Nothing was sent.
            UnknownOutcomeError: The request left and no clear answer came.
        """
        client_ref, dialect = self._post.new_ref(), self._post.dialect
        body = dialect.workflow(workflow, client_ref or None)
        response = await self._post(dialect.workflows, body, client_ref)
        return StartedWorkflow(
            uuid=named(response, dialect.workflow_id, client_ref),
            message_uuid=decode_answer(response.body, "message_uuid"),
            client_ref=client_ref,
            workflow=workflow,
        )
