"""The workflows of a chunk: each is a run, begun once, and looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from nexmo_async.bulk import WorkflowEndedError
from nexmo_async.errors import NexmoError, UnknownOutcomeError

if TYPE_CHECKING:
    from nexmo_async.durable.bulk.ledger import Chunk
    from nexmo_async.durable.bulk.spelling import Outcome
    from nexmo_async.durable.runs import Durable
    from nexmo_async.durable.spelling import OnUnknown
    from nexmo_async.models.attempt import Result
    from nexmo_async.models.workflow import Workflow

#: How a run has ended that has done what it was for.
_REACHED: Final = "reached"


async def begin(engine: Durable, chunk: Chunk, place: int) -> Outcome | None:
    """Begin the run of an item, under the item's reference. Harmless if it was begun.

    What became of the item, if no run can be made of it; None: it runs.
    """
    entry = chunk.entries[place]
    ref, policy = entry.ref(chunk.name), cast("OnUnknown", chunk.on_unknown)
    workflow = cast("Workflow", entry.message)
    try:
        await engine.start(workflow, name=ref, on_unknown=policy)
    except NexmoError as why:
        return _outcome(chunk, place, error=why)
    chunk.begun.add(place)
    return None


async def ended(engine: Durable, chunk: Chunk) -> list[Outcome]:
    """What became of those items whose runs are over."""
    refs = {
        chunk.entries[place].ref(chunk.name): place
        for place in chunk.pending
        if place in chunk.begun
    }
    if not refs:
        return []
    workflows = {
        ref: cast("Workflow", chunk.entries[place].message)
        for ref, place in refs.items()
    }
    found = await engine.ends(workflows)
    told: list[Outcome] = []
    for ref, place in refs.items():
        if ref not in found:
            error = UnknownOutcomeError(ref, "its run was forgotten before it was seen")
            told.append(_outcome(chunk, place, error=error))
        elif (result := found[ref]) is not None:
            told.append(_outcome(chunk, place, result))
    return told


def _outcome(
    chunk: Chunk,
    place: int,
    result: Result | None = None,
    error: NexmoError | None = None,
) -> Outcome:
    entry, uuid = chunk.entries[place], ""
    if result is not None and result.outcome != _REACHED:
        error = WorkflowEndedError(result.id, result.outcome, result.why)
    elif result is not None and result.reached_by is not None:
        uuid = result.reached_by.message_uuid
    return entry.outcome(
        place,
        uuid=uuid,
        error=error,
        took=0.0 if result is None else result.took,
        ref=entry.ref(chunk.name),
    )
