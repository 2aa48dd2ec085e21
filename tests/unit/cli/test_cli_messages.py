from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from nexmo_async.cli.main import app
from nexmo_async.wire.limits import CARRIES


def rows() -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["messages", "--list", "--json"])
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_table_shows_each_channel() -> None:
    result = CliRunner().invoke(app, ["messages", "--list"])

    assert result.exit_code == 0
    for name in ("Sms", "Mms", "Rcs", "WhatsApp", "Messenger", "Viber", "Email"):
        assert name in result.stdout


def test_v1_has_36_pairs_of_channel_and_message_type() -> None:
    listed = [row for row in rows() if "v1" in row["api"]]
    pairs = {(row["channel"], row["message_type"]) for row in listed}

    assert len(pairs) == 36


@pytest.mark.parametrize("api", CARRIES)
def test_the_list_is_that_of_the_encoder(api: str) -> None:
    listed = [row for row in rows() if api in row["api"]]
    carried = sum(len(contents) for contents in CARRIES[api].values())

    assert len(listed) == carried


def test_a_row_says_who_carries_what_and_since_when() -> None:
    of_mms = [row for row in rows() if row["class"] == "Mms"]
    [row] = [row for row in of_mms if row["content"] == "Image"]

    assert row == {
        "class": "Mms",
        "channel": "mms",
        "content": "Image",
        "message_type": "image",
        "api": ["v0.1", "v1"],
    }
