"""A job's report as a page: figures, and how rate and latency went, as a drawing.

One file with nothing to load. Its colours follow the reader's system, light or dark.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nexmo_async.bulk.job.report import Moment

#: The drawing: its width and height, and the edge that its numbers take.
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 200, 56, 12, 26

#: Seconds without an answer, of which all beyond is a pause.
PAUSE: Final = 10.0

#: Lines across the drawing, at most.
LINES: Final = 4

_STYLE: Final = """
:root { color-scheme: light dark; --paper: #fdfdfc; --ink: #1d1d1b; --soft: #6b6b66;
  --line: #e4e4df; --accent: #2f6fde; --second: #b4540a; --area: #2f6fde22; }
@media (prefers-color-scheme: dark) { :root { --paper: #161615; --ink: #ecece8;
  --soft: #a0a09a; --line: #2e2e2b; --accent: #7fabff; --second: #f0a35e;
  --area: #7fabff22; } }
body { margin: 3rem auto; max-width: 47.5rem; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { color: var(--soft); margin: .25rem 0 0; }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-size: 1.35rem;
  font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; } td { padding: .2rem 1.5rem .2rem 0;
  font-variant-numeric: tabular-nums; } td + td { text-align: right; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft);
  font: 11px system-ui, sans-serif; } .grid { stroke: var(--line); }
.rate { stroke: var(--accent); fill: none; stroke-width: 1.75; }
.under { fill: var(--area); stroke: none; }
.latency { stroke: var(--second); fill: none; stroke-width: 1.75; }
"""


@attrs.frozen
class Page:
    """What stands on the page of a report.

    Attributes:
        title: The job.
        about: A sentence below it.
        figures: What is told in large numbers, each with its name.
        reasons: What went wrong, and how often.
        curve: How many were sent when, and how quickly they were answered.
    """

    title: str
    about: str
    figures: Mapping[str, str]
    reasons: Mapping[str, int]
    curve: Sequence[Moment]

    def html(self) -> str:
        """The whole page."""
        figures = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}</dd></div>"
            for name, figure in self.figures.items()
        )
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style></head>\n"
            f"<body><h1>{escape(self.title)}</h1>\n<p>{escape(self.about)}</p>\n"
            f"<dl>{figures}</dl>\n{self._reasons()}{self._drawings()}</body></html>\n"
        )

    def _reasons(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{count:,}</td></tr>"
            for name, count in sorted(self.reasons.items(), key=lambda each: -each[1])
        )
        return f"<h2>What went wrong</h2>\n<table>{rows}</table>\n" if rows else ""

    def _drawings(self) -> str:
        if not self.curve:
            return ""
        rate = [(each.second, each.sent / each.width) for each in self.curve]
        answers = [
            (each.second, each.latency * 1000) for each in self.curve if each.sent
        ]
        end = self.curve[-1].second + self.curve[-1].width
        return (
            "<h2>Messages per second</h2>\n"
            + drawing(rate, end, "rate", "messages per second", filled=True)
            + "<h2>Milliseconds to the answer</h2>\n"
            + drawing(answers, end, "latency", "milliseconds to the answer")
        )


def without_pauses(curve: Sequence[Moment]) -> list[Moment]:
    """The same without long times in which nothing was answered."""
    kept: list[Moment] = []
    empty = cut = 0.0
    for moment in curve:
        if moment.sent:
            empty = 0.0
        elif (empty := empty + moment.width) > PAUSE:
            cut += moment.width
            continue
        kept.append(attrs.evolve(moment, second=moment.second - cut))
    return kept


def drawing(
    points: Sequence[tuple[float, float]],
    end: float,
    kind: str,
    name: str,
    *,
    filled: bool = False,
) -> str:
    """A line over time as SVG.

    Args:
        points: Seconds and values.
        end: Seconds at the right edge.
        kind: The class of the line, for its colour.
        name: What the values are, for whoever cannot see it.
        filled: Whether the space below is coloured.
    """
    top = nice(max((value for _, value in points), default=1.0) or 1.0)
    across = _scale(end or 1.0, LEFT, WIDTH - 8)
    up = _scale(top, HEIGHT - BOTTOM, TOP)
    line = " ".join(f"{across(at):.1f},{up(value):.1f}" for at, value in points)
    if len(points) == 1:
        line += f" {across(end):.1f},{up(points[0][1]):.1f}"
    first, last = (points[0][0], points[-1][0]) if points else (0.0, 0.0)
    floor = f"{up(0):.1f}"
    under = f"{across(first):.1f},{floor} {line} {across(last):.1f},{floor}"
    area = f'<polygon class="under" points="{under}"/>' if filled else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)}">'
        f"{_grid(top, up)}{_times(end, across)}{area}"
        f'<polyline class="{kind}" points="{line}"/></svg>\n'
    )


def nice(value: float) -> float:
    """The next number above that people like to read: 1, 2 or 5 with zeros."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _grid(top: float, up: Callable[[float], float]) -> str:
    marks = [top * step / LINES for step in range(LINES + 1)]
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 8}" '
        f'y1="{up(mark):.1f}" y2="{up(mark):.1f}"/>'
        f'<text x="{LEFT - 8}" y="{up(mark) + 4:.1f}" text-anchor="end">{mark:g}</text>'
        for mark in marks
    )


def _times(end: float, across: Callable[[float], float]) -> str:
    step = nice(max(end, 1.0) / 5)
    marks = [step * place for place in range(int(end / step) + 1)]
    return "".join(
        f'<text x="{across(mark):.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{span(mark)}</text>"
        for mark in marks
    )


def span(seconds: float) -> str:
    """A time as people say it: `45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = math.ceil(seconds) if seconds > 1 else round(seconds, 2)
    if whole < 60:  # noqa: PLR2004  seconds in a minute
        return f"{whole:g} s"
    minutes, rest = divmod(int(whole), 60)
    if minutes < 60:  # noqa: PLR2004  minutes in an hour
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _scale(most: float, begin: float, end: float) -> Callable[[float], float]:
    return lambda value: begin + (end - begin) * value / most
