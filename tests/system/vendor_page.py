"""What each client sends to the sandbox over https, and what it is answered.

`python tests/system/vendor_page.py docs/clients.md` writes the table anew.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import attrs
from vendor_parts import AGENT_THERE, FROM, TO
from vendor_slips import SLIPS
from vendor_table import ROWS, Row
from vonage import Auth, HttpClientOptions, Vonage
from vonage_http_client.errors import HttpRequestError
from vonage_messages.models import RcsText, ReplyingIndicatorText

from nexmo_async import Jwt, Nexmo
from nexmo_async.errors import MessageError
from nexmo_async.models import Rcs
from nexmo_async.sandbox import Sandbox, tls
from nexmo_async.transport.httpx import HttpxTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from vonage_messages.models import BaseMessage

    from nexmo_async.wire.limits import Api

APIS: Final[tuple[Api, ...]] = ("v1", "v0.1", "beta")

#: People whose messages the sandbox answers with a failure, and with which.
FAILING: Final = {"447700900429": "429", "447700900500": "500"}

HEAD: Final = """\
# What each client sends, and what the sandbox says

The vendor's own Python client (`vonage`) sends every message it has a model for, over
https, and this package sends the same on every generation of the API. A mark means 202,
with an answer that the client can read. The page is written by the tests:
`nox -s clients` writes it anew, and a test fails if it is not current.

| `vonage` | JSON | sandbox | here | v1 | v0.1 | beta |
|---|---|---|---|---|---|---|
"""

SLIPPED: Final = """
## What `vonage` lets through

Its models accept these, the service's specification does not: the sandbox answers 422
and names the field. Here a `MessageError` says so before anything is sent.

| `vonage` | what is wrong | the sandbox's answer | here |
|---|---|---|---|
"""

UPDATES: Final = """
## Besides messages

| what | `vonage` | here |
|---|---|---|
"""


@attrs.frozen
class Results:
    """What was answered.

    Attributes:
        basic: Name of a row -> what the vendor's client made of the answer; Basic.
        token: The same with a token, for one message of each channel.
        slips: Name of a slip -> the status and what is said against it.
        ours: Generation and name of a row -> empty, or why our client refuses it.
        updates: What else was asked for -> what each client made of it.
        failures: Status -> the name of the vendor's error.
    """

    basic: dict[str, str] = attrs.field(factory=dict)
    token: dict[str, str] = attrs.field(factory=dict)
    slips: dict[str, tuple[int, str]] = attrs.field(factory=dict)
    ours: dict[tuple[Api, str], str] = attrs.field(factory=dict)
    updates: dict[str, list[str]] = attrs.field(factory=dict)
    failures: dict[str, str] = attrs.field(factory=dict)


def first_of_each_channel() -> list[Row]:
    """One message for each channel."""
    return list(
        {written(row.vendor)["channel"]: row for row in reversed(ROWS)}.values()
    )


def written(message: BaseMessage) -> dict[str, Any]:
    """The JSON that the vendor's client makes of a message."""
    made: dict[str, Any] = message.model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    return made


async def collect(folder: Path) -> Results:
    """Let both clients send everything."""
    certificate = tls.certificate(folder)
    results = Results()
    chaos = [f"{status} to {number}" for number, status in FAILING.items()]
    async with Sandbox(certificate=certificate, chaos=chaos) as box:
        letters = [
            await box.inbound(channel="whatsapp", sender=TO, to=FROM, text="Hi")
            for _ in range(2)
        ]
        with patch.dict(os.environ, REQUESTS_CA_BUNDLE=str(folder / tls.AUTHORITY)):
            known, trusted = _vendor(box, token=False), _vendor(box, token=True)
            await asyncio.to_thread(_send, known, results)
            await asyncio.to_thread(_send_with_token, trusted, results, letters)
        for client in (known, trusted):
            client.http_client._session.close()  # noqa: SLF001  it never does
        context = ssl.create_default_context(cafile=str(folder / tls.AUTHORITY))
        for api in APIS:
            wire = HttpxTransport(box.base_url, ssl_context=context)
            auth = Jwt(box.application_id, box.private_key or "")
            async with Nexmo(
                auth, api=api, base_url=box.base_url, transport=wire
            ) as nexmo:
                await _send_ours(nexmo, api, results)
                if api == "v1":
                    await _update_ours(nexmo, results, letters)
            await wire.aclose()
    return results


def _vendor(box: Sandbox, *, token: bool) -> Vonage:
    """It insists on https, and asks the environment for authorities to trust."""
    by_token = {"application_id": box.application_id, "private_key": box.private_key}
    by_secret = {"api_key": box.api_key, "api_secret": box.api_secret}
    options = HttpClientOptions(api_host=box.base_url.removeprefix("https://"))
    return Vonage(Auth(**(by_token if token else by_secret)), options)


def _send(client: Vonage, results: Results) -> None:
    for row in ROWS:
        results.basic[row.name] = client.messages.send(row.vendor).message_uuid
    for slip in SLIPS:
        try:
            client.messages.send(slip.vendor)
        except HttpRequestError as error:
            told = error.response.json()["detail"]
            results.slips[slip.name] = error.response.status_code, told
    for number, status in FAILING.items():
        message = ROWS[0].vendor.model_copy(update={"to": number})
        results.failures[status] = _error(lambda m=message: client.messages.send(m))
    wrong = Auth(api_key=client.http_client.auth.api_key, api_secret="wrong")
    client.http_client._auth = wrong  # noqa: SLF001  the quickest way to be a stranger
    stranger = _error(lambda: client.messages.send(ROWS[0].vendor))
    results.failures["401"] = stranger


def _send_with_token(client: Vonage, results: Results, letters: list[str]) -> None:
    send = client.messages.send
    for row in first_of_each_channel():
        results.token[row.name] = send(row.vendor).message_uuid
    chain = send(ROWS[0].vendor, failover=[ROWS[0].vendor, ROWS[0].vendor])
    results.updates["failover of three"] = ["yes" if chain.workflow_id else "no"]
    rcs = send(RcsText(**AGENT_THERE, text="Hi")).message_uuid
    messages = client.messages
    writing = ReplyingIndicatorText(show=True)
    for what, call in {
        READ: lambda: messages.mark_whatsapp_message_read(letters[0]),
        WRITING: lambda: messages.mark_whatsapp_message_read(letters[1], writing),
        REVOKED: lambda: messages.revoke_rcs_message(rcs),
    }.items():
        results.updates[what] = [_error(call) or "yes"]
    unknown = letters[0][:-4] + "0000"
    results.failures["404"] = _error(lambda: messages.revoke_rcs_message(unknown))


READ: Final = "a WhatsApp message was read"
WRITING: Final = "the same, and a reply is being written"
REVOKED: Final = "an RCS message is taken back"


def _error(call: Callable[[], object]) -> str:
    try:
        call()
    except HttpRequestError as error:
        return type(error).__name__
    return ""


async def _send_ours(nexmo: Nexmo, api: Api, results: Results) -> None:
    for row in ROWS:
        try:
            await nexmo.messages.send(row.ours)
        except MessageError as error:
            named = "" if error.field in {"channel", "content"} else f"{error.field} "
            results.ours[api, row.name] = named + error.problem
        else:
            results.ours[api, row.name] = ""


async def _update_ours(nexmo: Nexmo, results: Results, letters: list[str]) -> None:
    await nexmo.messages.mark_read(letters[0], region="eu")
    results.updates[READ].append("yes")
    await nexmo.messages.mark_read(letters[1], region="eu", replying=True)
    results.updates[WRITING].append("yes")
    sent = await nexmo.messages.send(Rcs(to=TO, sender="ACME", content="Hi"))
    await nexmo.messages.revoke(sent.message_uuid, region="eu")
    results.updates[REVOKED].append("yes")
    results.updates["failover of three"].append("yes")


def page(results: Results) -> str:
    """The whole page."""
    return "".join([HEAD, *_rows(results), SLIPPED, *_slips(results), UPDATES]) + (
        "".join(
            f"| {what} | {' | '.join(answers)} |\n"
            for what, answers in results.updates.items()
        )
    )


def _rows(results: Results) -> list[str]:
    lines: list[str] = []
    for row in ROWS:
        body = written(row.vendor)
        ours = f"{type(row.ours).__name__}({type(row.ours.content).__name__})"
        cells = [
            row.name,
            f"{body['channel']} {body['message_type']}",
            "✓" if results.basic.get(row.name) else "no",
            f"`{ours}`",
            *(results.ours[api, row.name] or "✓" for api in APIS),
        ]
        lines.append(f"| {' | '.join(cells)} |\n")
    return lines


def _slips(results: Results) -> list[str]:
    return [
        f"| {type(slip.vendor).__name__} | {slip.about} |"
        f" {results.slips[slip.name][1]} |"
        f" {'not sent' if slip.ours else 'as there'} |\n"
        for slip in SLIPS
    ]


def main() -> None:
    """Write the page to the file that the first argument names."""
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(collect(Path(folder)))
    Path(sys.argv[1]).write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
