"""Templates of WhatsApp with variables outside of their body."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from nexmo_async.models.value import (
    optional_words,
    texts,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
from nexmo_async.models.tappable import Header, header_of


@attrs.frozen
class Payload:
    """What comes back when a template's button for an answer is tapped."""

    payload: str = attrs.field(validator=words())


@attrs.frozen
class UrlSuffix:
    """What stands at the end of the address behind a template's button."""

    suffix: str = attrs.field(validator=words())


TemplateButton: TypeAlias = Payload | UrlSuffix | None


def _body(values: Sequence[str]) -> tuple[str, ...]:
    return texts(values, "body")


def _template_buttons(values: Sequence[TemplateButton]) -> tuple[TemplateButton, ...]:
    return tuple(values)


@attrs.frozen
class MediaTemplate:
    """A template with variables outside of its body: a header, buttons.

    Args:
        name: As it was approved.
        language: Of the template, such as "en" or "en_GB".
        header: A picture, film or document; or the text of its variable.
        body: The variables of the body, in their order.
        buttons: For each button `Payload(...)`, `UrlSuffix(...)`, or None for one
            without a variable.
        namespace: Of the template, where one is needed.
    """

    name: str = attrs.field(validator=words())
    language: str = attrs.field(validator=words(), kw_only=True)
    header: Header = attrs.field(default=None, converter=header_of, kw_only=True)
    body: tuple[str, ...] = attrs.field(default=(), converter=_body, kw_only=True)
    buttons: tuple[TemplateButton, ...] = attrs.field(
        default=(), converter=_template_buttons, kw_only=True
    )
    namespace: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )
