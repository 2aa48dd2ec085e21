"""No clear yes to a send: it did not leave, was refused, or nobody knows."""

from __future__ import annotations

from typing import ClassVar

from nexmo_async.errors.base import Fault, NexmoError, Sent


class NotSentError(NexmoError, ConnectionError):
    """No connection could be made: not one byte of the request left.

    Attributes:
        host: Where it was to go.
        problem: What the network said.
    """

    fault: Fault = "network"
    advice: str = "It is safe to send it again."

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(host, problem)
        self.host = host
        self.problem = problem

    def what(self) -> str:
        """Name the host and what the network said."""
        return f"no connection to {self.host}: {self.problem}"


class ThrottledError(NexmoError, TimeoutError):
    """Your own limits kept it back for longer than it could wait.

    Attributes:
        waited: Seconds that it queued.
    """

    advice: str = "Send it later, or allow more: it is safe to send it again."

    def __init__(self, waited: float) -> None:
        super().__init__(waited)
        self.waited = waited

    def what(self) -> str:
        """Say how long it queued."""
        return f"no turn came within {self.waited:.12g} s"


class RefusedError(NexmoError):
    """Nexmo answered, and the answer is no.

    Attributes:
        status: The HTTP status.
        title: Nexmo's short name for the problem. May be empty.
        detail: Nexmo's sentence about it. May be empty.
        instance: The trace id to quote to their support. May be empty.
        invalid: Field and reason, for each field Nexmo complained about.
        hint: What this package found out by itself. May be empty.
        request_id: What Nexmo calls this very request, to quote as well. May be empty.
    """

    def __init__(  # noqa: PLR0913, PLR0917  the facts of an answer, in one place
        self,
        status: int,
        title: str = "",
        detail: str = "",
        instance: str = "",
        invalid: tuple[tuple[str, str], ...] = (),
        hint: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(status, title, detail, instance, invalid, hint, request_id)
        self.status: int = status
        self.title: str = title
        self.detail: str = detail
        self.instance: str = instance
        self.invalid: tuple[tuple[str, str], ...] = invalid
        self.hint: str = hint
        self.request_id: str = request_id

    def what(self) -> str:
        """Say the status, Nexmo's words, each field concerned and our own hint."""
        words = (self.title.rstrip("."), self.detail.rstrip("."))
        fields = (" ".join(entry).strip().rstrip(".") for entry in self.invalid)
        facts = [
            f"Nexmo refused with {self.status}",
            ": ".join(word for word in words if word),
            "; ".join(field for field in fields if field),
        ]
        if self.instance:
            facts.append(f"instance {self.instance}")
        if self.hint:
            facts.append(self.hint)
        return ", ".join(fact for fact in facts if fact)


class RequestError(RefusedError):
    """Nexmo finds the request itself wrong (400, 405, 406, 413, 415, 422)."""

    advice: str = "Mend the fields it names; the same request will be refused again."


class AuthenticationError(RefusedError):
    """Nexmo does not accept the credentials (401)."""

    advice: str = "Check the key or the application id and its private key."


class LowBalanceError(RefusedError):
    """The account has no credit left (402)."""

    fault: Fault = "account"
    advice: str = "Top up the account, then send again."


class ForbiddenError(RefusedError):
    """The account, application or address may not do this (403, 451)."""

    fault: Fault = "account"
    advice: str = "Ask for the product, or the address, to be allowed for this account."


class NotFoundError(RefusedError):
    """There is no such message, or it lives in another region (404)."""

    advice: str = "Check the id and the region that holds it."


class RateLimitError(RefusedError):
    """The account sent faster than Nexmo allows (429).

    Attributes:
        retry_after: Seconds to stay quiet, or None if Nexmo did not say.
    """

    fault: Fault = "account"
    advice: str = "Wait, then send it again: that is safe."
    retry_after: float | None = None


class UnknownOutcomeError(NexmoError):
    """The request left, but no clear answer came: the message may be on its way.

    Attributes:
        client_ref: The reference every receipt of this message carries.
        problem: What happened instead of an answer.
        status: The HTTP status, if there was one (5xx), else None.
    """

    sent: ClassVar[Sent] = "maybe"
    fault: Fault = "network"
    advice: str = (
        "Wait for a receipt with this client_ref; sending again may double it."
    )

    def __init__(
        self, client_ref: str, problem: str, status: int | None = None
    ) -> None:
        super().__init__(client_ref, problem, status)
        self.client_ref = client_ref
        self.problem = problem
        self.status = status
        if status is not None:
            self.fault = "nexmo"
        if not client_ref:
            self.advice = "No receipt can name it; sending again may double it."

    def what(self) -> str:
        """Say what came instead of an answer."""
        named = f" (client_ref {self.client_ref})" if self.client_ref else ""
        return f"no clear answer{named}: {self.problem}"
