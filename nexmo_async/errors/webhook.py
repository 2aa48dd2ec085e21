"""What comes in cannot be believed or read, or does not come."""

from __future__ import annotations

from nexmo_async.errors.base import Fault, NexmoError, sentences


class WebhookError(NexmoError):
    """A webhook cannot be believed or read, or does not come."""

    fault: Fault = "network"

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        """Say what is wrong with it: nothing was being sent here."""
        return sentences(self.problem, self.advice)


class SignatureError(WebhookError):
    """The webhook is not signed by Nexmo with a secret of yours.

    Attributes:
        missing: True if it bears no signature at all.
    """

    advice: str = (
        "Check the signature secret, or whether somebody else calls your endpoint."
    )

    def __init__(self, problem: str, missing: bool = False) -> None:  # noqa: FBT001, FBT002  args == signature, for pickle
        super().__init__(problem)
        self.args: tuple[object, ...] = (problem, missing)
        self.missing = missing


class ReplayError(SignatureError):
    """This very webhook came before: you have it already."""

    advice: str = "Answer 200, or Nexmo calls again."


class PayloadError(WebhookError):
    """The body of the webhook is no event."""


class NoReplyError(WebhookError, TimeoutError):
    """Nobody wrote back within the time you gave: `sender`, `within` (seconds)."""

    fault: Fault = "nobody"
    advice: str = "They may still write: on_inbound of your WebhookApp will tell."

    def __init__(self, sender: str, within: float) -> None:
        super().__init__(f"...{sender[-4:]} has not written within {within:.12g} s")
        self.args: tuple[object, ...] = (sender, within)
        self.sender = sender
        self.within = within
