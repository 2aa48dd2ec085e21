"""What a message can hold. Valid from birth; who carries what is told elsewhere."""

from __future__ import annotations

from nexmo_async.models.card import Card, Carousel
from nexmo_async.models.custom import Custom
from nexmo_async.models.interactive import Interactive, Reaction, Sticker
from nexmo_async.models.media import (
    Audio,
    File,
    Html,
    Image,
    Letter,
    Media,
    Template,
    Text,
    Vcard,
    Video,
)

__all__ = [
    "Audio",
    "Card",
    "Carousel",
    "Content",
    "Custom",
    "File",
    "Html",
    "Image",
    "Interactive",
    "Letter",
    "Media",
    "Reaction",
    "Sticker",
    "Template",
    "Text",
    "Vcard",
    "Video",
]

Content = (
    Text
    | Image
    | Audio
    | Video
    | File
    | Vcard
    | Media
    | Html
    | Letter
    | Template
    | Sticker
    | Reaction
    | Card
    | Carousel
    | Custom
    | Interactive
)
