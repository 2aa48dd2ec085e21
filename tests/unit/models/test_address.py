from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import MessageError
from nexmo_async.models.address import identity, number, number_or_name, text

SAME_NUMBER = {
    "bare": "447700900000",
    "plus": "+447700900000",
    "double nought": "00447700900000",
    "plus and noughts": "+00447700900000",
    "spaces": "44 7700 900 000",
    "dashes": "44-7700-900-000",
    "plus and spaces": "+44 7700 900000",
    "space before the plus": " +447700900000",
    "spaced noughts": "00 44 7700 900000",
    "no-break space": "44\u00a07700\u00a0900000",
    "no-break hyphen": "44\u20117700\u2011900000",
    "line end": "447700900000\n",
}


@pytest.mark.parametrize("written", SAME_NUMBER.values(), ids=SAME_NUMBER)
def test_a_number_is_brought_to_bare_digits(written: str) -> None:
    assert number(written, "to") == "447700900000"


BAD_NUMBERS = {
    "empty": ("", "is empty"),
    "only a plus": ("+", "is empty"),
    "only noughts": ("00", "is empty"),
    "only decoration": (" - ", "is empty"),
    "national": ("07700900000", "begins with 0, start with the country code"),
    "three noughts": ("000447700900000", "begins with 0"),
    "a nought after the plus": ("+07700900000", "begins with 0"),
    "a letter": ("4477O0900000", "has 'O' as digit 5"),
    "brackets": ("+44(0)7700900000", r"has '\(' as digit 3"),
    "a plus in the middle": ("44+7700900000", r"has '\+' as digit 3"),
    "two pluses": ("++447700900000", r"has '\+' as digit 1"),
    "a dot": ("44.7700.900000", "has '.' as digit 3"),
    "arabic digits": ("٤٤٧٧٠٠٩٠٠٠٠٠", "has '٤' as digit 1"),
    "one fullwidth digit": ("44770090000\uff10", "has '\uff10' as digit 12"),
    "a superscript": ("44770090000²", "has '²' as digit 12"),
    "six digits": ("447700", "has 6 digits, allowed are 7 to 15"),
    "sixteen digits": ("4477009000001234", "has 16 digits, allowed are 7 to 15"),
}


@pytest.mark.parametrize(("written", "problem"), BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_a_bad_number_is_refused(written: str, problem: str) -> None:
    with pytest.raises(MessageError, match=f"^to: {problem}"):
        number(written, "to")


@pytest.mark.parametrize("written", ["4477009", "447700900000123"])
def test_a_number_has_seven_to_fifteen_digits(written: str) -> None:
    assert number(written, "to") == written


@pytest.mark.parametrize("value", [447700900000, None, b"447700900000", ["44"]])
def test_a_number_that_is_no_text_is_refused(value: object) -> None:
    """An int has already lost its leading plus, and perhaps more."""
    with pytest.raises(MessageError, match=r"^to: is .*, write it as text"):
        number(value, "to")


@given(st.text())
def test_any_text_is_either_a_number_or_a_message_error(written: str) -> None:
    try:
        bare = number(written, "to")
    except MessageError:
        return

    assert bare.isascii()
    assert bare.isdigit()
    assert bare[0] != "0"
    assert 7 <= len(bare) <= 15


@given(st.text(alphabet="+0123456789 -()", max_size=20))
def test_a_number_once_brought_to_digits_stays(written: str) -> None:
    try:
        bare = number(written, "to")
    except MessageError:
        return

    assert number(bare, "to") == bare


SENDERS = {
    "short code": ("123", "123"),
    "number": ("447700900001", "447700900001"),
    "decorated number": ("+44 7700 900001", "447700900001"),
    "one letter": ("A", "A"),
    "eleven characters": ("ACME London", "ACME London"),
    "digits and a letter": ("24h Taxi", "24h Taxi"),
    "signs": ("A&B_C.D-E+F", "A&B_C.D-E+F"),
    "spaces around": ("  ACME ", "ACME"),
}


@pytest.mark.parametrize(("written", "kept"), SENDERS.values(), ids=SENDERS)
def test_a_sender_is_a_number_or_a_name(written: str, kept: str) -> None:
    assert number_or_name(written, "sender") == kept


BAD_SENDERS = {
    "empty": ("", "is empty"),
    "two digits": ("12", "has 2 digits, allowed are 3 to 15"),
    "sixteen digits": ("1234567890123456", "has 16 digits"),
    "national number": ("0800123456", "begins with 0"),
    "twelve characters": ("ACME Londons", "as a name has 1 to 11 letters"),
    "an accent": ("Café", "as a name has 1 to 11 letters"),
    "another alphabet": ("Привет", "as a name has 1 to 11 letters"),
    "a sign no phone shows": ("ACME!", "as a name has 1 to 11 letters"),
    "a tab": ("AC\tME", "as a name has 1 to 11 letters"),
}


@pytest.mark.parametrize(("written", "problem"), BAD_SENDERS.values(), ids=BAD_SENDERS)
def test_a_bad_sender_is_refused(written: str, problem: str) -> None:
    with pytest.raises(MessageError, match=f"^sender: {problem}"):
        number_or_name(written, "sender")


@given(st.text())
def test_any_text_is_either_a_sender_or_a_message_error(written: str) -> None:
    try:
        kept = number_or_name(written, "sender")
    except MessageError:
        return

    assert kept.isascii()
    assert 1 <= len(kept) <= 15


@pytest.mark.parametrize("written", ["1", "a" * 50])
def test_an_id_has_one_to_fifty_characters(written: str) -> None:
    assert identity(written, "to") == written


def test_an_id_loses_the_spaces_around_it() -> None:
    assert identity(" 0123456789012345\n", "to") == "0123456789012345"


BAD_IDS = {
    "empty": ("", "has 0 characters, allowed are 1 to 50"),
    "only spaces": ("   ", "has 0 characters, allowed are 1 to 50"),
    "fifty-one": ("a" * 51, "has 51 characters, allowed are 1 to 50"),
    "half a character": ("page\ud83d", "has half a character at position 4"),
    "a number": (123, "is int, write it as text"),
}


@pytest.mark.parametrize(("written", "problem"), BAD_IDS.values(), ids=BAD_IDS)
def test_a_bad_id_is_refused(written: str, problem: str) -> None:
    with pytest.raises(MessageError, match=f"^to: {problem}"):
        identity(written, "to")


@pytest.mark.parametrize("value", ["", "hi", "Grüße", "你好", "🎉"])
def test_text_is_kept_as_it_is(value: str) -> None:
    assert text(value, "text") == value


def test_half_a_character_is_refused_with_its_place() -> None:
    """A lone surrogate cannot be written down in UTF-8, so it cannot be sent."""
    with pytest.raises(
        MessageError, match=r"^text: has half a character at position 2"
    ):
        text("hi\ud83d", "text")
