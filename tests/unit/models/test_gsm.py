"""How many parts a text makes, letter by letter of 3GPP TS 23.038."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.models import Sms
from nexmo_async.models.gsm import BASIC, EXTENSION, Encoding, encoding_of, segments

#: The whole alphabet by its codes: 0x00 to 0x7F, and the escape at 0x1B.
ROWS = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
LETTERS = [letter for row in ROWS for letter in row if letter != "\x1b"]
ESCAPED = ["\f", "^", "{", "}", "\\", "[", "~", "]", "|", "€"]


def sms(text: str, **options: str) -> Sms:
    return Sms(to="447700900000", sender="ACME", content=text, **options)


def test_the_table_is_the_whole_alphabet() -> None:
    assert {len(row) for row in ROWS} == {16}
    assert sorted(BASIC) == sorted(LETTERS)
    assert sorted(EXTENSION) == sorted(ESCAPED)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_of_the_alphabet_takes_one_place(letter: str) -> None:
    assert sms(letter * 160).segments == 1
    assert sms(letter * 161).segments == 2
    assert sms(letter).encoding == "text"


@pytest.mark.parametrize("letter", ESCAPED)
def test_a_letter_of_the_extension_takes_two(letter: str) -> None:
    assert sms(letter * 80).segments == 1
    assert sms(letter * 81).segments == 2
    assert sms(letter).encoding == "text"


@pytest.mark.parametrize("letter", ["ç", "á", "ё", "你", "`", "\t", "\x1b", "🎉"])
def test_any_other_letter_makes_it_unicode(letter: str) -> None:
    assert sms(f"Hello {letter}").encoding == "unicode"


PARTS: dict[str, tuple[str, int]] = {
    "160 letters": ("a" * 160, 1),
    "161 letters": ("a" * 161, 2),
    "306 letters": ("a" * 306, 2),
    "307 letters": ("a" * 307, 3),
    "159 letters and one of two places": ("a" * 159 + "€", 2),
    "an escape is not split from its letter": ("a" * 152 + "€" + "a" * 151, 2),
    "an escape that moves on": ("a" * 152 + "€" + "a" * 152, 3),
    "70 letters of unicode": ("你" * 70, 1),
    "71 letters of unicode": ("你" * 71, 2),
    "134 letters of unicode": ("你" * 134, 2),
    "135 letters of unicode": ("你" * 135, 3),
    "35 letters of two units": ("🎉" * 35, 1),
    "36 letters of two units": ("🎉" * 36, 2),
    "67 letters of two units": ("🎉" * 67, 3),
    "66 letters of two units": ("🎉" * 66, 2),
}


@pytest.mark.parametrize(("text", "parts"), PARTS.values(), ids=PARTS)
def test_a_text_makes_so_many_parts(text: str, parts: int) -> None:
    assert sms(text).segments == parts


@pytest.mark.parametrize("encoding", ["text", "unicode"])
def test_an_encoding_that_was_asked_for_is_taken(encoding: Encoding) -> None:
    assert sms("a" * 100, encoding_type=encoding).encoding == encoding


def test_unicode_that_was_asked_for_is_paid_for() -> None:
    assert sms("a" * 100, encoding_type="unicode").segments == 2


def test_a_strange_letter_sent_as_text_takes_one_place() -> None:
    """The network puts another one in its place."""
    assert sms("🎉" * 160, encoding_type="text").segments == 1


def test_auto_looks_at_the_letters() -> None:
    assert sms("你", encoding_type="auto").encoding == "unicode"


@given(st.text(min_size=1, max_size=700))
def test_no_part_holds_more_than_it_can(text: str) -> None:
    encoding = encoding_of(text)
    units = len(text.encode("utf-16-le")) // 2 if encoding == "unicode" else len(text)
    count = segments(text, encoding)

    assert count >= 1
    assert units <= count * (70 if encoding == "unicode" else 160)
