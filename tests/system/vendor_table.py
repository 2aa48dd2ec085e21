"""Every message model of the vendor's Python client, and what it is called here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from vendor_parts import (
    AGENT_HERE,
    AGENT_THERE,
    HERE,
    HOME,
    MP3,
    MP4,
    PAGE_HERE,
    PAGE_THERE,
    PDF,
    PNG,
    THERE,
    UUID,
    VCF,
    WEBP,
    cards_here,
    cards_there,
    suggestions_here,
    suggestions_there,
)
from vonage_messages import models as v

from nexmo_async import models as m

if TYPE_CHECKING:
    from vonage_messages.models import BaseMessage


@attrs.frozen
class Row:
    """One message.

    Attributes:
        vendor: What the vendor's client is given.
        ours: The same for our client.
        about: What is special about it.
    """

    vendor: BaseMessage
    ours: m.Message
    about: str = ""

    @property
    def name(self) -> str:
        """What the vendor calls it."""
        return named(self.vendor, self.about)


def named(message: BaseMessage, about: str) -> str:
    """What the vendor calls a message, and what is special about it."""
    kind = type(message).__name__
    return f"{kind}, {about}" if about else kind


SMS: Final = [
    Row(v.Sms(**THERE, text="Hi"), m.Sms(**HERE, content="Hi")),
    Row(
        v.Sms(
            **THERE,
            text="Grüße",
            ttl=600,
            trusted_recipient=True,
            client_ref="order-7",
            webhook_url=HOME,
            webhook_version="v1",
            sms=v.SmsOptions(
                encoding_type="unicode", content_id="1", entity_id="2", pool_id="3"
            ),
        ),
        m.Sms(
            **HERE,
            content="Grüße",
            ttl=600,
            trusted_recipient=True,
            client_ref="order-7",
            webhook_url=HOME,
            webhook_version="v1",
            encoding_type="unicode",
            content_id="1",
            entity_id="2",
            pool_id="3",
        ),
        "all options",
    ),
]

MMS: Final = [
    Row(v.MmsText(**THERE, text="Hi", ttl=600), m.Mms(**HERE, content="Hi", ttl=600)),
    Row(
        v.MmsImage(**THERE, image=v.MmsResource(url=PNG, caption="A cat")),
        m.Mms(**HERE, content=m.Image(PNG, caption="A cat")),
    ),
    Row(
        v.MmsVcard(**THERE, vcard=v.MmsResource(url=VCF)),
        m.Mms(**HERE, content=m.Vcard(VCF)),
    ),
    Row(
        v.MmsAudio(**THERE, audio=v.MmsResource(url=MP3)),
        m.Mms(**HERE, content=m.Audio(MP3)),
    ),
    Row(
        v.MmsVideo(**THERE, video=v.MmsResource(url=MP4)),
        m.Mms(**HERE, content=m.Video(MP4)),
    ),
    Row(
        v.MmsFile(**THERE, file=v.MmsResource(url=PDF)),
        m.Mms(**HERE, content=m.File(PDF)),
    ),
    Row(
        v.MmsContent(
            **THERE,
            content=[
                v.MmsContentItemImage(url=PNG, caption="A cat"),
                v.MmsContentItemAudio(url=MP3),
                v.MmsContentItemVideo(url=MP4),
                v.MmsContentItemFile(url=PDF),
                v.MmsContentItemVcard(url=VCF),
            ],
        ),
        m.Mms(
            **HERE,
            content=m.Media(
                m.Image(PNG, caption="A cat"),
                m.Audio(MP3),
                m.Video(MP4),
                m.File(PDF),
                m.Vcard(VCF),
            ),
        ),
    ),
]

RCS: Final = [
    Row(
        v.RcsText(**AGENT_THERE, text="Hi", suggestions=suggestions_there()),
        m.Rcs(**AGENT_HERE, content="Hi", suggestions=suggestions_here()),
        "all suggestions",
    ),
    Row(
        v.RcsImage(
            **AGENT_THERE,
            image=v.RcsResource(url=PNG),
            ttl=600,
            trusted_recipient=True,
            rcs=v.RcsOptions(category="service-request"),
        ),
        m.Rcs(
            **AGENT_HERE,
            content=m.Image(PNG),
            ttl=600,
            trusted_recipient=True,
            category="service-request",
        ),
    ),
    Row(
        v.RcsVideo(**AGENT_THERE, video=v.RcsResource(url=MP4)),
        m.Rcs(**AGENT_HERE, content=m.Video(MP4)),
    ),
    Row(
        v.RcsFile(**AGENT_THERE, file=v.RcsResource(url=PDF)),
        m.Rcs(**AGENT_HERE, content=m.File(PDF)),
    ),
    Row(
        v.RcsCardMessage(
            **AGENT_THERE,
            card=cards_there()[0],
            rcs=v.RcsOptionsCard(
                category="promotion",
                card_orientation="HORIZONTAL",
                image_alignment="LEFT",
            ),
        ),
        m.Rcs(
            **AGENT_HERE,
            content=attrs.evolve(
                cards_here()[0], orientation="horizontal", alignment="left"
            ),
            category="promotion",
        ),
    ),
    Row(
        v.RcsCarouselMessage(
            **AGENT_THERE,
            carousel=v.RcsCarousel(cards=cards_there()),
            suggestions=suggestions_there(),
            rcs=v.RcsOptionsCarousel(card_width="SMALL"),
        ),
        m.Rcs(
            **AGENT_HERE,
            content=m.Carousel(cards_here(), width="small"),
            suggestions=suggestions_here(),
        ),
    ),
    Row(
        v.RcsCustom(**AGENT_THERE, custom={"contentMessage": {"text": "Hi"}}),
        m.Rcs(**AGENT_HERE, content=m.Custom({"contentMessage": {"text": "Hi"}})),
    ),
]

WHATSAPP: Final = [
    Row(v.WhatsappText(**THERE, text="Hi"), m.WhatsApp(**HERE, content="Hi")),
    Row(
        v.WhatsappText(
            **THERE, text="Hi", context=v.WhatsappContext(message_uuid=UUID)
        ),
        m.WhatsApp(**HERE, content="Hi", reply_to=UUID),
        "in reply",
    ),
    Row(
        v.WhatsappImage(**THERE, image=v.WhatsappImageResource(url=PNG, caption="A")),
        m.WhatsApp(**HERE, content=m.Image(PNG, caption="A")),
    ),
    Row(
        v.WhatsappAudio(**THERE, audio=v.WhatsappAudioResource(url=MP3)),
        m.WhatsApp(**HERE, content=m.Audio(MP3)),
    ),
    Row(
        v.WhatsappVideo(**THERE, video=v.WhatsappVideoResource(url=MP4)),
        m.WhatsApp(**HERE, content=m.Video(MP4)),
    ),
    Row(
        v.WhatsappFile(
            **THERE, file=v.WhatsappFileResource(url=PDF, caption="A", name="a.pdf")
        ),
        m.WhatsApp(**HERE, content=m.File(PDF, caption="A", name="a.pdf")),
        "with a name",
    ),
    Row(
        v.WhatsappTemplate(
            **THERE, template=v.WhatsappTemplateResource(name="verify:code")
        ),
        m.WhatsApp(**HERE, content=m.Template("verify:code"), locale="en_US"),
    ),
    Row(
        v.WhatsappTemplate(
            **THERE,
            template=v.WhatsappTemplateResource(name="verify", parameters=["64873"]),
            whatsapp=v.WhatsappTemplateSettings(locale="en_GB", policy="deterministic"),
        ),
        m.WhatsApp(
            **HERE,
            content=m.Template("verify", ["64873"]),
            locale="en_GB",
            policy="deterministic",
        ),
        "with a policy",
    ),
    Row(
        v.WhatsappSticker(**THERE, sticker=v.WhatsappStickerUrl(url=WEBP)),
        m.WhatsApp(**HERE, content=m.Sticker(WEBP)),
        "by URL",
    ),
    Row(
        v.WhatsappSticker(**THERE, sticker=v.WhatsappStickerId(id=UUID)),
        m.WhatsApp(**HERE, content=m.Sticker(id=UUID)),
        "by id",
    ),
    Row(
        v.WhatsappCustom(**THERE, custom={"type": "location"}),
        m.WhatsApp(**HERE, content=m.Custom({"type": "location"})),
    ),
]

MESSENGER: Final = [
    Row(
        v.MessengerText(
            **PAGE_THERE,
            text="Hi",
            messenger=v.MessengerOptions(
                category="message_tag", tag="CONFIRMED_EVENT_UPDATE"
            ),
        ),
        m.Messenger(
            **PAGE_HERE,
            content="Hi",
            category="message_tag",
            tag="CONFIRMED_EVENT_UPDATE",
        ),
    ),
    Row(
        v.MessengerImage(**PAGE_THERE, image=v.MessengerResource(url=PNG)),
        m.Messenger(**PAGE_HERE, content=m.Image(PNG)),
    ),
    Row(
        v.MessengerAudio(**PAGE_THERE, audio=v.MessengerResource(url=MP3)),
        m.Messenger(**PAGE_HERE, content=m.Audio(MP3)),
    ),
    Row(
        v.MessengerVideo(**PAGE_THERE, video=v.MessengerResource(url=MP4)),
        m.Messenger(**PAGE_HERE, content=m.Video(MP4)),
    ),
    Row(
        v.MessengerFile(**PAGE_THERE, file=v.MessengerResource(url=PDF)),
        m.Messenger(**PAGE_HERE, content=m.File(PDF)),
    ),
]

VIBER: Final = [
    Row(v.ViberText(**THERE, text="Hi"), m.Viber(**HERE, content="Hi")),
    Row(
        v.ViberText(
            **THERE,
            text="Hi",
            viber_service=v.ViberTextOptions(
                category="transaction",
                ttl=600,
                type="template",
                action=v.ViberAction(url=HOME, text="Shop"),
            ),
        ),
        m.Viber(
            **HERE,
            content="Hi",
            category="transaction",
            ttl=600,
            type="template",
            action=m.Action(HOME, "Shop"),
        ),
        "all options",
    ),
    Row(
        v.ViberImage(**THERE, image=v.ViberImageResource(url=PNG)),
        m.Viber(**HERE, content=m.Image(PNG)),
    ),
    Row(
        v.ViberVideo(
            **THERE,
            video=v.ViberVideoResource(url=MP4, thumb_url=PNG, caption="A"),
            viber_service=v.ViberVideoOptions(duration="10", file_size="5"),
        ),
        m.Viber(
            **HERE,
            content=m.Video(
                MP4, thumbnail_url=PNG, caption="A", duration=10, megabytes=5
            ),
        ),
    ),
    Row(
        v.ViberFile(**THERE, file=v.ViberFileResource(url=PDF, name="a.pdf")),
        m.Viber(**HERE, content=m.File(PDF, name="a.pdf")),
    ),
]

ROWS: Final = [*SMS, *MMS, *RCS, *WHATSAPP, *MESSENGER, *VIBER]
