from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import MessageError
from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Template,
    Text,
    Vcard,
    Video,
)

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://example.com/cat.png"

ALL: list[Content] = [
    Text("hi"),
    Image(URL),
    Audio(URL),
    Video(URL),
    File(URL),
    Template("shop:order"),
    Custom({"type": "contacts"}),
]

MEDIA: list[type[Any]] = [Image, Audio, Video, File, Vcard]
CAPTIONED: list[type[Any]] = [Image, Audio, Video, File, Vcard]


def kind(value: object) -> str:
    return value.__name__ if isinstance(value, type) else type(value).__name__


@pytest.mark.parametrize("content", ALL, ids=kind)
def test_content_is_frozen(content: Content) -> None:
    field = attrs.fields(type(content))[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(content, field, "other")


@pytest.mark.parametrize("content", ALL, ids=kind)
def test_content_holds_nothing_that_is_not_declared(content: Content) -> None:
    assert not hasattr(content, "__dict__")


@pytest.mark.parametrize("content", ALL, ids=kind)
def test_equal_content_is_equal(content: Content) -> None:
    assert attrs.evolve(content) == content


def test_the_same_address_is_not_the_same_content() -> None:
    assert Image(URL) != Video(URL)


@pytest.mark.parametrize("of", MEDIA, ids=kind)
def test_options_of_media_are_keyword_only(of: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        of(URL, "a caption")


@pytest.mark.parametrize("text", ["a", "Grüße", "你好", "🎉", " ", "a" * 10_000])
def test_a_text_is_kept_as_it_is(text: str) -> None:
    assert Text(text).text == text


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(MessageError, match=r"^text: is empty, write at least one"):
        Text("")


def test_a_text_that_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(
        MessageError, match=r"^text: has half a character at position 0"
    ):
        Text("\udc00")


GOOD_URLS = {
    "https": "https://example.com/cat.png",
    "http": "http://example.com/cat.png",
    "capitals": "HTTPS://EXAMPLE.COM/CAT.PNG",
    "host alone": "https://example.com",
    "port and query": "https://example.com:8443/a?b=c&d=%20#e",
    "another alphabet": "https://пример.рф/кот.png",
    "the longest": "https://example.com/" + "a" * 1980,
}


@pytest.mark.parametrize("of", MEDIA, ids=kind)
@pytest.mark.parametrize("url", GOOD_URLS.values(), ids=GOOD_URLS)
def test_a_web_address_is_kept_as_it_is(of: Callable[..., Any], url: str) -> None:
    assert of(url).url == url


BAD_URLS = {
    "empty": ("", "is empty"),
    "no scheme": ("example.com/cat.png", "is no web address, begin it with https://"),
    "another scheme": ("ftp://example.com/cat.png", "is no web address"),
    "a file here": ("file:///home/me/cat.png", "is no web address"),
    "data": ("data:image/png;base64,AAAA", "is no web address"),
    "no host": ("https://", "is no web address"),
    "a path for a host": ("https:///cat.png", "is no web address"),
    "a space": ("https://example.com/my cat.png", "is no web address"),
    "a line end": ("https://example.com/cat.png\n", "is no web address"),
    "a no-break space": ("https://example.com/\u00a0cat", "is no web address"),
    "too long": (
        "https://example.com/" + "a" * 1981,
        "has 2001 characters, allowed are up to 2000",
    ),
    "bytes": (b"https://example.com", "is bytes, write it as text"),
}


@pytest.mark.parametrize("of", MEDIA, ids=kind)
@pytest.mark.parametrize(("url", "problem"), BAD_URLS.values(), ids=BAD_URLS)
def test_what_is_no_web_address_is_refused(
    of: Callable[..., object], url: str, problem: str
) -> None:
    with pytest.raises(MessageError, match=f"^url: {problem}"):
        of(url)


@pytest.mark.parametrize("of", CAPTIONED, ids=kind)
@pytest.mark.parametrize("length", [1, 3000])
def test_a_caption_has_one_to_three_thousand_characters(
    of: Callable[..., Any], length: int
) -> None:
    assert of(URL, caption="a" * length).caption == "a" * length


@pytest.mark.parametrize("of", CAPTIONED, ids=kind)
def test_an_empty_caption_is_refused(of: Callable[..., object]) -> None:
    with pytest.raises(MessageError, match=r"^caption: is empty"):
        of(URL, caption="")


@pytest.mark.parametrize("of", CAPTIONED, ids=kind)
def test_a_longer_caption_is_refused(of: Callable[..., object]) -> None:
    with pytest.raises(MessageError, match=r"^caption: has 3001 characters"):
        of(URL, caption="a" * 3001)


def test_a_file_may_have_a_name() -> None:
    assert File(URL, name="invoice.pdf").name == "invoice.pdf"


def test_a_file_with_an_empty_name_is_refused() -> None:
    with pytest.raises(MessageError, match=r"^name: is empty"):
        File(URL, name="")


def test_a_template_keeps_its_parameters_in_order() -> None:
    template = Template("shop:order", ["Daisy", "12345"])

    assert template.parameters == ("Daisy", "12345")


def test_a_template_needs_no_parameters() -> None:
    assert Template("shop:order").parameters == ()


def test_a_parameter_may_be_empty() -> None:
    assert Template("shop:order", [""]).parameters == ("",)


BAD_TEMPLATES: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": ""}, "name: is empty"),
    "a number for a name": ({"name": 7}, "name: is int, write it as text"),
    "one text for the list": (
        {"name": "a", "parameters": "Daisy"},
        "parameters: is one text, write a list of texts",
    ),
    "a number in the list": (
        {"name": "a", "parameters": ["Daisy", 12345]},
        r"parameters\[1\]: is int, write it as text",
    ),
    "half a character": (
        {"name": "a", "parameters": ["\ud83d"]},
        r"parameters\[0\]: has half a character",
    ),
}


@pytest.mark.parametrize(
    ("fields", "problem"), BAD_TEMPLATES.values(), ids=BAD_TEMPLATES
)
def test_a_bad_template_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(MessageError, match=f"^{problem}"):
        Template(**fields)


CUSTOM = {
    "type": "interactive",
    "interactive": {"buttons": [{"id": "1", "on": True, "at": 1.5, "of": None}]},
}


def test_a_custom_object_is_kept_as_it_is() -> None:
    assert Custom(CUSTOM).custom == CUSTOM


def test_a_custom_object_may_be_any_mapping() -> None:
    assert Custom(MappingProxyType({"a": (1, 2)})).custom == {"a": [1, 2]}


def test_a_custom_object_changed_later_changes_no_message() -> None:
    """A message waits in queues; what it says was decided when it was made."""
    buttons = ["yes"]
    content = Custom({"buttons": buttons})
    buttons.append("no")

    assert content.custom == {"buttons": ["yes"]}


def test_the_same_custom_object_twice_in_one_is_no_circle() -> None:
    button = {"id": "1"}

    assert Custom({"a": button, "b": button}).custom == {"a": button, "b": button}


CIRCLE: dict[str, object] = {}
CIRCLE["self"] = CIRCLE

BAD_CUSTOM: dict[str, tuple[object, str]] = {
    "empty": ({}, "custom: must be a mapping with at least one key"),
    "a list": ([1], "custom: must be a mapping with at least one key"),
    "a text": ("{}", "custom: must be a mapping with at least one key"),
    "none": (None, "custom: must be a mapping with at least one key"),
    "bytes deep inside": (
        {"a": [{"b": b"x"}]},
        r"custom\.a\[0\]\.b: is bytes, which JSON cannot say",
    ),
    "a set": ({"a": {1}}, r"custom\.a: is set, which JSON cannot say"),
    "not a number": ({"a": float("nan")}, r"custom\.a: is nan, which JSON cannot say"),
    "infinity": ({"a": float("inf")}, r"custom\.a: is inf, which JSON cannot say"),
    "a number for a key": ({"a": {1: 2}}, r"a key of custom\.a: is int, write it as"),
    "half a character": ({"a": "\ud83d"}, r"custom\.a: has half a character"),
    "a circle": (CIRCLE, "custom: is nested too deeply"),
}


@pytest.mark.parametrize(("value", "problem"), BAD_CUSTOM.values(), ids=BAD_CUSTOM)
def test_what_json_cannot_say_is_no_custom_object(value: Any, problem: str) -> None:  # noqa: ANN401  anything at all
    with pytest.raises(MessageError, match=f"^{problem}"):
        Custom(value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, min_size=1))
def test_whatever_json_can_say_is_a_custom_object(value: dict[str, object]) -> None:
    assert Custom(value).custom == value
