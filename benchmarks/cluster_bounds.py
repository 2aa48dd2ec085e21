"""What the cluster's benchmark demands, and where its answers are kept.

Each question is kept on its own, so that they may be asked one after the other, each
while nobody else uses the machine.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs
from harness import RESULTS, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: What must hold. The last word says whether it is the most or the least.
BOUNDS: Final[dict[str, tuple[float, str]]] = {
    "limit 30/s: most in any second": (30, "most"),
    "limit 30/s: share used": (0.90, "least"),
    "50 senders at 1/s: most of one in any second": (1, "most"),
    "50 senders at 1/s: share used": (0.95, "least"),
    "bulk without a limit: messages/s": (2000, "least"),
    "1,000,000 enqueued: seconds": (60, "most"),
    "3,000 waiting: seconds to restart": (10, "most"),
    "3,000 waiting: MiB grown": (10, "most"),
    "100,000 waiting: seconds to show": (10, "most"),
    "receipt to next send, cluster: p95 ms": (2000, "most"),
    "receipt to next send, in process: p95 ms": (50, "most"),
}


@attrs.frozen
class Answer:
    """What was found, and in how many seconds."""

    found: Mapping[str, float]
    took: float


def keep(answers: Mapping[str, Answer], sizes: Mapping[str, int]) -> Path:
    """Write them down, beside those that were found before to other questions."""
    path = RESULTS / "cluster.json"
    before: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    questions: dict[str, Any] = before.get("questions", {})
    for name, answer in answers.items():
        rounded = {what: round(value, 3) for what, value in answer.found.items()}
        questions[name] = {"seconds": answer.took, "found": rounded}
    bounds = {name: f"{way} {bound:g}" for name, (bound, way) in BOUNDS.items()}
    result = {"questions": questions, "bounds": bounds, "sizes": dict(sizes)}
    return write("cluster", result)


def told(found: Mapping[str, float]) -> list[str]:
    """Print a table; what does not hold."""
    broken: list[str] = []
    for name, value in found.items():
        bound, way = BOUNDS.get(name, (None, ""))
        holds, mark = True, ""
        if bound is not None:
            holds = value <= bound if way == "most" else value >= bound
            mark = f"{way} {bound:,g}{'' if holds else '  BROKEN'}"
        if not holds:
            broken.append(name)
        print(f"{name:<52} {value:>12,.2f}  {mark}".rstrip())
    return broken
