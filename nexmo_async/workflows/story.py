"""The story of a run as a time line: text, or a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nexmo_async.models.attempt import Result
    from nexmo_async.workflows.run import Happening, Run

#: Measures of the drawing, in pixels.
WIDTH: Final = 640
LANE: Final = 34
LEFT: Final = 90


def line(happening: Happening, began: datetime) -> str:
    """One line: how long after the beginning, on which channel, what."""
    passed = (happening.at - began).total_seconds()
    told = [happening.what, happening.status and f"({happening.status})"]
    words = " ".join(word for word in (*told, happening.detail) if word)
    return f"{_minutes(passed):>8}  {happening.channel:<9} {words}"


def timeline(run: Run) -> str:
    """All lines of a run so far."""
    return "\n".join(line(one, run.story[0].at) for one in run.story)


def ending(result: Result, to: str) -> str:
    """Who was reached, where, after how long, at what cost; or why nobody was."""
    sums = [sum_ for sum_ in result.cost if sum_.price]
    cost = " + ".join(f"{sum_.price} {sum_.currency}" for sum_ in sums)
    paid = f"at {cost}" if cost else "at no cost"
    if result.outcome == "reached":
        return f"{to} was reached on {result.channel} after {result.took:.1f} s {paid}"
    return f"{to} was not reached: {result.outcome}, {result.why}, {paid}"


def drawing(run: Run) -> str:
    """The same as SVG: a lane for each step, a dot for each happening."""
    if not run.story:
        return ""
    began, ended = run.story[0].at, run.story[-1].at
    whole = max((ended - began).total_seconds(), 1e-9)
    steps = run.workflow.steps
    parts = [
        f'<text x="8" y="{_y(place) + 4}">{step.message.channel}</text>'
        f'<path d="M{LEFT} {_y(place)}H{WIDTH - 16}" stroke="currentColor"'
        ' stroke-opacity=".25"/>'
        for place, step in enumerate(steps)
    ]
    for one in run.story:
        share = (one.at - began).total_seconds() / whole
        x = LEFT + share * (WIDTH - 16 - LEFT)
        words = escape(line(one, began).strip())
        parts.append(
            f'<circle cx="{x:.1f}" cy="{_y(one.step)}" r="5" fill="currentColor">'
            f"<title>{words}</title></circle>"
        )
    return _svg(parts, height=LANE * len(steps) + 16)


def _svg(parts: Sequence[str], height: int) -> str:
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="13" role="img">'
    )
    return "\n".join([opening, *parts, "</svg>"]) + "\n"


def _y(step: int) -> int:
    return LANE * step + LANE // 2 + 8


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"
