"""From a message to an accepted message: encode, post, read the answer."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import attrs

from nexmo_async.errors import ConfigurationError, UnknownOutcomeError
from nexmo_async.messages.raw import RawMessages
from nexmo_async.messages.sent import Sent
from nexmo_async.models.base import Message, no_message
from nexmo_async.observe.events import Subject
from nexmo_async.observe.trail import Sending
from nexmo_async.transport.address import server
from nexmo_async.transport.base import Request, Response, Transport, retry_after
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.dialect import added, decode_answer, reference
from nexmo_async.wire.problem import decode_problem
from nexmo_async.wire.update import encode_read, encode_revoked
from nexmo_async.wire.update import path as update_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from nexmo_async.clock import Clock
    from nexmo_async.models.inbound import Inbound
    from nexmo_async.observe.events import Operation, Tell
    from nexmo_async.observe.trail import Trail
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.transport.base import Leaving
    from nexmo_async.wire.dialect import Dialect


@attrs.frozen(kw_only=True)
class Post:
    """Posts a body and insists on a yes: what messages and workflows share."""

    transport: Transport
    dialect: Dialect
    clock: Clock
    timeout: float
    total: float = 60.0
    tell: Tell | None = None
    server: str = ""

    def told(
        self,
        operation: Operation,
        method: str,
        path: str,
        client_ref: str = "",
        *,
        region: str = "",
    ) -> AbstractContextManager[Trail | None]:
        """Tell that something begins that is no message, and how it ends."""
        if self.tell is None:
            return nullcontext()
        subject = Subject(method, path.partition("?")[0], client_ref)
        where = server(self.server, region)
        return Sending(self.tell, self.clock, where, operation, subject)

    def new_ref(self) -> str:
        """A fresh client_ref; empty where the generation returns none."""
        return secrets.token_hex(16) if self.dialect.has_client_ref else ""

    async def __call__(  # noqa: PLR0913  what a request is made of
        self,
        path: str,
        body: Mapping[str, object] | None,
        client_ref: str,
        *,
        method: str = "POST",
        sender: str = "",
        recipient: str = "",
        region: str = "",
        total: float | timedelta | None = None,
        leaving: Leaving | None = None,
    ) -> Response:
        """Post once, as the layers see fit, and return the answer if it is a yes."""
        within = self.total if total is None else _seconds(total)
        request = Request(
            method,
            path,
            b"" if body is None else dumps(body),
            client_ref=client_ref,
            timeout=self.timeout,
            deadline=self.clock.monotonic() + within,
            sender=sender,
            recipient=recipient,
            region=region,
            leaving=leaving,
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
            request_id=response.headers.get("x-request-id", ""),
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
    _may_update: bool = True

    @property
    def with_raw_response(self) -> RawMessages:
        """The same, with the answer as it came: status, headers and body."""
        return RawMessages(self.sent_and_answer)

    async def send(
        self,
        message: Message,
        *,
        extra: Mapping[str, object] | None = None,
        total: float | timedelta | None = None,
    ) -> Sent:
        """Send a message and return once Nexmo has accepted it.

        Args:
            message: An `Sms`, `WhatsApp` or any other; `Raw` for what has no words.
            extra: Members of the body that this release does not know, added on top;
                where and as what it goes stays as the message says.
            total: Seconds for everything, instead of the client's: queueing, tries,
                back-offs and answers. Or a `timedelta`.

        Raises:
            MessageError: It is no message.
            UnsupportedError: This generation of the API cannot carry it.
            NotSentError: No connection, several times over. Nothing was sent.
            RefusedError: Nexmo said no; the subclass says why. Nothing was sent.
            ThrottledError: Your own limits kept it back for too long.
            UnknownOutcomeError: The request left and no clear answer came.
        """
        sent, _ = await self.sent_and_answer(message, total, extra)
        return sent

    async def mark_read(
        self,
        message: str | Inbound,
        *,
        replying: bool = False,
        region: str | None = None,
    ) -> None:
        """Let a person on WhatsApp or RCS see that their message was read (v1).

        Args:
            message: What they wrote, or its message_uuid.
            replying: True to show on WhatsApp that an answer is being written: until it
                comes, for 25 seconds at most.
            region: "eu", "us" or "ap", where the message is kept; an `Inbound` knows.

        Raises:
            ConfigurationError: A key and its secret may not do this, or no such region.
            UnsupportedError: Only v1 can do this.
            NotFoundError: There is no such message, or it is in another region.
            RefusedError: Nexmo said no; the subclass says why.
            UnknownOutcomeError: No clear answer came, several times over.
        """
        uuid = message if isinstance(message, str) else message.message_uuid
        where = region or (None if isinstance(message, str) else message.region)
        await self._update(uuid, encode_read(replying=replying), where)

    async def revoke(self, message: str | Sent, *, region: str | None = None) -> None:
        """Ask not to deliver an RCS message that is still on its way (v1).

        The network may not heed it; after a day it never does.

        Args:
            message: What was sent, or its message_uuid.
            region: "eu", "us" or "ap", where your agent is registered.

        Raises:
            ConfigurationError: A key and its secret may not do this, or no such region.
            UnsupportedError: Only v1 can do this.
            NotFoundError: There is no such message, or it is in another region.
            RefusedError: Nexmo said no; the subclass says why.
            UnknownOutcomeError: No clear answer came, several times over.
        """
        uuid = message if isinstance(message, str) else message.message_uuid
        await self._update(uuid, encode_revoked(), region)

    async def _update(
        self, uuid: str, body: Mapping[str, object], region: str | None
    ) -> None:
        path = update_path(uuid, self._post.dialect.api)
        if not self._may_update:
            problem = "is a key with its secret, which may not change a message"
            advice = "Open the client with Jwt(application_id, private_key)."
            raise ConfigurationError("auth", problem, advice)
        where = region or ""
        with self._post.told("update", "PATCH", path, region=where):
            await self._post(path, body, "", method="PATCH", region=where)

    async def sent_and_answer(
        self,
        message: Message,
        total: float | timedelta | None,
        extra: Mapping[str, object] | None = None,
        client_ref: str = "",
        leaving: Leaving | None = None,
    ) -> tuple[Sent, Response]:
        """What was sent, and the answer as it came.

        The reference is taken if the message has none of its own; `leaving` is awaited
        once the message may go, before each attempt.
        """
        if not isinstance(cast("object", message), Message):
            raise no_message(message)
        post = self._post
        client_ref = message.client_ref or client_ref or post.new_ref()
        if post.tell is None:
            return await self._sent_and_answer(
                message, total, extra, client_ref, leaving, None
            )
        subject = Subject(
            "POST",
            post.dialect.messages,
            client_ref,
            message.sender,
            message.to,
            message.channel,
        )
        with Sending(post.tell, post.clock, post.server, "send", subject) as trail:
            return await self._sent_and_answer(
                message, total, extra, client_ref, leaving, trail
            )

    async def _sent_and_answer(  # noqa: PLR0913, PLR0917  handed on by one caller
        self,
        message: Message,
        total: float | timedelta | None,
        extra: Mapping[str, object] | None,
        client_ref: str,
        leaving: Leaving | None,
        trail: Trail | None,
    ) -> tuple[Sent, Response]:
        dialect = self._post.dialect
        body = dialect.message(message, client_ref or None)
        client_ref = reference(body)
        if extra:
            body |= added(extra)
        response = await self._post(
            dialect.messages,
            body,
            client_ref,
            sender=message.sender,
            recipient=message.to,
            total=total,
            leaving=leaving,
        )
        message_uuid = named(response, "message_uuid", client_ref)
        if trail is not None:
            trail.message_uuid = message_uuid
        sent = Sent(
            message_uuid=message_uuid,
            client_ref=client_ref,
            message=message,
            receipts=self._receipts,
            trail=trail,
        )
        return sent, response


def _seconds(given: float | timedelta) -> float:
    seconds = given.total_seconds() if isinstance(given, timedelta) else given
    if not seconds > 0:
        raise ConfigurationError("total", "must be more than 0 seconds")
    return seconds
