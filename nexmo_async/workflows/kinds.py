"""What kind of failure it was: errors of a send, codes of a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.errors import (
    AuthenticationError,
    ForbiddenError,
    LowBalanceError,
    MessageError,
    NexmoError,
    NotSentError,
    RateLimitError,
    RefusedError,
    RequestError,
    ThrottledError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nexmo_async.models.condition import Kind

#: The kind of an error that a send raises; the first that fits.
ERRORS: Final[Sequence[tuple[type[NexmoError], Kind]]] = (
    (MessageError, "content"),
    (NotSentError, "temporary"),
    (ThrottledError, "temporary"),
    (RateLimitError, "temporary"),
    (AuthenticationError, "account"),
    (LowBalanceError, "account"),
    (ForbiddenError, "account"),
    (RequestError, "content"),
    (RefusedError, "unclear"),
)

#: The kind of a code, as the vendor's table of webhook codes explains them:
#: https://developer.vonage.com/en/api-errors/messages
CODES: Final[Mapping[Kind, frozenset[int]]] = {
    "temporary": frozenset(
        {1000, 1030, 1100, 1180, 1220, 1230, 1241, 1290, 1331, 1360, 1460, 1461, 1472}
    ),
    "content": frozenset(
        {
            *(1010, 1020, 1021, 1022, 1040, 1090, 1120, 1130, 1150, 1170, 1210, 1320),
            *(1340, 1380, 1381, 1382, 1400, 1410, 1420, 1430, 1431, 1440, 1450, 1451),
            *(1480, 1481, 1482, 1483, 2002),
        }
    ),
    "account": frozenset(
        {
            *(1060, 1070, 1080, 1110, 1140, 1160, 1242, 1251, 1350, 1370, 1470, 1473),
            *(1474, 1475, 1476, 1484, 2001),
        }
    ),
    "permanent": frozenset({1050, 1200, 1250, 1260, 1270, 1280, 1282, 1300, 1310}),
    "suppress": frozenset({1190, 1240, 2003}),
    "unclear": frozenset({1330, 1490}),
}

_BY_CODE: Final[Mapping[int, Kind]] = {
    code: kind for kind, codes in CODES.items() for code in codes
}


def kind_of_code(code: int | None) -> Kind:
    """The kind of a receipt's code; without one nothing speaks for trying again."""
    return "permanent" if code is None else _BY_CODE.get(code, "unclear")


def kind_of_error(error: NexmoError) -> Kind:
    """The kind of an error that a send raised."""
    for type_, kind in ERRORS:
        if isinstance(error, type_):
            return kind
    return "unclear"
