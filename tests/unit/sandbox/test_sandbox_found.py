from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    import httpx

SAID: Final = {
    "channel": "whatsapp",
    "from": "447700900000",
    "to": "447700900001",
    "text": "STOP",
}


@pytest.mark.parametrize(
    ("file", "about"),
    [
        ({"url": "https://a.b/c/cat.png", "caption": "A cat"}, "A cat"),
        ({"url": "https://a.b/c/cat.png"}, "cat.png"),
        ({"url": "https://a.b/"}, "a.b"),
    ],
)
async def test_one_file_is_told_from_another(
    api: httpx.AsyncClient, file: dict[str, str], about: str
) -> None:
    picture = {"channel": "whatsapp", "message_type": "image", "image": file}
    people = {"to": "447700900000", "from": "447700900001"}
    await api.post("/v1/messages", json={**people, **picture})

    (message,) = (await api.get("/_sandbox/messages")).json()["messages"]

    assert message["about"] == about


async def test_a_file_of_the_older_apis_is_told_as_well(api: httpx.AsyncClient) -> None:
    content = {"type": "image", "image": {"url": "https://a.b/cat.png"}}
    parties = {
        "to": {"type": "messenger", "id": "1234567890123456"},
        "from": {"type": "messenger", "id": "1234567890"},
    }
    await api.post("/v0.1/messages", json={**parties, "message": {"content": content}})

    (message,) = (await api.get("/_sandbox/messages")).json()["messages"]

    assert message["about"] == "cat.png"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["hello", "STOP"]),
        ("stop", ["STOP"]),
        ("text:hell", ["hello"]),
        ("from:900009", ["STOP"]),
        ("channel:sms", ["STOP"]),
        ("type:text api:v1", ["hello", "STOP"]),
        ("status:received", ["hello", "STOP"]),
        ("-stop", ["hello"]),
        ("code:1300", []),
        ("workflow:x", []),
        ("client_ref:x", []),
    ],
)
async def test_what_people_wrote_is_found_like_messages(
    api: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    other = {"channel": "sms", "from": "447700900009", "text": "STOP"}
    for said in ({**SAID, "text": "hello"}, {**SAID, **other}):
        await api.post("/_sandbox/inbound", json=said)

    answer = (await api.get("/_sandbox/inbound", params={"q": query})).json()

    assert [said["content"] for said in answer["messages"]] == found
    assert answer["total"] == len(found)
