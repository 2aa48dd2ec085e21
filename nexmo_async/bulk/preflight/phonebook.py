"""Who knows phone numbers here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.bulk.preflight.phones import Nobody

if TYPE_CHECKING:
    from nexmo_async.bulk.preflight.phones import PhoneBook


def phone_book() -> PhoneBook:
    """Whoever knows most here."""
    try:
        from nexmo_async.bulk.preflight.numbering import Numbering  # noqa: PLC0415  an extra
    except ImportError:
        return Nobody()
    return Numbering()
