"""Facebook Messenger."""

from __future__ import annotations

from typing import Final

from nexmo_async.sandbox.rules.checks import an_object, one_of, some_text, url
from nexmo_async.sandbox.rules.content import ID, media, text
from nexmo_async.sandbox.rules.table import Channel, Field, equals, optional

#: Messenger. The tags are the provider's, and change. (Messages v1 spec.)
MESSENGER: Final = Channel(
    to=ID,
    sender=ID,
    carries={
        "text": text(640),
        "image": media("image", url("jpg", "jpeg", "png", "gif")),
        "audio": media("audio", url("mp3", least=10)),
        "video": media("video", url("mp4")),
        "file": media("file"),
    },
    options=(
        optional("messenger", an_object),
        optional("messenger.category", one_of("response", "update", "message_tag")),
        Field("messenger.tag", some_text, equals("messenger.category", "message_tag")),
    ),
)
