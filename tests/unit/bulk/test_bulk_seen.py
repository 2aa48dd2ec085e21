from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.bulk.journal.seen import Seen


@given(st.lists(st.text(), unique=True))
def test_no_key_is_ever_forgotten(keys: list[str]) -> None:
    seen = Seen()
    for key in keys:
        seen.add(key)

    assert all(key in seen for key in keys)


def test_few_new_keys_are_taken_for_old_ones() -> None:
    seen = Seen()
    for number in range(100_000):
        seen.add(f"key-{number}")

    assert sum(f"new-{number}" in seen for number in range(100_000)) < 100
