"""What every row makes: a message or workflow with `{column}` where the row fills in.

Between the braces stands the name of a column and nothing else, so a template can look
at the row and at nothing behind it: no attribute, no index, no width to fill.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.recipe import message
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.models.message import Message

#: What may stand between braces: a name such as `name`, `first-name` or `First name`.
NAME: Final = re.compile(r"\w(?:[\w \-]*\w)?")

#: Doubled braces, which stand for one; a pair with something in it; one on its own.
BRACES: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")

#: A field that errors name, and the one that was written down.
WRITTEN_AS: Final[Mapping[str, str]] = {"text": "content"}

#: What cannot stand within a text.
NO_TEXT: Final = (Mapping, list, tuple, set, frozenset, bytes)


@attrs.frozen
class _Text:
    """A text with blanks: words at even places, names of columns at odd ones."""

    parts: tuple[str, ...]

    def fill(self, row: Mapping[str, object], path: str) -> str:
        filled = list(self.parts)
        for place in range(1, len(filled), 2):
            filled[place] = _word(row, filled[place], path)
        return "".join(filled)


class Draft:
    """A message or a workflow, as `{"channel": "sms", "content": "Hi {name}", ...}`.

    Args:
        said: The `channel` and the fields of its message, or the `steps` of a workflow
            as `Workflow.from_dict` wants them. In each text `{name}` stands for that
            column, `{{` and `}}` for braces.

    Raises:
        MessageError: A text has something else between its braces.
    """

    def __init__(self, said: Mapping[str, object]) -> None:
        self._blanks: dict[str, tuple[str, ...]] = {}
        self._said = cast("dict[str, Any]", self._prepared(said, ""))
        self._is_workflow = "steps" in said

    def __repr__(self) -> str:
        """Show what it makes, and of which columns."""
        made = "workflow" if self._is_workflow else self._said.get("channel")
        return f"<Draft {made} of {', '.join(self.columns) or 'no column'}>"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a row must have, in the order in which they are used."""
        names = (name for names in self._blanks.values() for name in names)
        return tuple(dict.fromkeys(names))

    def fill(self, row: Mapping[str, object]) -> Message | Workflow:
        """What this row makes.

        Raises:
            MessageError: The row lacks a column, or what it makes breaks a rule.
        """
        said = cast("dict[str, Any]", _filled(self._said, row, ""))
        return Workflow.from_dict(said) if self._is_workflow else message(said)

    def column(self, field: str) -> str:
        """The column that filled the field which an error names; empty if none did."""
        *above, last = field.split(".")
        path = ".".join([*above, WRITTEN_AS.get(last, last)])
        for written, names in self._blanks.items():
            if names and (
                written == path or written.startswith((f"{path}.", f"{path}["))
            ):
                return names[0]
        return ""

    def _prepared(self, said: object, path: str) -> object:
        if isinstance(said, Mapping):
            pairs = cast("Mapping[str, object]", said).items()
            return {
                key: self._prepared(value, _below(path, key)) for key, value in pairs
            }
        if isinstance(said, list | tuple):
            values = enumerate(cast("Sequence[object]", said))
            return [
                self._prepared(value, f"{path}[{place}]") for place, value in values
            ]
        if not isinstance(said, str):
            return said
        text = _Text(_parts(said, path))
        self._blanks[path] = text.parts[1::2]
        return text if self._blanks[path] else text.parts[0]


def _parts(text: str, path: str) -> tuple[str, ...]:
    """Words and names of columns in turn, words first and last."""
    parts, words, end = list[str](), "", 0
    for found in BRACES.finditer(text):
        words += text[end : found.start()]
        end = found.end()
        if found[0] in {"{{", "}}"}:
            words += found[0][0]
        elif found[1] is not None and NAME.fullmatch(found[1]):
            parts += [words, found[1]]
            words = ""
        else:
            problem = "names no column; write {{ or }} for a brace"
            raise MessageError(path, f"has {found[0]!r}, which {problem}")
    return (*parts, words + text[end:])


def _filled(said: object, row: Mapping[str, object], path: str) -> object:
    if isinstance(said, _Text):
        return said.fill(row, path)
    if isinstance(said, dict):
        pairs = cast("dict[str, object]", said).items()
        return {key: _filled(value, row, _below(path, key)) for key, value in pairs}
    if isinstance(said, list):
        values = enumerate(cast("list[object]", said))
        return [_filled(value, row, f"{path}[{place}]") for place, value in values]
    return said


def _word(row: Mapping[str, object], name: str, path: str) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return value
    if value is None:
        problem = "is null" if name in row else "is not in this row"
        raise MessageError(path, f"column {name!r} {problem}")
    if isinstance(value, NO_TEXT):
        named = type(cast("object", value)).__name__
        raise MessageError(path, f"column {name!r} holds a {named}, not a text")
    return str(value)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
