"""What is written one way here and another way there: references and languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nexmo_async.models import Raw, Sms, Step, Template, WhatsApp, Workflow
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.dialect import DIALECTS, reference

if TYPE_CHECKING:
    from nexmo_async.wire.limits import Api

PHONES = {"to": "447700900000", "sender": "447700900001"}


def test_the_preview_has_no_reference() -> None:
    body = DIALECTS["beta"].message(Sms(**PHONES, content="hi"), "order-7")

    assert set(body) == {"to", "from", "message"}


@pytest.mark.parametrize("api", ["v0.1", "v1"])
def test_the_reference_handed_over_is_sent(api: Api) -> None:
    body = DIALECTS[api].message(Sms(**PHONES, content="hi"), "order-7")

    assert body["client_ref"] == "order-7"


@pytest.mark.parametrize("api", ["beta", "v0.1", "v1"])
def test_no_reference_is_sent_where_there_is_none(api: Api) -> None:
    body = DIALECTS[api].message(Sms(**PHONES, content="hi"), None)

    assert "client_ref" not in body


LOCALES: dict[str, tuple[Api, str, str]] = {
    "v0.1 from underscore": ("v0.1", "en_GB", "en-GB"),
    "v0.1 from dash": ("v0.1", "en-GB", "en-GB"),
    "v1 from underscore": ("v1", "en_GB", "en_GB"),
    "v1 from dash": ("v1", "en-GB", "en_GB"),
    "v1 language alone": ("v1", "en", "en"),
}


@pytest.mark.parametrize(("api", "given", "sent"), LOCALES.values(), ids=LOCALES)
def test_a_language_is_written_as_the_generation_does(
    api: Api, given: str, sent: str
) -> None:
    message = WhatsApp(**PHONES, content=Template("a:b"), locale=given)
    body = DIALECTS[api].message(message, None)
    options = body["whatsapp"] if api == "v1" else body["message"]["whatsapp"]

    assert options == {"locale": sent}


def test_a_reference_of_a_step_beats_that_of_the_workflow() -> None:
    """One step can be told from another in the receipts."""
    steps = Workflow(
        Step(Sms(**PHONES, content="a", client_ref="mine")),
        Step(Sms(**PHONES, content="b")),
    )
    body = DIALECTS["v1"].workflow(steps, "ours")

    assert body["client_ref"] == "mine"
    assert body["failover"][0]["client_ref"] == "ours"


def test_encoding_twice_gives_the_same_bytes() -> None:
    message = WhatsApp(**PHONES, content="hi", reply_to="aaa-bbb")
    encode = DIALECTS["v1"].message

    assert dumps(encode(message, "a")) == dumps(encode(message, "a"))


RAW = {"channel": "fax", "client_ref": "theirs"}


@pytest.mark.parametrize("api", ["v0.1", "v1"])
def test_a_raw_body_gets_the_reference_handed_over(api: Api) -> None:
    body = DIALECTS[api].message(Raw({"channel": "fax"}), "order-7")

    assert body == {"channel": "fax", "client_ref": "order-7"}


def test_a_raw_body_keeps_its_own_reference() -> None:
    body = DIALECTS["v1"].message(Raw(RAW), "order-7")

    assert reference(body) == "theirs"


def test_the_reference_of_a_raw_message_beats_that_of_its_body() -> None:
    body = DIALECTS["v1"].message(Raw(RAW, client_ref="mine"), "mine")

    assert reference(body) == "mine"


def test_a_raw_body_of_the_preview_gets_no_reference() -> None:
    body = DIALECTS["beta"].message(Raw({"channel": "fax"}), "order-7")

    assert body == {"channel": "fax"}
