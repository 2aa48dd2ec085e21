"""How suggestions and RCS cards are spelled (v1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from nexmo_async.models.suggestion import (
    CreateEvent,
    Dial,
    OpenUrl,
    OpenWebview,
    Reply,
    ShareLocation,
    Suggestion,
    ViewLocation,
)
from nexmo_async.wire.present import present

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.models.card import Card, Carousel


def _dial(said: Dial) -> dict[str, object]:
    return present(phone_number=said.number, fallback_url=said.fallback_url)


def _view(said: ViewLocation) -> dict[str, object]:
    # Degrees are written as texts here, unlike anywhere else.
    return present(
        latitude=_degrees(said.latitude),
        longitude=_degrees(said.longitude),
        pin_label=said.pin,
        fallback_url=said.fallback_url,
    )


def _degrees(value: float) -> str:
    return f"{value:.7f}".rstrip("0").removesuffix(".")


def _open(said: OpenUrl) -> dict[str, object]:
    # The spec demands a description, the service's own libraries do not.
    return {"url": said.url, "description": said.description or said.label}


def _webview(said: OpenWebview) -> dict[str, object]:
    view = said.view.upper() if said.view else None
    return {**_open(said), **present(view_mode=view)}


def _event(said: CreateEvent) -> dict[str, object]:
    return present(
        start_time=said.start.isoformat(),
        end_time=said.end.isoformat(),
        title=said.title,
        description=said.description or said.title,
        fallback_url=said.fallback_url,
    )


def _nothing(_: Suggestion) -> dict[str, object]:
    return {}


#: The word for each suggestion, and what it says besides.
SUGGESTIONS: Final = cast(
    "Mapping[type[Suggestion], tuple[str, Callable[[Suggestion], dict[str, object]]]]",
    {
        Reply: ("reply", _nothing),
        Dial: ("dial", _dial),
        ViewLocation: ("view_location", _view),
        ShareLocation: ("share_location", _nothing),
        OpenUrl: ("open_url", _open),
        OpenWebview: ("open_url_in_webview", _webview),
        CreateEvent: ("create_calendar_event", _event),
    },
)


def spell_suggestions(
    suggestions: tuple[Suggestion, ...],
) -> list[dict[str, object]] | None:
    """What can be tapped; None if nothing can."""
    if not suggestions:
        return None
    spelled: list[dict[str, object]] = []
    for said in suggestions:
        word, more = SUGGESTIONS[type(said)]
        common = {"type": word, "text": said.label, "postback_data": said.postback}
        spelled.append({**common, **more(said)})
    return spelled


def spell_card(card: Card) -> dict[str, object]:
    """One card, without the looks that stand beside it."""
    height = card.height
    if height is None and card.orientation != "horizontal":
        height = "short"  # an upright card must say how high it is
    return present(
        title=card.title,
        text=card.text,
        media_url=card.media_url,
        media_description=card.media_description,
        media_height=height.upper() if height else None,
        thumbnail_url=card.thumbnail_url,
        media_force_refresh=card.refresh,
        suggestions=spell_suggestions(card.suggestions),
    )


def spell_carousel(carousel: Carousel) -> dict[str, object]:
    """Some cards in a row."""
    return {"cards": [spell_card(card) for card in carousel.cards]}
