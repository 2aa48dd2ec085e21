from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from nexmo_async.sandbox.media import FILES, KINDS, address

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

#: File name -> content type, how such a file begins, how it ends.
KNOWN: dict[str, tuple[str, bytes, bytes]] = {
    "picture.png": ("image/png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "picture.jpg": ("image/jpeg", b"\xff\xd8\xff", b"\xff\xd9"),
    "picture.gif": ("image/gif", b"GIF8", b";"),
    "sticker.webp": ("image/webp", b"RIFF", b""),
    "sound.mp3": ("audio/mpeg", b"\xff", b""),
    "film.mp4": ("video/mp4", b"\x00\x00\x00\x20ftyp", b""),
    "paper.pdf": ("application/pdf", b"%PDF-1.4\n", b"%%EOF\n"),
    "card.vcf": ("text/vcard", b"BEGIN:VCARD\r\n", b"END:VCARD\r\n"),
}


def test_these_are_all_files() -> None:
    assert set(FILES) == set(KNOWN)
    assert set(KINDS.values()) <= set(FILES)


@pytest.mark.parametrize("name", list(KNOWN))
async def test_a_file_is_what_its_name_says(box: Sandbox, name: str) -> None:
    kind, begins, ends = KNOWN[name]

    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{box.base_url}/_sandbox/media/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.content.startswith(begins)
    assert answer.content.endswith(ends)


def test_a_paper_says_where_its_parts_are() -> None:
    paper = FILES["paper.pdf"][1]
    start = int(paper.split()[-2])
    first = int(paper[start:].split()[6])

    assert paper[start:].startswith(b"xref")
    assert paper[first:].startswith(b"1 0 obj")


async def test_the_head_of_a_file_tells_its_size(box: Sandbox) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.head(address(box.base_url, "image"))

    assert answer.headers["content-length"] == "69"
    assert answer.content == b""


async def test_an_unknown_file_is_404(box: Sandbox) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{box.base_url}/_sandbox/media/cat.png")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no file cat.png"
