"""How WhatsApp itself spells what can be tapped; to Nexmo it is `custom`."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from nexmo_async.models.content import File, Image
from nexmo_async.models.interactive import (
    Buttons,
    Contacts,
    Location,
    MediaTemplate,
    Menu,
    Payload,
    Product,
    Products,
)
from nexmo_async.wire.present import present

if TYPE_CHECKING:
    from nexmo_async.models.content import Interactive, Video
    from nexmo_async.models.interactive import Contact, Section, TemplateButton

Body = dict[str, object]


def spell_interactive(content: Interactive) -> Body:
    """What stands in `custom`."""
    match content:
        case Location():
            return {"type": "location", "location": _location(content)}
        case Contacts(contacts):
            return {"type": "contacts", "contacts": [_contact(who) for who in contacts]}
        case MediaTemplate():
            return {"type": "template", "template": _template(content)}
        case _:
            return {"type": "interactive", "interactive": _tappable(content)}


def _tappable(content: Buttons | Menu | Product | Products) -> Body:
    match content:
        case Buttons():
            return _shape("button", content, {"buttons": _buttons(content)})
        case Menu(button=button, sections=sections):
            lines = [_section(section) for section in sections]
            return _shape("list", content, {"button": button, "sections": lines})
        case Product(catalog, product):
            action: Body = {"catalog_id": catalog, "product_retailer_id": product}
            return _shape("product", content, action)
        case Products(catalog):
            action = {"catalog_id": catalog, "sections": _shelves(content)}
            return _shape("product_list", content, action)
        case _:
            assert_never(content)


def _shape(
    kind: str, content: Buttons | Menu | Product | Products, action: Body
) -> Body:
    header = None if isinstance(content, Product) else content.header
    return present(
        type=kind,
        header=None if header is None else _header(header),
        body=None if content.body is None else {"text": content.body},
        footer=None if content.footer is None else {"text": content.footer},
        action=action,
    )


def _header(header: str | Image | Video | File) -> Body:
    if isinstance(header, str):
        return {"type": "text", "text": header}
    if isinstance(header, File):
        document = present(link=header.url, filename=header.name)
        return {"type": "document", "document": document}
    kind = "image" if isinstance(header, Image) else "video"
    return {"type": kind, kind: {"link": header.url}}


def _buttons(content: Buttons) -> list[Body]:
    return [
        {"type": "reply", "reply": {"id": button.id, "title": button.title}}
        for button in content.buttons
    ]


def _section(section: Section) -> Body:
    rows = [
        present(id=row.id, title=row.title, description=row.description)
        for row in section.rows
    ]
    return present(title=section.title, rows=rows)


def _shelves(content: Products) -> list[Body]:
    return [
        {
            "title": shelf.title,
            "product_items": [
                {"product_retailer_id": name} for name in shelf.product_ids
            ],
        }
        for shelf in content.shelves
    ]


def _location(content: Location) -> Body:
    return present(
        latitude=content.latitude,
        longitude=content.longitude,
        name=content.name,
        address=content.address,
    )


def _contact(who: Contact) -> Body:
    return present(
        name=present(
            formatted_name=who.name, first_name=who.first_name, last_name=who.last_name
        ),
        phones=[{"phone": phone} for phone in who.phones] or None,
        emails=[{"email": email} for email in who.emails] or None,
        urls=None if who.url is None else [{"url": who.url}],
    )


def _template(content: MediaTemplate) -> Body:
    language = content.language.replace("-", "_")
    components: list[Body] = []
    if content.header is not None:
        parameters = [_header(content.header)]
        components.append({"type": "header", "parameters": parameters})
    if content.body:
        parameters = [{"type": "text", "text": value} for value in content.body]
        components.append({"type": "body", "parameters": parameters})
    components += [
        _template_button(button, place)
        for place, button in enumerate(content.buttons)
        if button is not None
    ]
    return present(
        namespace=content.namespace,
        name=content.name,
        language={"policy": "deterministic", "code": language},
        components=components or None,
    )


def _template_button(button: TemplateButton, place: int) -> Body:
    if isinstance(button, Payload):
        kind, parameter = "quick_reply", {"type": "payload", "payload": button.payload}
    else:
        suffix = "" if button is None else button.suffix
        kind, parameter = "url", {"type": "text", "text": suffix}
    return {
        "type": "button",
        "sub_type": kind,
        "index": str(place),
        "parameters": [parameter],
    }
