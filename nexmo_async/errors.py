"""Everything that can go wrong. Each error answers: was it sent? whose fault? what now?

NexmoError
├── ConfigurationError     a credential, key or setting is missing or wrong
├── MessageError           a field breaks a rule of its channel
│   └── UnsupportedError   this generation of the API cannot carry it
├── ClosedError            the client is not open
├── NotSentError           no connection: not one byte of the request left
├── ThrottledError         your own limits kept it back for too long
├── RefusedError           Nexmo answered no
│   ├── RequestError         400, 405, 406, 413, 415, 422: the request is wrong
│   ├── AuthenticationError  401: the credentials are wrong
│   ├── LowBalanceError      402: the account has no credit
│   ├── ForbiddenError       403, 451: the account may not do this
│   ├── NotFoundError        404: no such thing, or not in this region
│   └── RateLimitError       429: faster than the account allows
├── UnknownOutcomeError    the request left, no clear answer came: it may be on its way
├── DeliveryFailedError    accepted, then rejected or undeliverable
├── StillWaitingError      accepted, but not there within the time you gave
└── WebhookError           a webhook cannot be believed or read, or does not come
    ├── SignatureError       it is not signed by Nexmo
    │   └── ReplayError        it is, but it came before
    ├── PayloadError         its body is no event
    └── NoReplyError         nobody wrote back within the time you gave
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal

#: Did the message leave? "maybe" means that only a receipt can tell.
Sent = Literal["no", "maybe", "yes"]

#: Who can mend it.
Fault = Literal["caller", "account", "network", "nexmo", "recipient", "nobody"]

_SENT: Final[dict[Sent, str]] = {
    "no": "Nothing was sent.",
    "maybe": "It may have been sent.",
    "yes": "It was sent.",
}


def _sentences(*said: str) -> str:
    """Each with its full stop, were it written or not; the empty ones left out."""
    return " ".join(
        words if words.endswith(".") else f"{words}." for words in said if words
    )


class NexmoError(Exception):
    """Something kept a message from arriving.

    Attributes:
        sent: Whether the message left: "no", "maybe" or "yes".
        fault: Who can mend it.
        advice: What to do now, in a sentence. May be empty.
    """

    sent: ClassVar[Sent] = "no"
    fault: Fault = "caller"
    advice: str = ""

    def what(self) -> str:
        """What happened, without the full stop."""
        return ": ".join(w for w in self.args[:2] if w and isinstance(w, str))

    def __str__(self) -> str:
        """What happened, whether anything was sent, and what to do now."""
        return _sentences(self.what(), _SENT[self.sent], self.advice)


class ConfigurationError(NexmoError, ValueError):
    """A credential, a key or a setting is missing or wrong.

    Attributes:
        setting: The argument or environment variable concerned.
    """

    def __init__(self, setting: str, problem: str, advice: str = "") -> None:
        super().__init__(setting, problem, advice)
        self.setting = setting
        self.problem = problem
        self.advice = advice


class MessageError(NexmoError, ValueError):
    """A field of the message breaks a rule of its channel.

    Attributes:
        field: The field, as written in Python.
        problem: The rule it breaks, with the limit.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem


class UnsupportedError(MessageError):
    """This generation of the API cannot carry what the message asks for.

    Attributes:
        api: The generation: "beta", "v0.1" or "v1".
    """

    def __init__(self, field: str, problem: str, api: str) -> None:
        super().__init__(field, problem)
        self.args = (field, problem, api)
        self.api = api

    def what(self) -> str:
        """Name the field, the rule and the generation."""
        return f"{self.field}: {self.problem} (api={self.api!r})"


class ClosedError(NexmoError, RuntimeError):
    """The client is not open: it was never entered, or it was closed."""

    advice = "Open it first: async with Nexmo(...) as nexmo: ..."


class NotSentError(NexmoError, ConnectionError):
    """No connection could be made: not one byte of the request left.

    Attributes:
        host: Where it was to go.
        problem: What the network said.
    """

    fault = "network"
    advice = "It is safe to send it again."

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

    advice = "Send it later, or allow more: it is safe to send it again."

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
        self.status, self.title, self.detail = status, title, detail
        self.instance, self.invalid = instance, invalid
        self.hint, self.request_id = hint, request_id

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

    advice = "Mend the fields it names; the same request will be refused again."


class AuthenticationError(RefusedError):
    """Nexmo does not accept the credentials (401)."""

    advice = "Check the key or the application id and its private key."


class LowBalanceError(RefusedError):
    """The account has no credit left (402)."""

    fault = "account"
    advice = "Top up the account, then send again."


class ForbiddenError(RefusedError):
    """The account, application or address may not do this (403, 451)."""

    fault = "account"
    advice = "Ask for the product, or the address, to be allowed for this account."


class NotFoundError(RefusedError):
    """There is no such message, or it lives in another region (404)."""

    advice = "Check the id and the region that holds it."


class RateLimitError(RefusedError):
    """The account sent faster than Nexmo allows (429).

    Attributes:
        retry_after: Seconds to stay quiet, or None if Nexmo did not say.
    """

    fault = "account"
    advice = "Wait, then send it again: that is safe."
    retry_after: float | None = None


class UnknownOutcomeError(NexmoError):
    """The request left, but no clear answer came: the message may be on its way.

    Attributes:
        client_ref: The reference every receipt of this message carries.
        problem: What happened instead of an answer.
        status: The HTTP status, if there was one (5xx), else None.
    """

    sent = "maybe"
    fault: Fault = "network"
    advice = "Wait for a receipt with this client_ref; sending again may double it."

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


class DeliveryFailedError(NexmoError):
    """The message was accepted, then rejected or found undeliverable.

    Attributes:
        message_uuid: The message.
        status: "rejected" or "undeliverable".
        code: Nexmo's error code, or None; `kind` is what it calls for: "temporary", ...
        reason: Nexmo's sentence about it. May be empty.
    """

    sent = "yes"
    fault: Fault = "recipient"

    def __init__(  # noqa: PLR0913, PLR0917  the facts of a receipt, in one place
        self,
        message_uuid: str,
        status: str,
        code: int | None = None,
        reason: str = "",
        kind: str = "unclear",
        fault: Fault = "recipient",
        advice: str = "Try another channel.",
    ) -> None:
        super().__init__(message_uuid, status, code, reason, kind, fault, advice)
        self.kind, self.fault, self.advice = kind, fault, advice
        self.message_uuid, self.status = message_uuid, status
        self.code, self.reason = code, reason

    def what(self) -> str:
        """Name the message, its end and the code."""
        code = f" with {self.code}" if self.code is not None else ""
        reason = f": {self.reason.rstrip('.')}" if self.reason else ""
        return f"message {self.message_uuid} ended as {self.status}{code}{reason}"


class StillWaitingError(NexmoError, TimeoutError):
    """The message has not come that far within the time you gave.

    Attributes:
        message: The uuid or client_ref that was waited for.
        until: The status waited for.
        within: Seconds waited.
        last: The last status seen, or None if no receipt came at all.
    """

    sent = "yes"
    fault = "nobody"
    advice = "A receipt may still come."

    def __init__(
        self, message: str, until: str, within: float, last: str | None = None
    ) -> None:
        super().__init__(message, until, within, last)
        # An OSError drops a third argument and those after it: pickle needs them.
        self.args = (message, until, within, last)
        self.message, self.until = message, until
        self.within, self.last = within, last
        if last is None:
            self.advice = "Check that Nexmo's webhooks reach your WebhookApp."

    def what(self) -> str:
        """Name the message, what was waited for and how far it came."""
        last = self.last or "no receipt"
        return (
            f"message {self.message} is not {self.until} "
            f"after {self.within:.12g} s, only {last}"
        )


class WebhookError(NexmoError):
    """A webhook cannot be believed or read, or does not come."""

    fault: Fault = "network"

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        """Say what is wrong with it: nothing was being sent here."""
        return _sentences(self.problem, self.advice)


class SignatureError(WebhookError):
    """The webhook is not signed by Nexmo with a secret of yours.

    Attributes:
        missing: True if it bears no signature at all.
    """

    advice = "Check the signature secret, or whether somebody else calls your endpoint."

    def __init__(self, problem: str, missing: bool = False) -> None:  # noqa: FBT001, FBT002  args == signature, for pickle
        super().__init__(problem)
        self.args = (problem, missing)
        self.missing = missing


class ReplayError(SignatureError):
    """This very webhook came before: you have it already."""

    advice = "Answer 200, or Nexmo calls again."


class PayloadError(WebhookError):
    """The body of the webhook is no event."""


class NoReplyError(WebhookError, TimeoutError):
    """Nobody wrote back within the time you gave: `sender`, `within` (seconds)."""

    fault = "nobody"
    advice = "They may still write: on_inbound of your WebhookApp will tell."

    def __init__(self, sender: str, within: float) -> None:
        super().__init__(f"...{sender[-4:]} has not written within {within:.12g} s")
        self.args = (sender, within)
        self.sender = sender
        self.within = within
