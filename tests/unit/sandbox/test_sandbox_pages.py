from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nexmo_async.sandbox import pages

if TYPE_CHECKING:
    import httpx

PARTS = sorted(pages.FILES)


async def test_the_page_is_at_the_root(api: httpx.AsyncClient) -> None:
    answer = await api.get("/")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Sandbox</title>" in answer.text


@pytest.mark.parametrize("name", PARTS)
async def test_each_part_has_its_own_type(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.get(f"/page/{name}")

    kind = {
        "css": "text/css; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    }[name.rpartition(".")[2]]
    assert answer.headers["content-type"] == kind


async def test_a_part_that_is_not_there_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get("/page/other.js")).status_code == 404


async def test_the_browser_may_load_from_the_sandbox_only(
    api: httpx.AsyncClient,
) -> None:
    policy = (await api.get("/")).headers["content-security-policy"]

    assert policy.startswith("default-src 'self';")


async def test_what_the_browser_has_is_not_sent_again(api: httpx.AsyncClient) -> None:
    first = await api.get("/page/main.js")

    again = await api.get(
        "/page/main.js", headers={"If-None-Match": first.headers["etag"]}
    )

    assert (again.status_code, again.content) == (304, b"")


async def test_the_browser_asks_each_time(api: httpx.AsyncClient) -> None:
    assert (await api.get("/")).headers["cache-control"] == "no-cache"


async def test_the_page_knows_every_address(api: httpx.AsyncClient) -> None:
    doors = (await api.get("/page/doors.json")).json()["doors"]

    assert {"GET /_sandbox/messages", "POST /_sandbox/reset"} <= set(doors)


@pytest.mark.parametrize("name", PARTS)
def test_no_part_comes_from_elsewhere(name: str) -> None:
    text = pages.FILES[name].content.decode()

    loaded = re.findall(r'(?:src|href|from|import)\s*[=(]?\s*["\']https?:', text)
    assert loaded == []


@pytest.mark.parametrize("name", PARTS)
def test_no_part_makes_html_of_data(name: str) -> None:
    text = pages.FILES[name].content.decode()

    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(", text) == []


@pytest.mark.parametrize("name", PARTS)
def test_a_part_has_at_most_400_lines(name: str) -> None:
    assert len(pages.FILES[name].content.decode().splitlines()) <= 400
