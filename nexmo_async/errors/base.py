"""What every error says, and those about what you wrote."""

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


def sentences(*said: str) -> str:
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
        return sentences(self.what(), _SENT[self.sent], self.advice)


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
        self.args: tuple[object, ...] = (field, problem, api)
        self.api = api

    def what(self) -> str:
        """Name the field, the rule and the generation."""
        return f"{self.field}: {self.problem} (api={self.api!r})"


class ClosedError(NexmoError, RuntimeError):
    """The client is not open: it was never entered, or it was closed."""

    advice: str = "Open it first: async with Nexmo(...) as nexmo: ..."
