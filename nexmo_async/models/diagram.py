"""A workflow as a picture: Mermaid text, drawn by asking the machine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from nexmo_async.models.condition import Kind, described
from nexmo_async.models.machine import follow
from nexmo_async.models.states import (
    EVENTS,
    Cancelled,
    Ended,
    Failed,
    LateReached,
    Pausing,
    Ready,
    Refused,
    Sending,
    Skipped,
    State,
    Unwell,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nexmo_async.models.states import Event
    from nexmo_async.models.step import Step

#: Events that say what kind of failure it was.
BY_KIND: Final = (Refused, Failed)


def diagram(steps: Sequence[Step]) -> str:
    """The steps of a workflow and what leads from one to another, for Mermaid."""
    lines = ["stateDiagram-v2", "    [*] --> step1"]
    lines += [
        f"    step{place}: {place}. {_caption(step)}"
        for place, step in enumerate(steps, 1)
    ]
    edges = _edges(steps)
    lines += [
        f"    {start} --> {end}: {', '.join(words)}"
        for (start, end), words in edges.items()
    ]
    ends = dict.fromkeys(end for _, end in edges if not end.startswith("step"))
    lines += [f"    {end} --> [*]" for end in ends]
    return "\n".join(lines) + "\n"


def _edges(steps: Sequence[Step]) -> dict[tuple[str, str], list[str]]:
    """What leads from where to where: reasons, with the kinds of failure."""
    kinds: dict[tuple[str, str], dict[str, list[str]]] = {}
    for before, event, after, reason in _walk(steps):
        ends = _node(before), _node(after)
        again = isinstance(after, Pausing) and isinstance(event, BY_KIND)
        if ends[0] != ends[1] or again:
            words = f"again after {reason}" if again else reason
            listed = kinds.setdefault(ends, {}).setdefault(words, [])
            listed += [event.kind] if isinstance(event, BY_KIND) else []
    return {
        ends: [
            f"{words} ({', '.join(dict.fromkeys(listed))})" if listed else words
            for words, listed in sorted(reasons.items())
        ]
        for ends, reasons in kinds.items()
    }


def _walk(steps: Sequence[Step]) -> Iterator[tuple[State, Event, State, str]]:
    """Each step that any run of the workflow can take, found by asking for all."""
    seen: set[State] = {Ready()}
    waiting: list[State] = [Ready()]
    while waiting:
        before = waiting.pop(0)
        for event in _events(before, steps[before.step]):
            after, reason = follow(before, event, steps)
            if after == before:
                continue
            if isinstance(before, Sending) and before.then is not None:
                yield before, Cancelled(), after, before.then.why.words
            else:
                yield before, event, after, reason.words
            if after not in seen:
                seen.add(after)
                waiting.append(after)


def _events(state: State, step: Step) -> Iterator[Event]:
    for event in EVENTS:
        if event is Unwell or (event is Skipped and step.skip_if is None):
            continue
        if event in BY_KIND:
            make: Callable[[Kind], Event] = Refused if event is Refused else Failed
            yield from (make(kind) for kind in get_args(Kind))
        elif event is LateReached:
            yield from (LateReached(step) for step in range(state.step))
        else:
            yield event()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def _node(state: State) -> str:
    return state.outcome if isinstance(state, Ended) else f"step{state.step + 1}"


def _caption(step: Step) -> str:
    until = step.until
    if until is None:
        return step.message.channel
    wanted = "a condition" if callable(until) else described(until)
    return f"{step.message.channel}, {wanted} within {step.within:g} s"
