"""From a message to an accepted message: encode, post, read the answer."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from nexmo_async.errors import ConfigurationError, UnknownOutcomeError
from nexmo_async.messages.raw import RawMessages
from nexmo_async.messages.sent import Sent
from nexmo_async.transport.base import Request, Response, Transport, retry_after
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.dialect import decode_answer
from nexmo_async.wire.problem import decode_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.clock import Clock
    from nexmo_async.models.message import Message
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.wire.dialect import Dialect


@attrs.frozen(kw_only=True)
class Post:
    """Posts a body and insists on a yes: what messages and workflows share."""

    transport: Transport
    dialect: Dialect
    clock: Clock
    timeout: float
    total: float = 60.0

    def new_ref(self) -> str:
        """A fresh client_ref; empty where the generation returns none."""
        return uuid.uuid4().hex if self.dialect.has_client_ref else ""

    async def __call__(  # noqa: PLR0913  what a request is made of
        self,
        path: str,
        body: Mapping[str, object],
        client_ref: str,
        *,
        method: str = "POST",
        sender: str = "",
        recipient: str = "",
        total: float | timedelta | None = None,
    ) -> Response:
        """Post once, as the layers see fit, and return the answer if it is a yes."""
        within = self.total if total is None else _seconds(total)
        request = Request(
            method,
            path,
            dumps(body),
            client_ref=client_ref,
            timeout=self.timeout,
            deadline=self.clock.monotonic() + within,
            sender=sender,
            recipient=recipient,
        )
        response = await self.transport.send(request)
        if response.status // 100 == 2:  # noqa: PLR2004  any success counts
            return response
        raise decode_problem(
            response.status,
            response.body,
            retry_after=retry_after(response, self.clock.wall()),
            client_ref=client_ref,
            hint=response.note,
        )


def named(response: Response, key: str, client_ref: str) -> str:
    """The id in a successful answer.

    Raises:
        UnknownOutcomeError: The answer is a yes without an id: accepted, it seems.
    """
    found = response.settled or decode_answer(response.body, key)
    if found:
        return found
    problem = f"{response.status} without a {key}"
    raise UnknownOutcomeError(client_ref, problem, response.status)


@attrs.frozen
class Messages:
    """`nexmo.messages`: sends one message at a time."""

    _post: Post
    _receipts: ReceiptStore

    @property
    def with_raw_response(self) -> RawMessages:
        """The same, with the answer as it came: status, headers and body."""
        return RawMessages(self.sent_and_answer)

    async def send(
        self, message: Message, *, total: float | timedelta | None = None
    ) -> Sent:
        """Send a message and return once Nexmo has accepted it.

        Args:
            message: An `Sms`, `WhatsApp`, `Messenger` or `Viber`.
            total: Seconds for everything, instead of the client's: queueing, tries,
                back-offs and answers. Or a `timedelta`.

        Raises:
            UnsupportedError: This generation of the API cannot carry it.
            NotSentError: No connection, several times over. Nothing was sent.
            RefusedError: Nexmo said no; the subclass says why. Nothing was sent.
            ThrottledError: Your own limits kept it back for too long.
            UnknownOutcomeError: The request left and no clear answer came.
        """
        sent, _ = await self.sent_and_answer(message, total)
        return sent

    async def sent_and_answer(
        self, message: Message, total: float | timedelta | None
    ) -> tuple[Sent, Response]:
        """What was sent, and the answer as it came."""
        client_ref = message.client_ref or self._post.new_ref()
        dialect = self._post.dialect
        body = dialect.message(message, client_ref or None)
        response = await self._post(
            dialect.messages,
            body,
            client_ref,
            sender=message.sender,
            recipient=message.to,
            total=total,
        )
        sent = Sent(
            message_uuid=named(response, "message_uuid", client_ref),
            client_ref=client_ref,
            message=message,
            receipts=self._receipts,
        )
        return sent, response


def _seconds(given: float | timedelta) -> float:
    seconds = given.total_seconds() if isinstance(given, timedelta) else given
    if not seconds > 0:
        raise ConfigurationError("total", "must be more than 0 seconds")
    return seconds
