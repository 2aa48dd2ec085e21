from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from nexmo_async.models.codes import CODES, Failure, Kind, failure
from nexmo_async.models.receipt import Receipt

#: One or two of each kind, as Nexmo's own table describes them.
KINDS: dict[int, Kind] = {
    1000: "temporary",
    1360: "temporary",
    1022: "content",
    1340: "content",
    1070: "account",
    1476: "account",
    1300: "permanent",
    1240: "suppress",
    2003: "suppress",
    1330: "unclear",
    1490: "unclear",
}


@pytest.mark.parametrize(("code", "kind"), KINDS.items())
def test_a_code_has_a_kind(code: int, kind: Kind) -> None:
    assert failure(code).kind == kind


def test_a_message_that_was_sent_before_is_never_sent_again() -> None:
    """Another channel would reach the person twice."""
    assert failure(1320).kind == "unclear"


@pytest.mark.parametrize("code", [None, 0, 9999, 131_062])
def test_a_code_of_the_future_is_unclear(code: int | None) -> None:
    assert failure(code) == Failure(code, "", "unclear")


def test_every_code_has_a_meaning() -> None:
    assert [code for code, known in CODES.items() if not known.meaning] == []


def test_every_code_knows_itself() -> None:
    assert all(known.code == code for code, known in CODES.items())


def test_the_table_has_every_code_that_nexmo_lists() -> None:
    counted = Counter(known.kind for known in CODES.values())

    assert set(counted) == set(get_args(Kind))
    assert sum(counted.values()) == 73


@pytest.mark.parametrize("status", ["rejected", "undeliverable"])
def test_a_failure_without_a_code_is_unclear(status: str) -> None:
    receipt = Receipt(
        message_uuid="m", status=status, at=None, channel="sms", to="1", sender="2"
    )

    assert receipt.failure == Failure(None, "", "unclear")
