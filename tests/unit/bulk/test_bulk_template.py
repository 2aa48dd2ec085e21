from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async import Image, Rcs, Sms, Template, WhatsApp, Workflow
from nexmo_async.bulk.source.template import Draft
from nexmo_async.errors import MessageError

ROW = {"to": "447700900000", "name": "Ana", "First name": "Ana-Lena", "code": 64873}
SAID = {"channel": "sms", "to": "{to}", "sender": "ACME", "content": "Hi {name}"}


def filled(content: object, row: dict[str, Any] | None = None) -> object:
    return Draft(SAID | {"content": content}).fill(ROW if row is None else row)


def text(content: str, row: dict[str, Any] | None = None) -> str:
    made = filled(content, row)
    assert isinstance(made, Sms)
    return made.content.text


def test_a_row_makes_a_message() -> None:
    made = Draft(SAID).fill(ROW)

    assert made == Sms(to="447700900000", sender="ACME", content="Hi Ana")


@pytest.mark.parametrize("value", [64873, 1.5, Decimal("1.50")])
def test_a_number_is_written_as_it_is(value: object) -> None:
    assert text("{code}", {"to": "447700900000", "code": value}) == str(value)


def test_a_column_may_have_a_space_in_its_name() -> None:
    assert text("Hi {First name}") == "Hi Ana-Lena"


def test_doubled_braces_stand_for_braces() -> None:
    assert text("{{{name}}}, {{name}}") == "{Ana}, {name}"


def test_what_a_row_says_is_never_a_template_itself() -> None:
    assert text("{name}", ROW | {"name": "{to}{{"}) == "{to}{{"


@pytest.mark.parametrize(
    "content",
    [
        "{name.__class__}",
        "{name[0]}",
        "{name!r}",
        "{name:>999999999}",
        "{name:{code}}",
        "{}",
        "{ name }",
        "{name",
        "name}",
    ],
)
def test_only_the_name_of_a_column_may_stand_between_braces(content: str) -> None:
    with pytest.raises(MessageError, match="names no column") as caught:
        Draft(SAID | {"content": content})

    assert caught.value.field == "content"


@given(st.text(alphabet="{}ab.[]!:0 "))
def test_a_text_is_refused_or_filled_by_names_alone(content: str) -> None:
    class Everything(dict[str, object]):
        def get(self, key: str, _default: object = None) -> object:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  any name is there
            assert not set(key) & set(".[]!:{}")
            return "447700900000"

    try:
        Draft(SAID | {"content": content}).fill(Everything())
    except MessageError:
        return


def test_any_channel_and_content_can_be_made() -> None:
    picture = {"type": "image", "url": "https://example.com/{code}.png"}
    said = {"channel": "rcs", "to": "{to}", "sender": "ACME", "content": picture}

    url = "https://example.com/64873.png"
    assert Draft(said).fill(ROW) == Rcs(
        to="447700900000", sender="ACME", content=Image(url)
    )


def test_lists_are_filled_as_well() -> None:
    content = {"type": "template", "name": "verify", "parameters": ["{code}", "10"]}
    said = SAID | {"channel": "whatsapp", "sender": "447700900001", "content": content}
    made = Draft(said | {"locale": "en_GB"}).fill(ROW)

    assert isinstance(made, WhatsApp)
    assert made.content == Template("verify", ["64873", "10"])


def test_the_row_may_choose_the_channel() -> None:
    draft = Draft(SAID | {"channel": "{via}"})
    row = ROW | {"via": "rcs"}

    assert draft.fill(row) == Rcs(to="447700900000", sender="ACME", content="Hi Ana")


def test_a_workflow_can_be_made() -> None:
    step = SAID | {"channel": "viber", "sender": "22353", "until": "delivered"}
    draft = Draft({"steps": [step | {"within": 60}, SAID]})
    made = draft.fill(ROW)

    assert isinstance(made, Workflow)
    assert [each.message.to for each in made.steps] == ["447700900000"] * 2
    assert draft.columns == ("to", "name")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(MessageError, match="column 'name' is not in this row"):
        Draft(SAID).fill({"to": "447700900000"})


@pytest.mark.parametrize(
    ("value", "problem"),
    [(None, "is null"), ({"a": 1}, "holds a dict"), ([1], "holds a list")],
)
def test_what_is_no_text_cannot_stand_in_one(value: object, problem: str) -> None:
    with pytest.raises(MessageError, match=problem):
        Draft(SAID).fill(ROW | {"name": value})


def test_the_columns_are_told_in_the_order_of_their_use() -> None:
    draft = Draft(SAID | {"content": "{name} {code} {name}"})

    assert draft.columns == ("to", "name", "code")


@pytest.mark.parametrize(
    ("field", "column"),
    [("to", "to"), ("text", "name"), ("content", "name"), ("sender", ""), ("ttl", "")],
)
def test_a_field_leads_back_to_its_column(field: str, column: str) -> None:
    assert Draft(SAID).column(field) == column


def test_a_field_of_a_step_leads_back_to_its_column() -> None:
    draft = Draft({"steps": [SAID, SAID | {"to": "{other}"}]})

    assert draft.column("steps[1].to") == "other"
    assert draft.column("steps[0].text") == "name"


def test_a_draft_shows_what_it_makes_of_what() -> None:
    assert repr(Draft(SAID)) == "<Draft sms of to, name>"
    assert repr(Draft({"steps": []})) == "<Draft workflow of no column>"


def test_a_draft_survives_a_trip_between_processes() -> None:
    draft = pickle.loads(pickle.dumps(Draft(SAID)))  # noqa: S301  our own

    assert draft.fill(ROW) == Draft(SAID).fill(ROW)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(MessageError, match="subject: is not known"):
        Draft(SAID | {"subject": "Hello"}).fill(ROW)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(MessageError, match="subject: is missing"):
        Draft(SAID | {"channel": "email"}).fill(ROW)
