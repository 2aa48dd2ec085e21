"""The journal's file finds every key, wherever it keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nexmo_async.bulk.journal.entries import ACCEPTED, UNSETTLED, Answer, Intent
from nexmo_async.bulk.journal.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def intents(numbers: Iterable[int]) -> list[Intent]:
    return [Intent(f"key-{n}", f"ref-{n}", n, None, 1.0) for n in numbers]


def opened(path: Path, keeps: int) -> Table:
    table = Table(path, is_full=False, keeps=keeps)
    table.open("spring", {}, 0.0)
    return table


@pytest.mark.parametrize("keeps", [1, 10, 25, 1000])
def test_a_key_is_known_in_memory_in_the_index_and_after_a_restart(
    tmp_path: Path, keeps: int
) -> None:
    table = opened(tmp_path / "a.db", keeps)
    for begin in range(0, 100, 10):
        fresh = table.write(intents(range(begin, begin + 10)), {})
        assert fresh == [None] * 10
    same = table.write(intents(range(100)), {})
    assert all(entry is not None and entry.is_double for entry in same)
    table.close(1.0)

    again = opened(tmp_path / "a.db", keeps)
    found = again.write(intents(range(90, 110)), {})
    again.close(2.0)
    assert [entry and entry.intent.place for entry in found] == [
        *range(90, 100),
        *[None] * 10,
    ]
    assert not any(entry and entry.is_double for entry in found)


@pytest.mark.parametrize("keeps", [1, 1000])
def test_an_answer_finds_its_item_also_in_a_later_run(
    tmp_path: Path, keeps: int
) -> None:
    table = opened(tmp_path / "a.db", keeps)
    table.write(intents(range(10)), {})
    table.write([], {"key-3": Answer("answered", "uuid-3")})
    table.close(1.0)
    again = opened(tmp_path / "a.db", keeps)
    again.write([], {"key-4": Answer("answered", "uuid-4")})
    accepted = [entry.answer.message_uuid for _, entry in again.page(ACCEPTED, -1, 99)]
    left = [entry.intent.place for _, entry in again.page(UNSETTLED, -1, 99)]
    again.close(2.0)

    assert accepted == ["uuid-3", "uuid-4"]
    assert left == [0, 1, 2, 5, 6, 7, 8, 9]


def test_a_batch_may_be_larger_than_a_statement(tmp_path: Path) -> None:
    table = opened(tmp_path / "a.db", 1000)
    table.write(intents(range(5000)), {})
    table.write([], {f"key-{n}": Answer("answered") for n in range(5000)})
    accepted = table.page(ACCEPTED, -1, 9999)
    table.close(1.0)

    assert [entry.intent.place for _, entry in accepted] == list(range(5000))
