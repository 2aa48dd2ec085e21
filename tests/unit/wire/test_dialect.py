from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.wire.dialect import DIALECTS, decode_answer

if TYPE_CHECKING:
    from nexmo_async.wire.limits import Api

PATHS: dict[Api, tuple[str, str]] = {
    "beta": ("/beta/messages", "/beta/workflows"),
    "v0.1": ("/v0.1/messages", "/v0.1/dispatch"),
    "v1": ("/v1/messages", "/v1/messages"),
}


@pytest.mark.parametrize(("api", "paths"), PATHS.items(), ids=PATHS)
def test_each_generation_has_its_paths(api: Api, paths: tuple[str, str]) -> None:
    dialect = DIALECTS[api]

    assert (dialect.messages, dialect.workflows) == paths


@pytest.mark.parametrize("api", PATHS)
def test_no_path_ends_in_a_slash(api: Api) -> None:
    """The gateway no longer takes one for the other."""
    assert not DIALECTS[api].messages.endswith("/")
    assert not DIALECTS[api].workflows.endswith("/")


IDS: dict[Api, str] = {
    "beta": "workflow_uuid",
    "v0.1": "dispatch_uuid",
    "v1": "workflow_id",
}


@pytest.mark.parametrize(("api", "key"), IDS.items(), ids=IDS)
def test_each_generation_has_its_word_for_a_workflow(api: Api, key: str) -> None:
    assert DIALECTS[api].workflow_id == key


REFERENCED: dict[Api, bool] = {"beta": False, "v0.1": True, "v1": True}


@pytest.mark.parametrize(("api", "has"), REFERENCED.items(), ids=REFERENCED)
def test_only_the_preview_returns_no_reference(api: Api, *, has: bool) -> None:
    assert DIALECTS[api].has_client_ref is has


@pytest.mark.parametrize("api", PATHS)
def test_a_generation_is_filed_under_its_own_name(api: Api) -> None:
    assert DIALECTS[api].api == api


def test_a_dialect_is_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        DIALECTS["v1"].messages = "/"


ANSWERS = {
    "an id": (b'{"message_uuid": "m"}', "m"),
    "an id among others": (b'{"workflow_id": "w", "message_uuid": "m"}', "m"),
    "another word": (b'{"dispatch_uuid": "w"}', ""),
    "null": (b'{"message_uuid": null}', ""),
    "no object": (b'["m"]', ""),
    "an empty object": (b"{}", ""),
    "html": (b"<html></html>", ""),
    "nothing": (b"", ""),
    "no utf-8": (b"\xff", ""),
}


@pytest.mark.parametrize(("body", "found"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_names_an_id_or_nothing(body: bytes, found: str) -> None:
    """The message was accepted whatever the answer looks like: nothing is raised."""
    assert decode_answer(body, "message_uuid") == found
