"""What the vendor's Python client lets through although its own API refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from vendor_parts import AGENT_HERE, AGENT_THERE, END, HERE, HOME, PNG, START, THERE, TO
from vendor_table import named
from vonage_messages import models as v

from nexmo_async import models as m

if TYPE_CHECKING:
    from collections.abc import Callable

    from vonage_messages.models import BaseMessage

WORDS: Final = {"text": "Tap", "postback_data": "tapped"}
MOMENTS: Final = {"start_time": "soon", "end_time": "later"}


@attrs.frozen
class Slip:
    """One message that is none.

    Attributes:
        vendor: What the vendor's client is given, and sends.
        about: What is wrong with it.
        refused: What the sandbox says against it.
        ours: Makes the same with our models, which must refuse it; None: they leave it
            to the service.
    """

    vendor: BaseMessage
    about: str
    refused: str
    ours: Callable[[], m.Message] | None = None

    @property
    def name(self) -> str:
        """What the vendor calls it."""
        return named(self.vendor, self.about)


SLIPS: Final = [
    Slip(
        v.Sms(**THERE, text=""),
        "without words",
        "text must be between 1 and 3200 characters long.",
        lambda: m.Sms(**HERE, content=""),
    ),
    Slip(
        v.Sms(to=TO, from_="", text="Hi"),
        "without a sender",
        "from must be between 1 and 50 characters long.",
        lambda: m.Sms(to=TO, sender="", content="Hi"),
    ),
    Slip(
        v.Sms(**THERE, text="Hi", webhook_url="here"),
        "with a webhook to nowhere",
        "webhook_url must be a URL.",
        lambda: m.Sms(**HERE, content="Hi", webhook_url="here"),
    ),
    Slip(
        v.MmsText(**THERE, text=""),
        "without words",
        "text must not be empty.",
        lambda: m.Mms(**HERE, content=""),
    ),
    Slip(
        v.MmsImage(**THERE, image=v.MmsResource(url="cat.png")),
        "with half an address",
        "image.url must be a URL.",
        lambda: m.Mms(**HERE, content=m.Image("cat.png")),
    ),
    Slip(
        v.MmsContent(**THERE, content=[]),
        "without files",
        "content must have between 1 and 1000 members.",
        lambda: m.Mms(**HERE, content=m.Media()),
    ),
    Slip(
        v.RcsText(
            **AGENT_THERE,
            text="Hi",
            suggestions=[
                v.RcsSuggestionActionViewLocation(
                    **WORDS, latitude="north", longitude="0", pin_label="Here"
                )
            ],
        ),
        "with a place that is none",
        "suggestions[0].latitude must be degrees in a string, such as 51.5.",
        lambda: m.Rcs(
            **AGENT_HERE,
            content="Hi",
            suggestions=[
                m.ViewLocation("Tap", "tapped", latitude=91, longitude=0, pin="Here")
            ],
        ),
    ),
    Slip(
        v.RcsText(
            **AGENT_THERE,
            text="Hi",
            suggestions=[
                v.RcsSuggestionActionCreateCalendarEvent(
                    **WORDS, **MOMENTS, title="Delivery", description="We come"
                )
            ],
        ),
        "with an appointment that is none",
        "suggestions[0].start_time must be a moment such as 2026-01-01T14:00:00Z.",
        lambda: m.Rcs(
            **AGENT_HERE,
            content="Hi",
            suggestions=[
                m.CreateEvent("Tap", "tapped", title="Delivery", start=END, end=START)
            ],
        ),
    ),
    Slip(
        v.WhatsappText(**THERE, text=""),
        "without words",
        "text must be between 1 and 4096 characters long.",
        lambda: m.WhatsApp(**HERE, content=""),
    ),
    Slip(
        v.WhatsappImage(**THERE, image=v.WhatsappImageResource(url=f"{HOME}a.gif")),
        "of a kind that WhatsApp does not show",
        "image.url must be a file of type jpeg, jpg, png.",
    ),
    Slip(
        v.WhatsappTemplate(
            **THERE,
            template=v.WhatsappTemplateResource(name="verify"),
            whatsapp=v.WhatsappTemplateSettings(locale=None),
        ),
        "without a language",
        "whatsapp.locale is required.",
        lambda: m.WhatsApp(**HERE, content=m.Template("verify")),
    ),
    Slip(
        v.WhatsappCustom(**THERE),
        "without its content",
        "custom is required.",
        lambda: m.WhatsApp(**HERE, content=m.Custom({})),
    ),
    Slip(
        v.ViberText(**THERE, text=""),
        "without words",
        "text must be between 1 and 1000 characters long.",
        lambda: m.Viber(**HERE, content=""),
    ),
    Slip(
        v.ViberText(
            **THERE,
            text="Hi",
            viber_service=v.ViberTextOptions(action=v.ViberAction(url=HOME, text="")),
        ),
        "with a button without words",
        "viber_service.action.text must be between 1 and 30 characters long.",
        lambda: m.Viber(**HERE, content="Hi", action=m.Action(HOME, "")),
    ),
    Slip(
        v.ViberImage(
            **THERE,
            image=v.ViberImageResource(url=PNG),
            viber_service=v.ViberImageOptions(
                action=v.ViberAction(url=HOME, text="Shop")
            ),
        ),
        "with a button but no caption",
        "image.caption is required.",
        lambda: m.Viber(**HERE, content=m.Image(PNG), action=m.Action(HOME, "Shop")),
    ),
]
