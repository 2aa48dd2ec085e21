from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.bulk.preflight.phonebook import phone_book
from nexmo_async.bulk.preflight.phones import Facts, Nobody

if TYPE_CHECKING:
    from nexmo_async.bulk.preflight.phones import PhoneBook

phonenumbers: Any = pytest.importorskip("phonenumbers")


@pytest.fixture(scope="module")
def book() -> PhoneBook:
    return phone_book()


@pytest.mark.parametrize(
    ("number", "country", "valid"),
    [
        ("442079460123", "GB", True),
        ("447700900000", "GB", False),  # kept for films
        ("14155550123", "US", True),
        ("16135550123", "CA", True),
        ("390612345678", "IT", True),
        ("4915123456789", "DE", True),
        ("77012345678", "KZ", True),
        ("80012345678", "", True),
        ("9991234567", "", False),
        ("4", "", False),
        ("daisy@example.com", "", False),
    ],
)
def test_the_country_of_a_number_is_known(
    book: PhoneBook, number: str, country: str, *, valid: bool
) -> None:
    assert book.look_up(number) == Facts(country, valid)


@given(number=st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_is_taken_apart_as_the_library_does(number: str) -> None:
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.format_number(parsed, 0) != f"+{number}":
        return  # it forgives the zero that is dialled at home, as in +31 (0)10

    expected = phonenumbers.is_valid_number(parsed)
    assert phone_book().look_up(number).valid is expected


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("442079460123", ("Europe/London",)),
        ("14155550123", ("America/Los_Angeles",)),
        ("9991234567", ()),
        ("nobody", ()),
    ],
)
def test_the_zone_of_a_number_is_known(
    book: PhoneBook, number: str, zones: tuple[str, ...]
) -> None:
    assert book.zones(number) == zones


def test_without_the_library_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(
        sys.modules, "nexmo_async.bulk.preflight.numbering", raising=False
    )
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    book = phone_book()

    assert isinstance(book, Nobody)
    assert book.look_up("442079460123") == Facts("", None)
    assert book.zones("442079460123") == ()
