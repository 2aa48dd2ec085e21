"""Items and results in words that outlive this process: JSON, a line for each item."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack, cast

import attrs

from nexmo_async import errors
from nexmo_async.bulk import BulkResult, UnknownItem
from nexmo_async.bulk import errors as bulk_errors
from nexmo_async.bulk.item import reference
from nexmo_async.durable.spelling import read_workflow, spell_workflow
from nexmo_async.errors import MessageError, NexmoError
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts import spelling as events
from nexmo_async.wire.codec import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nexmo_async.models.message import Message

#: The job that sends a chunk. Another shape is another kind.
CHUNK: Final = "nexmo_async.bulk.v1"

#: What stands behind the line of an item that is a workflow.
_FLOW: Final = "workflow"

#: Items of a job are much alike: the quickest way makes a seventh of them.
_EFFORT: Final = 1

#: How it is counted what became of an item, if it is not by the name of its error.
OK: Final = "ok"
UNKNOWN: Final = "unknown"
SKIPPED: Final = "skipped"
RESENT: Final = "resent"


@attrs.frozen
class Entry:
    """One item of a chunk.

    Attributes:
        index: Which item of its source it was, from 0.
        key: Its name within the job.
        line: Where it stood in its file.
        message: What to send, or to run.
    """

    index: int
    key: str
    line: int | None
    message: Message | Workflow

    def ref(self, job: str) -> str:
        """The client_ref that it is sent with; of a workflow, the name of its run."""
        own = None if isinstance(self.message, Workflow) else self.message.client_ref
        return own or reference(job, self.key)

    def named(self, job: str) -> UnknownItem:
        """As reports name it."""
        return UnknownItem(self.key, self.ref(job), self.index, self.line)

    def outcome(self, place: int, **facts: Unpack[Facts]) -> Outcome:
        """What became of it, at that place of its chunk."""
        return Outcome(
            place=place, index=self.index, key=self.key, line=self.line, **facts
        )


def spell_entry(
    index: int, key: str, line: int | None, message: Message | Workflow
) -> bytes:
    """An item as one line.

    Raises:
        MessageError: No other process could read it back.
    """
    head: list[object] = [index, key, line]
    if isinstance(message, Workflow):
        head.append(_FLOW)
        return _line(head, dumps(spell_workflow(message)))
    if message.channel == "raw":
        problem = "is Raw: a job on an engine needs words for what it sends"
        raise MessageError("message", problem)
    return _line(head, events.spell(cast("Any", message)))


def _line(head: list[object], body: bytes) -> bytes:
    return dumps(cast("Any", head)) + b"\t" + body


def pack(lines: Iterable[bytes]) -> bytes:
    """The items of a chunk, as they are kept."""
    return zlib.compress(b"\n".join(lines), _EFFORT)


def read_entries(packed: bytes, job: str = "") -> list[Entry]:
    """The items of a chunk; ready to be sent, if it is said by which job."""
    found: list[Entry] = []
    for each in zlib.decompress(packed).split(b"\n"):
        head, _, body = each.partition(b"\t")
        index, key, line, *kind = json.loads(head)
        if kind == [_FLOW]:
            message: Any = read_workflow(json.loads(body))
        else:
            ref = reference(job, key) if job else None
            message = events.read(body, ref=ref)
        found.append(Entry(index, key, line, message))
    return found


class Facts(TypedDict, total=False):
    """What an outcome says beside whose it is, as `Outcome` names it."""

    uuid: str
    error: NexmoError | None
    took: float
    waited: float
    resent: bool
    handed: bool
    ref: str


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one item.

    Attributes:
        place: Its place in its chunk; -1 for what was never put into one.
        index: Which item of its source it was.
        key: Its name within the job.
        line: Where it stood in its file.
        uuid: Nexmo's id of the message.
        error: What went wrong.
        took: Seconds from being handed over to the answer.
        waited: Seconds that it waited for its turn.
        resent: Whether a worker may have sent it before, which died.
        skipped: Whether an earlier run has settled it.
        handed: Whether it was handed over to be sent.
        ref: The client_ref, where it may be of use.
    """

    place: int = -1
    index: int
    key: str
    line: int | None = None
    uuid: str = ""
    error: NexmoError | None = None
    took: float = 0.0
    waited: float = 0.0
    resent: bool = False
    skipped: bool = False
    handed: bool = True
    ref: str = ""

    @property
    def word(self) -> str:
        """What it is counted as."""
        if self.skipped:
            return SKIPPED
        if self.error is None:
            return OK
        is_unknown = isinstance(self.error, errors.UnknownOutcomeError)
        return UNKNOWN if is_unknown else type(self.error).__name__

    def result(self, message: Message | Workflow | None) -> BulkResult:
        """As whoever waits for it gets it."""
        return BulkResult(
            index=self.index,
            key=self.key,
            message=message,
            ok=self.error is None,
            sent=None,
            error=self.error,
            attempts=int(self.handed),
            waited=self.waited,
            line=self.line,
            took=self.took,
            message_uuid=self.uuid,
            skipped=self.skipped,
        )


_FIELDS: Final = tuple(field.name for field in attrs.fields(Outcome))


def counted(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many of each there are; those that may be doubled are counted apart."""
    found: Counter[str] = Counter()
    for one in outcomes:
        found[one.word] += 1
        found[RESENT] += one.resent
    return +found


def spell_outcomes(outcomes: Sequence[Outcome]) -> str:
    """All of them as JSON."""
    told = [
        [_error(value) if name == "error" else value for name, value in _values(one)]
        for one in outcomes
    ]
    return json.dumps(told, separators=(",", ":"))


def read_outcomes(told: str) -> list[Outcome]:
    """Those that were spelled."""
    found: list[Outcome] = []
    for each in json.loads(told):
        said: dict[str, Any] = dict(zip(_FIELDS, each, strict=False))
        if said["error"] is not None:
            said["error"] = _read_error(said["key"], *said["error"])
        found.append(Outcome(**said))
    return found


def _values(one: Outcome) -> Iterable[tuple[str, Any]]:
    return zip(_FIELDS, attrs.astuple(one, recurse=False), strict=True)


def _error(error: NexmoError | None) -> list[object] | None:
    """By its name and what it was made of, which is what it is pickled by."""
    if error is None:
        return None
    made = cast("tuple[Any, ...]", error.__reduce__())[1]
    try:
        return [type(error).__name__, json.loads(json.dumps(made))]
    except TypeError:
        return [type(error).__name__, None]


def _read_error(key: str, name: str, made: list[Any] | None) -> NexmoError:
    kind = getattr(errors, name, None) or getattr(bulk_errors, name, None)
    if made is not None and isinstance(kind, type) and issubclass(kind, NexmoError):
        try:
            return kind(*map(_frozen, made))
        except TypeError:
            pass  # of a release that makes it otherwise
    return bulk_errors.EarlierError(key, name)


def _frozen(value: object) -> object:
    """What errors are made of has no lists."""
    if isinstance(value, list):
        return tuple(map(_frozen, cast("list[object]", value)))
    return value
