"""Accepted, and then not there."""

from __future__ import annotations

from typing import ClassVar

from nexmo_async.errors.base import Fault, NexmoError, Sent


class DeliveryFailedError(NexmoError):
    """The message was accepted, then rejected or found undeliverable.

    Attributes:
        message_uuid: The message.
        status: "rejected" or "undeliverable".
        code: Nexmo's error code, or None; `kind` is what it calls for: "temporary", ...
        reason: Nexmo's sentence about it. May be empty.
    """

    sent: ClassVar[Sent] = "yes"
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
        self.message_uuid: str = message_uuid
        self.status: str = status
        self.code: int | None = code
        self.reason: str = reason
        self.kind: str = kind
        self.fault = fault
        self.advice = advice

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

    sent: ClassVar[Sent] = "yes"
    fault: Fault = "nobody"
    advice: str = "A receipt may still come."

    def __init__(
        self, message: str, until: str, within: float, last: str | None = None
    ) -> None:
        super().__init__(message, until, within, last)
        # An OSError drops a third argument and those after it: pickle needs them.
        self.args: tuple[object, ...] = (message, until, within, last)
        self.message: str = message
        self.until: str = until
        self.within: float = within
        self.last: str | None = last
        if last is None:
            self.advice = "Check that Nexmo's webhooks reach your WebhookApp."

    def what(self) -> str:
        """Name the message, what was waited for and how far it came."""
        last = f"only {self.last}" if self.last else "no receipt has come"
        return (
            f"message {self.message} is not {self.until} "
            f"after {self.within:.12g} s, {last}"
        )
