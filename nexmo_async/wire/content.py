"""How each content is spelled, the same in all generations but for templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from nexmo_async.models.content import (
    Audio,
    Card,
    Carousel,
    Content,
    Custom,
    File,
    Html,
    Image,
    Letter,
    Media,
    Reaction,
    Sticker,
    Template,
    Text,
    Vcard,
    Video,
)
from nexmo_async.models.interactive import (
    Buttons,
    Contacts,
    Location,
    MediaTemplate,
    Menu,
    Product,
    Products,
)
from nexmo_async.wire.interactive import spell_interactive
from nexmo_async.wire.present import present
from nexmo_async.wire.suggestions import spell_card, spell_carousel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The name of each content in `type` and `message_type`.
KINDS: Final[Mapping[type[Content], str]] = {
    Text: "text",
    Image: "image",
    Audio: "audio",
    Video: "video",
    File: "file",
    Vcard: "vcard",
    Media: "content",
    Html: "html",
    Letter: "content",
    Template: "template",
    Sticker: "sticker",
    Reaction: "reaction",
    Card: "card",
    Carousel: "carousel",
    Custom: "custom",
    Buttons: "custom",
    Menu: "custom",
    Product: "custom",
    Products: "custom",
    Location: "custom",
    Contacts: "custom",
    MediaTemplate: "custom",
}


def _captioned(content: Image | Audio | Vcard) -> object:
    return present(url=content.url, caption=content.caption)


def _video(content: Video) -> object:
    # How long and how large it is stands among the options of the channel.
    return present(
        url=content.url, caption=content.caption, thumb_url=content.thumbnail_url
    )


def _file(content: File) -> object:
    return present(url=content.url, caption=content.caption, name=content.name)


def _template(content: Template) -> object:
    return present(name=content.name, parameters=list(content.parameters) or None)


def _media(content: Media) -> object:
    return [
        present(type=KINDS[type(file)], url=file.url, caption=file.caption)
        for file in content.files
    ]


def _html(content: Html) -> object:
    return {"body": content.body}


def _custom(content: Custom) -> object:
    return content.custom


def _letter(content: Letter) -> object:
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else {"type": "html", "body": part.body}
        for part in content.parts
    ]


def _sticker(content: Sticker) -> object:
    return present(url=content.url, id=content.id)


def _reaction(content: Reaction) -> object:
    if content.emoji is None:
        return {"action": "unreact"}
    return {"action": "react", "emoji": content.emoji}


#: What stands in the member that is named like the kind. A table, not a `match`: this
#: runs for every message.
_SPELLED: Final = cast(
    "Mapping[type[Content], Callable[[Content], object]]",
    {
        Image: _captioned,
        Audio: _captioned,
        Vcard: _captioned,
        Video: _video,
        File: _file,
        Media: _media,
        Html: _html,
        Letter: _letter,
        Template: _template,
        Sticker: _sticker,
        Reaction: _reaction,
        Card: spell_card,
        Carousel: spell_carousel,
        Custom: _custom,
        Buttons: spell_interactive,
        Menu: spell_interactive,
        Product: spell_interactive,
        Products: spell_interactive,
        Location: spell_interactive,
        Contacts: spell_interactive,
        MediaTemplate: spell_interactive,
    },
)


def spell(content: Content) -> object:
    """What stands in the member that is named like the kind of content."""
    if isinstance(content, Text):
        return content.text
    return _SPELLED[type(content)](content)
