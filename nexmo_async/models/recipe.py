"""A workflow written down: a dictionary, as JSON, TOML or YAML hold it.

patience = 600
to = "447700900000"            # of every step that has none of its own

[[steps]]
channel = "whatsapp"
sender = "447700900990"
content = "Your code is 64873."
until = "read"
within = 600
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.models.condition import Quiet
from nexmo_async.models.message import CARRIES, KINDS
from nexmo_async.models.step import Step

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from nexmo_async.models.message import Message

#: What may stand beside the steps, and becomes part of the workflow.
TIMES: Final = ("patience", "settle")

#: What of a step is the step's own; the rest belongs to its message.
OWN: Final = ("until", "within", "attempts", "on", "not_before", "quiet")

#: What a row fills in.
BLANK: Final = re.compile(r"\{(\w+)\}")


@attrs.frozen
class Recipe:
    """What was read: the steps, and the times that are not left as usual."""

    steps: tuple[Step, ...]
    times: Mapping[str, float]


def read(said: object, to: str | None = None) -> Recipe:
    """The steps of a workflow that was written down.

    Raises:
        MessageError: A key is wrong; its path comes first, as in `steps[1].within`.
    """
    recipe = _table(said, "workflow")
    _known(recipe, ("to", "steps", *TIMES), "")
    usual = to or recipe.get("to")
    steps = recipe.get("steps")
    if not isinstance(steps, list):
        raise MessageError("steps", "is missing: a list of tables")
    return Recipe(
        tuple(
            _step(_table(step, f"steps[{place}]"), f"steps[{place}]", usual)
            for place, step in enumerate(cast("Sequence[object]", steps))
        ),
        {name: recipe[name] for name in TIMES if name in recipe},
    )


def _step(said: Mapping[str, object], path: str, usual: object) -> Step:
    own: dict[str, Any] = {key: said[key] for key in OWN if key in said}
    rest = {key: said[key] for key in said if key not in OWN}
    made = message(rest, path, usual)
    with _below(path):
        if "on" in own:
            own["on"] = _codes(_table(own["on"], "on"))
        if "quiet" in own:
            own["quiet"] = _quiet(_table(own["quiet"], "quiet"))
        if isinstance(own.get("not_before"), str):
            own["not_before"] = _moment(own["not_before"])
        return Step(made, **own)


def message(said: dict[str, object], path: str = "", usual: object = None) -> Message:
    """The message that was written down: a `channel`, and the fields of its class.

    Raises:
        MessageError: A key is wrong; its path comes first, as in `steps[1].to`.
    """
    channel: Any = said.pop("channel", None)
    if channel not in KINDS:
        problem = f"is {channel!r}, choose from {', '.join(KINDS)}"
        raise MessageError(_at(path, "channel"), problem)
    kind = cast("Callable[..., Message]", KINDS[channel])
    fields = attrs.fields(KINDS[channel])
    _known(said, [field.name for field in fields], path, OWN if path else ())
    if usual is not None:
        said.setdefault("to", usual)
    for field in fields:
        if field.default is attrs.NOTHING and field.name not in said:
            raise MessageError(_at(path, field.name), "is missing")
    for name in ("to", "sender"):
        if not isinstance(said[name], str):
            problem = f"is {type(said[name]).__name__}, write it in quotes"
            raise MessageError(_at(path, name), problem)
    with _below(path):
        content = said.pop("content")
        if not isinstance(content, str):
            content = _content(_table(content, "content"), channel)
        return kind(content=content, **said)


def _content(said: Mapping[str, object], channel: Any) -> object:  # noqa: ANN401  checked before
    kinds: dict[str, Any] = {kind.__name__.lower(): kind for kind in CARRIES[channel]}
    fields = dict(said)
    name: Any = fields.pop("type", None)
    if name not in kinds:
        choices = ", ".join(sorted(kinds))
        raise MessageError("content.type", f"is {name!r}, choose from {choices}")
    with _below("content"):
        try:
            return kinds[name](**fields)
        except TypeError as why:
            problem = str(why).partition(".__init__() ")[2] or str(why)
            raise MessageError(name, problem) from None


def _codes(said: Mapping[str, object]) -> dict[Any, Any]:
    return {int(key) if key.isdecimal() else key: said[key] for key in said}


def _quiet(said: Mapping[str, Any]) -> Quiet:
    _known(said, ("begin", "end", "zone"), "quiet")
    for name in ("begin", "end", "zone"):
        if name not in said:
            raise MessageError(f"quiet.{name}", "is missing")
        if not isinstance(said[name], str | time):
            problem = f"is {type(said[name]).__name__}, write it in quotes"
            raise MessageError(f"quiet.{name}", problem)
    return Quiet(said["begin"], said["end"], said["zone"])


def _moment(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        problem = f"{said!r} is no moment such as 2026-01-01T08:00:00Z"
        raise MessageError("not_before", problem) from None


def _table(said: object, path: str) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise MessageError(path, f"is {type(said).__name__}, write a table")
    return cast("Mapping[str, Any]", said)


def _known(
    said: Mapping[str, object],
    names: Sequence[str],
    path: str,
    more: Sequence[str] = (),
) -> None:
    for key in said:
        if key not in names:
            choices = ", ".join([*names, *more])
            problem = f"is not known, choose from {choices}"
            raise MessageError(_at(path, key), problem)


def _at(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


@contextmanager
def _below(path: str) -> Generator[None]:
    """Let errors name the whole path."""
    try:
        yield
    except MessageError as why:
        raise MessageError(_at(path, why.field), why.problem) from None


def filled(said: object, row: Mapping[str, object], path: str = "") -> object:
    """The same with each `{name}` in its texts replaced by what the row says.

    Raises:
        MessageError: The row does not say it.
    """
    if isinstance(said, Mapping):
        pairs = cast("Mapping[str, object]", said).items()
        return {key: filled(value, row, f"{path}.{key}") for key, value in pairs}
    if isinstance(said, list):
        values = enumerate(cast("Sequence[object]", said))
        return [filled(value, row, f"{path}[{place}]") for place, value in values]
    if not isinstance(said, str):
        return said
    for name in BLANK.findall(said):
        if name not in row:
            raise MessageError(path.removeprefix("."), f"the row has no {name!r}")
    return BLANK.sub(lambda found: str(row[found[1]]), said)


def load(text: str, form: str) -> object:
    """What a text holds: "json", "toml" or "yaml".

    Raises:
        MessageError: It is no such text.
        ConfigurationError: The form is unknown, or needs what is not installed.
    """
    if form not in LOADERS:
        problem = f"is {form!r}, choose from {', '.join(LOADERS)}"
        raise ConfigurationError("form", problem)
    try:
        return LOADERS[form](text)
    except ValueError as why:
        raise MessageError("workflow", f"is no {form}: {why}") from None


def _yaml(text: str) -> object:
    try:
        yaml: Any = importlib.import_module("yaml")
    except ImportError:
        problem = "is 'yaml', which is not installed"
        advice = "Install it: pip install pyyaml"
        raise ConfigurationError("form", problem, advice) from None
    try:
        said: object = yaml.safe_load(text)
    except yaml.YAMLError as why:
        raise ValueError(why) from None
    return said


#: Who reads which form.
LOADERS: Final[Mapping[str, Callable[[str], object]]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": _yaml,
}
