from __future__ import annotations

import pytest

from nexmo_async.sandbox.gsm import ALPHABET, EXTENSION, segments


def test_the_alphabet_has_128_places() -> None:
    assert [len(row) for row in ALPHABET] == [16] * 8


@pytest.mark.parametrize(
    ("letter", "code"),
    [
        ("@", 0x00),
        ("$", 0x02),
        ("\n", 0x0A),
        ("\r", 0x0D),
        ("Δ", 0x10),
        ("_", 0x11),
        ("\x1b", 0x1B),
        ("É", 0x1F),
        (" ", 0x20),
        ("¤", 0x24),
        ("0", 0x30),
        ("¡", 0x40),
        ("A", 0x41),
        ("Z", 0x5A),
        ("§", 0x5F),
        ("¿", 0x60),
        ("a", 0x61),
        ("z", 0x7A),
        ("à", 0x7F),
    ],
)
def test_a_letter_stands_at_its_place(letter: str, code: int) -> None:
    assert "".join(ALPHABET)[code] == letter


def test_ten_letters_take_two_places() -> None:
    assert "".join(sorted(EXTENSION)) == "\f[\\]^{|}~€"


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", None, 1),
        ("a" * 160, None, 1),
        ("a" * 161, None, 2),
        ("a" * 306, None, 2),
        ("a" * 307, None, 3),
        ("a" * 459, None, 3),
        ("a" * 460, None, 4),
        ("€" * 80, None, 1),
        ("€" * 81, None, 2),
        ("a" * 158 + "€", None, 1),
        ("a" * 159 + "€", None, 2),
        ("ы" * 70, None, 1),
        ("ы" * 71, None, 2),
        ("ы" * 134, None, 2),
        ("ы" * 135, None, 3),
        ("a" * 70 + "ы", None, 2),
        ("😀" * 35, None, 1),
        ("😀" * 36, None, 2),
        ("ç" * 71, None, 2),
        ("Ç" * 160, None, 1),
        ("\x1b" * 71, None, 2),
        ("a" * 71, "unicode", 2),
        ("ы" * 71, "text", 1),
        ("a" * 71, "auto", 1),
        ("\ud83d", None, 1),
    ],
)
def test_a_text_takes_so_many_sms(text: str, encoding: str | None, count: int) -> None:
    assert segments(text, encoding) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [("€" * 152, 2), ("€" * 153, 3), ("😀" * 66, 2), ("😀" * 67, 3)],
)
def test_no_letter_is_cut_in_two(text: str, count: int) -> None:
    """An odd number of places ends with an empty one."""
    assert segments(text) == count
