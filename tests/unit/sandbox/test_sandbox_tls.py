from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from nexmo_async.sandbox import Sandbox, tls

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("trustme")


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return tls.certificate(tmp_path)


async def test_who_trusts_the_authority_is_served_by_https(
    keys: tuple[bytes, str], tmp_path: Path, pem: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    async with (
        Sandbox(public_key=keys[0], certificate=pem) as box,
        httpx.AsyncClient(verify=trust) as client,
    ):
        url = box.base_url
        answer = await client.get(f"{url}/_sandbox/readyz")

    assert url.startswith("https://127.0.0.1:")
    assert answer.text == "ok"


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    pem = tls.certificate(tmp_path / "new")
    first = pem.read_bytes()

    assert tls.certificate(tmp_path / "new").read_bytes() == first


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    assert tls.certificate(tmp_path).stat().st_mode & 0o077 == 0
