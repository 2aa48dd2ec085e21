"""Messages that WhatsApp itself understands; Nexmo passes them through."""

from __future__ import annotations

from typing import TypeAlias

from nexmo_async.models.catalogue import Product, Products, Shelf
from nexmo_async.models.contact import Contact, Contacts, Location
from nexmo_async.models.filled import MediaTemplate, Payload, TemplateButton, UrlSuffix
from nexmo_async.models.sticker import Reaction, Sticker
from nexmo_async.models.tappable import Button, Buttons, Menu, Row, Section

__all__ = [
    "Button",
    "Buttons",
    "Contact",
    "Contacts",
    "Interactive",
    "Location",
    "MediaTemplate",
    "Menu",
    "Payload",
    "Product",
    "Products",
    "Reaction",
    "Row",
    "Section",
    "Shelf",
    "Sticker",
    "TemplateButton",
    "UrlSuffix",
]

#: All that is spelled as `custom`.
Interactive: TypeAlias = (
    Buttons | Menu | Product | Products | Location | Contacts | MediaTemplate
)
