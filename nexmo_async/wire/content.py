"""How each content is spelled, the same in all generations but for templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Template,
    Text,
    Video,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The name of each content in `type` and `message_type`.
KINDS: Final[Mapping[type[Content], str]] = {
    Text: "text",
    Image: "image",
    Audio: "audio",
    Video: "video",
    File: "file",
    Template: "template",
    Custom: "custom",
}


def present(**members: object) -> dict[str, object]:
    """The members that are there: nothing is ever sent as null."""
    return {key: value for key, value in members.items() if value is not None}


def spell(content: Content) -> object:
    """What stands in the member that is named like the kind of content."""
    match content:
        case Text(text):
            return text
        case Image() | Video():
            return present(url=content.url, caption=content.caption)
        case Audio(url):
            return {"url": url}
        case File():
            return present(url=content.url, caption=content.caption, name=content.name)
        case Template(name, parameters):
            return present(name=name, parameters=list(parameters) or None)
        case Custom(custom):
            return custom
        case _:
            assert_never(content)
