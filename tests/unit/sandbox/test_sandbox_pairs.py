from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.sandbox.rules.flat import CHANNELS, drafts, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTIES: Final[dict[str, dict[str, str]]] = {
    "sms": {"to": "447700900000", "from": "ACME"},
    "mms": {"to": "12025550100", "from": "12345"},
    "rcs": {"to": "447700900000", "from": "Acme_Agent-1"},
    "whatsapp": {"to": "447700900000", "from": "447700900001"},
    "messenger": {"to": "9876543210", "from": "1234567890"},
    "viber_service": {"to": "447700900000", "from": "16273"},
    "email": {"to": "ada@example.com", "from": "acme@example.org"},
}
AT: Final = "https://example.com/it."
CARD: Final = {"title": "a", "text": "b", "media_url": AT + "png"}
SUBJECT: Final = {"email": {"subject": "a"}}
REPLY: Final = {"type": "reply", "text": "Yes", "postback_data": "yes"}

#: Each pair with nothing but what it must have.
SMALLEST: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("sms", "text"): {"text": "a"},
    ("mms", "text"): {"text": "a"},
    ("mms", "image"): {"image": {"url": AT + "bmp"}},
    ("mms", "vcard"): {"vcard": {"url": AT + "vcf"}},
    ("mms", "audio"): {"audio": {"url": AT + "amr"}},
    ("mms", "video"): {"video": {"url": AT + "avi"}},
    ("mms", "file"): {"file": {"url": AT + "zip"}},
    ("mms", "content"): {"content": [{"type": "image", "url": AT + "png"}]},
    ("rcs", "text"): {"text": "a"},
    ("rcs", "image"): {"image": {"url": AT + "gif"}},
    ("rcs", "video"): {"video": {"url": AT + "webm"}},
    ("rcs", "file"): {"file": {"url": AT + "pdf"}},
    ("rcs", "custom"): {"custom": {}},
    ("rcs", "card"): {"card": CARD},
    ("rcs", "carousel"): {"carousel": {"cards": [CARD, CARD]}},
    ("whatsapp", "text"): {"text": "a"},
    ("whatsapp", "image"): {"image": {"url": AT + "png"}},
    ("whatsapp", "audio"): {"audio": {"url": AT + "aac"}},
    ("whatsapp", "video"): {"video": {"url": AT + "3gpp"}},
    ("whatsapp", "file"): {"file": {"url": AT + "zip"}},
    ("whatsapp", "template"): {"template": {"name": "a"}, "whatsapp": {"locale": "en"}},
    ("whatsapp", "sticker"): {"sticker": {"id": "1"}},
    ("whatsapp", "reaction"): {
        "reaction": {"action": "unreact"},
        "context": {"message_uuid": "a1b2"},
    },
    ("whatsapp", "custom"): {"custom": {}},
    ("messenger", "text"): {"text": "a"},
    ("messenger", "image"): {"image": {"url": AT + "gif"}},
    ("messenger", "audio"): {"audio": {"url": AT + "mp3"}},
    ("messenger", "video"): {"video": {"url": AT + "mp4"}},
    ("messenger", "file"): {"file": {"url": AT + "zip"}},
    ("viber_service", "text"): {"text": "a"},
    ("viber_service", "image"): {"image": {"url": AT + "jpg"}},
    ("viber_service", "video"): {
        "video": {"url": AT + "mp4", "thumb_url": AT + "jpg"},
        "viber_service": {"duration": "1", "file_size": "1"},
    },
    ("viber_service", "file"): {"file": {"url": "https://example.com/files/"}},
    ("email", "text"): {"text": "a", **SUBJECT},
    ("email", "html"): {"html": {"body": "a"}, **SUBJECT},
    ("email", "content"): {"content": [{"type": "text", "text": "a"}], **SUBJECT},
}

#: What each channel may be given besides.
OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "sms": {
        "ttl": 604_800,
        "trusted_recipient": True,
        "sms": {
            "encoding_type": "auto",
            "content_id": "1107457532145798767",
            "entity_id": "1101456324675322134",
            "pool_id": "pool",
        },
    },
    "mms": {
        "ttl": 300,
        "trusted_recipient": False,
        "mms": {"participants": ["12025550101", "12025550102"]},
    },
    "rcs": {
        "ttl": 259_200,
        "trusted_recipient": True,
        "rcs": {
            "category": "service-request",
            "card_orientation": "HORIZONTAL",
            "image_alignment": "LEFT",
            "card_width": "SMALL",
        },
    },
    "whatsapp": {
        "context": {"message_uuid": "a1b2"},
        "whatsapp": {"locale": "en_GB", "policy": "deterministic"},
    },
    "messenger": {"messenger": {"category": "message_tag", "tag": "HUMAN_AGENT"}},
    "viber_service": {
        "viber_service": {
            "category": "transaction",
            "ttl": 259_200,
            "type": "template",
            "duration": "600",
            "file_size": "200",
        }
    },
    "email": {
        "email": {
            "subject": "a",
            "to_name": "Ada",
            "from_name": "ACME",
            "importance": "High",
            "priority": "Non-urgent",
            "sensitivity": "Company-Confidential",
            "cc": [{"address": "bob@example.com", "name": "Bob"}],
            "bcc": [{"address": "eve@example.com"}],
        }
    },
}
COMMON: Final = {
    "client_ref": "a" * 100,
    "webhook_url": "https://example.com/status",
    "webhook_version": "v0.1",
}

FULL_CARD: Final = {
    **CARD,
    "media_description": "a",
    "media_height": "TALL",
    "thumbnail_url": AT + "png",
    "media_force_refresh": True,
    "suggestions": [REPLY] * 4,
}
CAPTIONED: Final = {"url": "https://example.com/it", "caption": "a"}

#: The fullest content, where there is more to it than in the smallest.
FULLEST: Final[dict[tuple[str, str], dict[str, Any]]] = {
    **{
        ("mms", kind): {kind: CAPTIONED}
        for kind in ("image", "vcard", "audio", "video", "file")
    },
    ("mms", "content"): {
        "content": [
            {"type": kind, **CAPTIONED}
            for kind in ("image", "vcard", "audio", "video", "file")
        ]
    },
    ("rcs", "text"): {"text": "a", "suggestions": [REPLY] * 11},
    ("rcs", "card"): {"card": FULL_CARD},
    ("rcs", "carousel"): {
        "carousel": {"cards": [FULL_CARD] * 10},
        "suggestions": [REPLY] * 11,
    },
    ("whatsapp", "image"): {"image": CAPTIONED},
    ("whatsapp", "video"): {"video": CAPTIONED},
    ("whatsapp", "file"): {"file": {**CAPTIONED, "name": "it.zip"}},
    ("whatsapp", "template"): {"template": {"name": "a:b", "parameters": ["c", ""]}},
    ("whatsapp", "sticker"): {"sticker": {"url": AT + "webp"}},
    ("whatsapp", "reaction"): {"reaction": {"action": "react", "emoji": "😀"}},
    ("viber_service", "image"): {"image": CAPTIONED},
    ("viber_service", "video"): {"video": {**CAPTIONED, "thumb_url": AT + "jpg"}},
    ("viber_service", "file"): {"file": {"url": AT + "pdf", "name": "it.pdf"}},
    ("email", "content"): {
        "content": [{"type": "text", "text": "a"}, {"type": "html", "body": "a"}]
    },
}
PAIRS: Final = list(SMALLEST)


ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["url", "type", "text", "cards", "a"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def smallest(pair: tuple[str, str]) -> dict[str, Any]:
    channel, kind = pair
    return {
        "channel": channel,
        "message_type": kind,
        **PARTIES[channel],
        **copy.deepcopy(SMALLEST[pair]),
    }


def fullest(pair: tuple[str, str]) -> dict[str, Any]:
    return {
        **smallest(pair),
        **COMMON,
        **OPTIONS[pair[0]],
        **FULLEST.get(pair, {}),
    }


def wrong(body: dict[str, Any]) -> list[tuple[str, str]]:
    problem = refuse(body)
    found = () if problem is None else problem.violations
    return [(violation.name, violation.reason) for violation in found]


def members(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each named member inside of a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from members(inner, (*path, name))
    if isinstance(value, list):
        for position, inner in enumerate(value):
            yield from members(inner, (*path, position))


def spelled(path: tuple[Any, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


NEEDED: Final = [
    pytest.param(pair, path, id=f"{pair[0]}-{pair[1]}-{spelled(path)}")
    for pair in PAIRS
    for path in members(smallest(pair))
]


def test_there_are_36_pairs() -> None:
    rows = {(name, kind) for name, it in CHANNELS.items() for kind in it.carries}

    assert rows == set(PAIRS)
    assert len(rows) == 36


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_pair_is_accepted_with_what_it_must_have(pair: tuple[str, str]) -> None:
    assert wrong(smallest(pair)) == []


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_pair_is_accepted_with_all_it_may_have(pair: tuple[str, str]) -> None:
    assert wrong(fullest(pair)) == []


@pytest.mark.parametrize(("pair", "path"), NEEDED)
def test_what_must_be_there_is_named_when_it_is_not(
    pair: tuple[str, str], path: tuple[Any, ...]
) -> None:
    body = smallest(pair)
    here: Any = body
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]

    expected = (spelled(path), "is required.")
    if path == ("sticker", "id"):
        expected = ("sticker", "must have one of url, id.")
    assert expected in wrong(body)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_any_pair_may_be_a_fallback(pair: tuple[str, str]) -> None:
    first = smallest(("sms", "text"))
    other = smallest(("rcs", "text"))

    assert wrong({**first, "failover": [other, fullest(pair)]}) == []


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_fallback_is_held_to_its_own_rules(pair: tuple[str, str]) -> None:
    item = smallest(pair)
    (content, *_) = SMALLEST[pair]
    del item[content]
    body = {**smallest(("sms", "text")), "failover": [fullest(pair), item]}

    assert (f"failover[1].{content}", "is required.") in wrong(body)


@given(data=st.data())
def test_whatever_stands_in_a_message_it_is_accepted_or_refused(
    data: st.DataObject,
) -> None:
    """One value of a full message is replaced by anything."""
    body = copy.deepcopy(fullest(data.draw(st.sampled_from(PAIRS))))
    *parents, last = data.draw(st.sampled_from(list(members(body))))
    here: Any = body
    for step in parents:
        here = here[step]
    here[last] = data.draw(ANYTHING)

    problem = refuse(body)

    if problem is None:
        assert len(drafts(body)) == 1
    else:
        assert problem.status == 422
        assert problem.violations


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("sms", "image"),
        ("mms", "sticker"),
        ("rcs", "audio"),
        ("rcs", "template"),
        ("whatsapp", "location"),
        ("whatsapp", "html"),
        ("messenger", "template"),
        ("messenger", "custom"),
        ("viber_service", "audio"),
        ("email", "image"),
    ],
)
def test_a_channel_carries_nothing_else(channel: str, kind: str) -> None:
    body = {"channel": channel, "message_type": kind, **PARTIES[channel]}

    assert wrong(body)[0][0] == "message_type"


@pytest.mark.parametrize("name", ["viber", "viber_service_msg", "instagram", "SMS"])
def test_another_name_is_no_channel(name: str) -> None:
    body = {**smallest(("sms", "text")), "channel": name}

    assert [found for found, _ in wrong(body)] == ["channel"]
