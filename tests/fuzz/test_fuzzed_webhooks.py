"""A small share of what `nox -s fuzz` runs."""

from __future__ import annotations

import pytest
from fuzz_webhooks import run


@pytest.mark.parametrize("seed", range(4))
def test_a_spoilt_webhook_is_an_event_or_a_payload_error(seed: int) -> None:
    events, refused = run(1000, seed)

    assert events > 500
    assert refused > 10
