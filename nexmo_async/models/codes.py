"""Why a message failed, by the code in its receipt, and what that means for the next.

What Nexmo's table of codes says, in our words; the kind is our judgement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.errors import Fault

#: What a failure calls for: the same message again later (temporary), another text or
#: setting (content), somebody who runs the account (account), another channel
#: (permanent), never this person again (suppress), or nobody knows (unclear).
Kind = Literal["temporary", "content", "account", "permanent", "suppress", "unclear"]


@attrs.frozen
class Failure:
    """What went wrong with one message.

    Attributes:
        code: Nexmo's number for it, None if there was none.
        meaning: What it stands for; empty if it is not known here.
        kind: "temporary", "content", "account", "permanent", "suppress" or "unclear".
    """

    code: int | None
    meaning: str
    kind: Kind

    @property
    def fault(self) -> Fault:
        """Who can mend it."""
        return _ADVICE[self.kind][0]

    @property
    def advice(self) -> str:
        """What to do now, in a sentence."""
        return _ADVICE[self.kind][1]


_TABLE: Final[Mapping[Kind, Mapping[int, str]]] = {
    "temporary": {
        1000: "faster than may be submitted",
        1030: "an error inside the platform",
        1100: "no communication with the network, nothing was submitted",
        1180: "the recipient cannot be reached for the moment",
        1220: "the phone was busy",
        1230: "an error of the network",
        1241: "too many messages to this number",
        1290: "the recipient's prepaid card is empty",
        1331: "the provider does not answer",
        1360: "its time to live was over before it arrived",
        1460: "the daily limit of the sender is reached",
        1461: "the provider limits advertising to each person",
        1472: "held back by the protection from bursts",
    },
    "content": {
        1010: "a parameter is missing",
        1020: "a parameter has a wrong value",
        1021: "the tag is wrong",
        1022: "the template or its parameters are wrong",
        1040: "it cannot be processed, the prefix may be unknown",
        1090: "it is too long",
        1120: "this sender is not allowed here",
        1130: "the time to live is wrong",
        1150: "the class of the message is wrong",
        1170: "the recipient is missing or wrong",
        1210: "taken for spam",
        1340: "outside of the window in which it is allowed: use a template or tag",
        1380: "the media cannot be fetched from its address",
        1381: "the media is too large",
        1382: "the media is of a wrong type",
        1400: "the channel is not supported",
        1410: "the parameters of the channel are wrong",
        1420: "the sender is wrong",
        1430: "the recipient is wrong",
        1431: "more than one recipient",
        1440: "the channel carries no such message",
        1450: "the client_ref is too long",
        1451: "the message that it answers is not known",
        1480: "refused by the filter for entities",
        1481: "refused by the filter for headers",
        1482: "refused by the filter for contents",
        1483: "refused by the filter for consent",
        2002: "the email is too large",
    },
    "account": {
        1060: "your account is barred",
        1070: "no credit, or the quota at the provider is used up",
        1080: "the account may not use this API",
        1110: "the signature is wrong",
        1140: "the account may not do this",
        1160: "the recipient is not on the list of a trial account",
        1242: "the pool of numbers is not known",
        1251: "your own rules leave no route",
        1350: "the fee for matching phone numbers is not paid",
        1370: "the token of the Facebook page has expired",
        1470: "blocked by a rule of Fraud Defender",
        1473: "held back by the protection from inflated traffic",
        1474: "the country is blocked by Fraud Defender",
        1475: "the network is blocked by Fraud Defender",
        1476: "nobody may send from this number",
        1484: "against a regulation",
        2001: "refused by the provider's rules against fraud",
    },
    "permanent": {
        1050: "the number is barred",
        1200: "the number was ported and is not found",
        1250: "there is no route",
        1260: "the destination cannot be reached",
        1270: "the person is too young for it",
        1280: "blocked by the carrier",
        1282: "blocked by the provider",
        1300: "the person does not use this channel",
        1310: "the phone is not able to show it",
    },
    "suppress": {
        1190: "the recipient is gone for good",
        1240: "the recipient wants no more messages",
        2003: "the address is on a list of those who want none",
    },
    "unclear": {
        # Sending it again, on whatever channel, would double it.
        1320: "it was sent before",
        1330: "an unknown failure of the carrier or provider",
        1490: "not all parts were confirmed in time; it may have arrived",
    },
}

#: Who can mend it, and how, by its kind.
_ADVICE: Final[Mapping[Kind, tuple[Fault, str]]] = {
    "temporary": ("network", "Send it again later."),
    "content": ("caller", "Mend the message: it would fail again as it is."),
    "account": ("account", "Ask whoever runs the account to put this right."),
    "permanent": ("recipient", "Try another channel."),
    "suppress": ("recipient", "Write no more to this recipient."),
    "unclear": ("nobody", "It may have arrived: sending it again may double it."),
}

#: Everything known about each code.
CODES: Final[Mapping[int, Failure]] = {
    code: Failure(code, meaning, kind)
    for kind, codes in _TABLE.items()
    for code, meaning in codes.items()
}


def failure(code: int | None) -> Failure:
    """What a code means; one that is not known is unclear."""
    known = CODES.get(code) if code is not None else None
    return known or Failure(code, "", "unclear")
