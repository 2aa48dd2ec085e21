"""Measures for Prometheus (extra `prometheus`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

try:
    from prometheus_client import REGISTRY, Counter, Histogram
except ModuleNotFoundError as _missing:
    _missing.add_note('Install it: pip install "nexmo-async[prometheus]"')
    raise

from nexmo_async.observe.metrics import BUCKETS, METRICS, Metric, measures

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from nexmo_async.observe.events import Event

    _Made = dict[Metric, Counter | Histogram]

#: What each registry has of ours already: it takes each name once.
_MADE: Final[WeakKeyDictionary[CollectorRegistry, _Made]] = WeakKeyDictionary()


class Prometheus:
    """Observer: `Nexmo(..., observers=[Prometheus()])`. Serve them as you like.

    Those for the same registry count together: one for each client will do as well.

    Args:
        registry: Where its metrics are found, instead of in the default one.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        where = REGISTRY if registry is None else registry
        if where not in _MADE:
            _MADE[where] = {metric: _made(metric, where) for metric in METRICS}
        self._metrics = _MADE[where]

    def __call__(self, event: Event) -> None:
        """Count, and measure, what an event tells."""
        for metric, value, labels in measures(event):
            found = self._metrics[metric].labels(*labels)
            if isinstance(found, Counter):
                found.inc(value)
            else:
                found.observe(value)


def _made(metric: Metric, registry: CollectorRegistry) -> Counter | Histogram:
    if metric.kind == "counter":
        return Counter(metric.name, metric.help, metric.labels, registry=registry)
    return Histogram(
        metric.name, metric.help, metric.labels, registry=registry, buckets=BUCKETS
    )
