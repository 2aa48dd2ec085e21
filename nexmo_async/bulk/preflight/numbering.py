"""The numbering plans of the world: the only room that imports phonenumbers.

It is a port of the library that Android uses, and kept up to date every other week.
"""

from __future__ import annotations

from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from nexmo_async.bulk.preflight.phones import Facts

#: Digits in the longest country code (ITU-T E.164, 6.2.1).
LONGEST_CODE: Final = 3


class Numbering:
    """Looks numbers up in the plans of their countries."""

    def look_up(self, number: str) -> Facts:
        """The country of a number, and whether it can be somebody's."""
        parsed = _parsed(number)
        if parsed is None or parsed.country_code is None:
            return Facts(valid=False)
        country = phonenumbers.region_code_for_number(parsed)
        if country is None:
            usual = phonenumbers.region_code_for_country_code(parsed.country_code)
            return Facts(usual, valid=False)
        valid = phonenumbers.is_valid_number_for_region(parsed, country)
        return Facts("" if country == "001" else country, valid)

    def zones(self, number: str) -> tuple[str, ...]:
        """The zones of its country, or of the part of it that the number names."""
        parsed = _parsed(number)
        if parsed is None:
            return ()
        found = timezone.time_zones_for_geographical_number(parsed)
        return tuple(zone for zone in found if zone != timezone.UNKNOWN_TIMEZONE)

    def all_zones(self) -> frozenset[str]:
        """Every zone of the library's own data."""
        return frozenset(zone for zones in TIMEZONE_DATA.values() for zone in zones)


def _parsed(number: str) -> PhoneNumber | None:
    """The number in its two halves. No code is the beginning of another one."""
    for length in range(1, LONGEST_CODE + 1):
        code, rest = number[:length], number[length:]
        if not (code + rest).isdecimal() or not rest:
            return None
        if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            zeros = len(rest) - len(rest.lstrip("0"))
            return PhoneNumber(
                int(code),
                int(rest),
                italian_leading_zero=True if zeros else None,
                number_of_leading_zeros=zeros if zeros > 1 else None,
            )
    return None
