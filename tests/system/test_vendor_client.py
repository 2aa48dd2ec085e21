"""The vendor's own client, ours, and those without a library, over real sockets."""

from __future__ import annotations

import asyncio
import inspect
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from vendor_page import APIS, Results, collect, first_of_each_channel, page, written
from vendor_slips import SLIPS, Slip
from vendor_table import ROWS, Row
from vonage_messages import models

from nexmo_async.errors import MessageError
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

PAGE = Path(__file__).parents[2] / "docs/clients.md"
SAMPLES = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "samples/v1").glob("send-*.json"))
    if path.stem != "send-raw"  # of a channel that there is not yet
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Everything was sent once; each test looks at one answer."""
    return asyncio.run(collect(tmp_path_factory.mktemp("tls")))


def named(row: Row | Slip) -> str:
    return row.name


def test_every_model_of_the_vendor_is_in_the_table() -> None:
    there = {
        name
        for name, each in inspect.getmembers(models, inspect.isclass)
        if issubclass(each, models.BaseMessage) and "message_type" in each.model_fields
    }

    assert {type(row.vendor).__name__ for row in ROWS} == there


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_vendor_reads_the_answer_to(row: Row, results: Results) -> None:
    assert len(results.basic[row.name]) == 36


@pytest.mark.parametrize("row", first_of_each_channel(), ids=named)
def test_the_vendor_reads_the_answer_with_a_token_to(
    row: Row, results: Results
) -> None:
    assert len(results.token[row.name]) == 36


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_ours_is_accepted_on_v1(row: Row, results: Results) -> None:
    assert results.ours["v1", row.name] == ""


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_ours_says_the_same_as_the_vendor(row: Row) -> None:
    """But for what each adds of its own: we a reference, both what is usual anyway."""
    ours = json.loads(json.dumps(DIALECTS["v1"].message(row.ours, "")))
    theirs = written(row.vendor)

    assert _told(ours) == _told(theirs)


def _told(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "client_ref"}


@pytest.mark.parametrize("slip", SLIPS, ids=named)
def test_the_sandbox_refuses_what_the_vendor_lets_through(
    slip: Slip, results: Results
) -> None:
    assert results.slips[slip.name] == (422, slip.refused)


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.ours], ids=named)
def test_ours_never_sends(slip: Slip) -> None:
    assert slip.ours is not None
    with pytest.raises(MessageError):
        DIALECTS["v1"].message(slip.ours(), "")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401", "AuthenticationError"),
        ("404", "NotFoundError"),
        ("429", "RateLimitedError"),
        ("500", "ServerError"),
    ],
)
def test_the_vendor_understands_the_problem(
    status: str, error: str, results: Results
) -> None:
    assert results.failures[status] == error


def test_both_can_do_what_is_not_a_message(results: Results) -> None:
    assert set(map(tuple, results.updates.values())) == {("yes", "yes")}


@pytest.mark.parametrize("api", APIS)
def test_each_generation_carries_a_part(api: str, results: Results) -> None:
    carried = [row for row in ROWS if results.ours[api, row.name] == ""]  # type: ignore[index]

    assert len(carried) == {"v1": 37, "v0.1": 16, "beta": 10}[api]


def test_the_page_about_clients_is_current(results: Results) -> None:
    """`nox -s clients` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page(results)


async def test_who_writes_the_json_by_hand_is_answered(box: Sandbox) -> None:
    auth = (box.api_key, box.api_secret)
    async with httpx.AsyncClient(base_url=box.base_url, auth=auth) as client:
        answers = {
            name: (await client.post("/v1/messages", json=body)).status_code
            for name, body in SAMPLES.items()
        }

    assert answers == dict.fromkeys(SAMPLES, 202)


async def test_curl_is_answered(box: Sandbox) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl")
    body = json.dumps(written(ROWS[0].vendor))
    program = await asyncio.create_subprocess_exec(
        *(curl, "--silent", "--noproxy", "*", "--user"),
        *(f"{box.api_key}:{box.api_secret}", "--json", body),
        f"{box.base_url}/v1/messages",
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await program.communicate()

    assert json.loads(said)["message_uuid"] == box.messages()[0].message_uuid
