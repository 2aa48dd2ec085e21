"""Why a message failed: the codes of the status webhooks, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a message whose time to live ran out is rejected with. (Messages error codes.)
EXPIRED: Final = 1360

#: What a message that never reached the provider gets when the script names no code.
NOT_SUBMITTED: Final = 1100

#: What a message gets that failed for no reason that anybody knows.
UNKNOWN: Final = 1330

#: code -> reason. (Messages API error codes.)
REASONS: Final[Mapping[int, str]] = {
    1000: "Throttled: the account sent faster than it may",
    1010: "A parameter is missing",
    1020: "A parameter has an invalid value",
    1021: "The tag is invalid",
    1022: "The template or its parameters are invalid",
    1030: "The platform failed inside",
    1040: "The message cannot be processed",
    1050: "The number is barred",
    1060: "The account is barred",
    1070: "The account has no credit, or its quota is used up",
    1080: "The account is not enabled for this",
    1090: "The message is too long",
    1100: "Communication failed: nothing was submitted",
    1110: "The signature is invalid",
    1120: "This sender is not allowed here",
    1130: "The time to live is invalid",
    1140: "The facility is not enabled",
    1150: "The message class is invalid",
    1160: "The recipient is not on the list of a trial account",
    1170: "The recipient is missing or invalid",
    1180: "The recipient cannot be reached at the moment",
    1190: "The recipient is gone for good",
    1200: "The number's porting is not resolved",
    1210: "Refused as spam",
    1220: "The handset was busy",
    1230: "The network failed",
    1240: "The recipient asked for no more messages",
    1241: "Too many messages to this number",
    1242: "The number pool is unknown",
    1250: "There is no route to this number",
    1251: "Your routing rules leave no route",
    1260: "The destination cannot be reached",
    1270: "The recipient is too young for this",
    1280: "The carrier blocked it",
    1282: "The provider blocked it",
    1290: "The recipient's prepaid credit is used up",
    1300: "The recipient is not on the provider's network",
    1310: "The recipient's device cannot show it",
    1320: "This was sent before",
    1330: "The carrier failed without saying why",
    1331: "The provider does not answer",
    1340: "Outside of the window in which this may be sent",
    1350: "Matching by telephone number is not paid for",
    1360: "The time to live ran out before delivery",
    1370: "The provider's token has expired",
    1380: "The media could not be fetched from its URL",
    1381: "The media is too large",
    1382: "The media is of the wrong type",
    1400: "The channel is not supported",
    1410: "The channel's parameters are invalid",
    1420: "The sender is invalid",
    1430: "The recipient is invalid",
    1431: "Only one recipient is supported",
    1440: "This channel does not carry this type of message",
    1450: "The client reference is too long",
    1451: "The message referred to is unknown",
    1460: "The daily limit is reached",
    1461: "The provider limits marketing to this person",
    1470: "Fraud protection blocked the prefix",
    1472: "Protection against bursts of SMS stopped it",
    1473: "Protection against inflated traffic stopped it",
    1474: "Fraud protection blocked the country",
    1475: "Fraud protection blocked the network",
    1476: "This number must not be sent from",
    1480: "The entity was filtered",
    1481: "The header was filtered",
    1482: "The content was filtered",
    1483: "Consent is missing",
    1484: "A regulation forbids it",
    1490: "Not every segment was confirmed in time",
    2001: "The provider suspects fraud",
    2002: "The email is too large",
    2003: "The address is on a list of the suppressed",
}


def reason(code: int) -> str:
    """What a code means, also one that nobody has heard of."""
    return REASONS.get(code, "Failed for a reason without a description")
