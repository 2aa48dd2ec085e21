"""Who takes messages how: by number, by pattern, and some numbers out of the box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import life

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Numbers with a script of their own unless they are given another. They lie in the
#: range that Ofcom keeps free for films, so they are nobody's.
MAGIC: Final[Mapping[str, str]] = {
    "447700900910": "deliver",
    "447700900911": "silent",
    "447700900912": "reject 1300",
    "447700900913": "undeliverable 1260",
    "447700900914": "reject 1240",
    "447700900915": "slow",
    "447700900916": "flaky 20%",
    "447700900917": 'reply "STOP"',
    "447700900918": "whatsapp: silent; viber: reject 1300; sms: deliver",
}

#: What a pattern ends in: all that begin like it.
ANY: Final = "*"


class Personas:
    """Scripts by recipient; of several patterns the longest holds.

    Raises:
        ValueError: A script is none; the message shows how to write one.
    """

    def __init__(self, scripts: Mapping[str, str] | None = None) -> None:
        self._magic = {number: life.persona(MAGIC[number]) for number in MAGIC}
        self._scripts: dict[str, str] = {}
        self._personas: dict[str, life.Persona] = {}
        self._patterns: list[str] = []
        for recipient, script in (scripts or {}).items():
            self.put(recipient, script)

    def put(self, recipient: str, script: str) -> None:
        """Say how somebody takes messages from now on.

        Args:
            recipient: A number or an id, or the beginning of some with a `*` after it.
            script: What becomes of the messages.
        """
        self._personas[recipient] = life.persona(script)
        self._scripts[recipient] = script
        self._sort()

    def remove(self, recipient: str) -> None:
        """Somebody takes messages as usual again."""
        self._personas.pop(recipient, None)
        self._scripts.pop(recipient, None)
        self._sort()

    def clear(self) -> None:
        """Everybody takes messages as usual again."""
        self._personas.clear()
        self._scripts.clear()
        self._patterns.clear()

    def scripts(self) -> dict[str, str]:
        """The scripts that were given."""
        return dict(self._scripts)

    def script(self, recipient: str) -> str | None:
        """The script that holds for somebody; None: as usual."""
        key = self._key(recipient)
        return MAGIC.get(recipient) if key is None else self._scripts[key]

    def of(self, recipient: str) -> life.Persona:
        """How somebody takes messages."""
        key = self._key(recipient)
        if key is not None:
            return self._personas[key]
        return self._magic.get(recipient) or life.Persona()

    def _key(self, recipient: str) -> str | None:
        if recipient in self._personas:
            return recipient
        for pattern in self._patterns:
            if recipient.startswith(pattern[:-1]):
                return pattern
        return None

    def _sort(self) -> None:
        found = [key for key in self._personas if key.endswith(ANY)]
        self._patterns = sorted(found, key=len, reverse=True)
