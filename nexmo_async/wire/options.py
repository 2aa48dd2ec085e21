"""How the options of a channel are spelled, each generation in its own place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from nexmo_async.models.content import Card, Carousel, Video
from nexmo_async.models.message import (
    Email,
    Messenger,
    Mms,
    Rcs,
    Sms,
    Viber,
    WhatsApp,
)
from nexmo_async.wire.present import present
from nexmo_async.wire.suggestions import spell_suggestions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.models.email import Mailbox
    from nexmo_async.models.message import Message
    from nexmo_async.wire.limits import Api

Options = dict[str, object]


def _sms(message: Sms, body: Options) -> Options:
    if message.ttl is not None:
        body["ttl"] = message.ttl
    if message.trusted_recipient is not None:
        body["trusted_recipient"] = message.trusted_recipient
    return present(
        encoding_type=message.encoding_type,
        content_id=message.content_id,
        entity_id=message.entity_id,
        pool_id=message.pool_id,
    )


def _mms(message: Mms, body: Options) -> Options:
    body |= present(ttl=message.ttl, trusted_recipient=message.trusted_recipient)
    return present(participants=list(message.participants) or None)


def _rcs(message: Rcs, body: Options) -> Options:
    body |= present(
        ttl=message.ttl,
        trusted_recipient=message.trusted_recipient,
        suggestions=spell_suggestions(message.suggestions),
    )
    options = present(category=message.category)
    match message.content:
        case Card(orientation=str(orientation), alignment=alignment):
            options["card_orientation"] = orientation.upper()
            if alignment is not None:
                options["image_alignment"] = alignment.upper()
        case Carousel(width=str(width)):
            options["card_width"] = width.upper()
        case _:
            pass
    return options


def _whatsapp(message: WhatsApp, body: Options) -> Options:
    if message.reply_to is not None:
        body["context"] = {"message_uuid": message.reply_to}
    if message.locale is None:
        return {}
    locale = message.locale.replace("-", "_")
    return present(policy=message.policy, locale=locale)


def _messenger(message: Messenger, _: Options) -> Options:
    return present(category=message.category, tag=message.tag)


def _viber(message: Viber, _: Options) -> Options:
    options = present(category=message.category, ttl=message.ttl, type=message.type)
    if message.action is not None:
        options["action"] = {"url": message.action.url, "text": message.action.text}
    if isinstance(message.content, Video):
        # Numbers, but written as texts.
        options["duration"] = str(message.content.duration)
        options["file_size"] = str(message.content.megabytes)
    return options


def _readers(mailboxes: tuple[Mailbox, ...]) -> list[Options] | None:
    return [present(address=each.address, name=each.name) for each in mailboxes] or None


def _email(message: Email, _: Options) -> Options:
    importance, priority = message.importance, message.priority
    sensitivity = message.sensitivity
    return present(
        subject=message.subject,
        to_name=message.to_name,
        from_name=message.sender_name,
        importance=importance and importance.capitalize(),
        priority=priority and priority.capitalize(),
        sensitivity=sensitivity and sensitivity.title(),
        cc=_readers(message.cc),
        bcc=_readers(message.bcc),
    )


#: What each channel says of itself on v1; what stands on top goes into the body.
FLAT: Final = cast(
    "Mapping[type[Message], Callable[[Message, Options], Options]]",
    {
        Sms: _sms,
        Mms: _mms,
        Rcs: _rcs,
        WhatsApp: _whatsapp,
        Messenger: _messenger,
        Viber: _viber,
        Email: _email,
    },
)


def nested_options(message: Message, api: Api) -> Options:
    """What each channel says of itself on beta and v0.1."""
    match message:
        case Messenger():
            return present(category=message.category, tag=message.tag)
        case Viber():
            return present(
                category=message.category, ttl=message.ttl, type=message.type
            )
        case WhatsApp(locale=str(locale)) if api != "beta":
            # v0.1 wants BCP 47; the preview has one language per template.
            return present(policy=message.policy, locale=locale.replace("_", "-"))
        case _:
            return {}
