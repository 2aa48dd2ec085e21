"""Any message that a generation carries, for hypothesis to draw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from nexmo_async.models import (
    Action,
    Audio,
    Button,
    Buttons,
    Card,
    Carousel,
    Contact,
    Contacts,
    Content,
    CreateEvent,
    Custom,
    Dial,
    File,
    Html,
    Image,
    Letter,
    Location,
    Mailbox,
    Media,
    MediaTemplate,
    Menu,
    Message,
    OpenUrl,
    OpenWebview,
    Payload,
    Product,
    Products,
    Reaction,
    Reply,
    Row,
    Section,
    ShareLocation,
    Shelf,
    Step,
    Sticker,
    Suggestion,
    Template,
    Text,
    UrlSuffix,
    Vcard,
    Video,
    ViewLocation,
    Workflow,
)
from nexmo_async.models.message import KINDS
from nexmo_async.wire import limits

if TYPE_CHECKING:
    from nexmo_async.wire.limits import Api

NUMBERS = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
NAMES = NUMBERS | st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{0,9}[A-Za-z0-9]", fullmatch=True)
IDS = st.from_regex(r"[A-Za-z0-9]{1,50}", fullmatch=True)
MAILBOXES = st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.example", fullmatch=True)
URLS = st.from_regex(r"https?://[a-z]{1,9}\.example/[a-z0-9]{0,9}", fullmatch=True) | (
    st.just("https://example.com/" + "a" * 1980)
)
JSON_OBJECTS = st.dictionaries(st.text(max_size=5), st.integers(0, 9), min_size=1)
FLAGS = st.sampled_from([None, True, False])
DEGREES = st.floats(-90, 90)
FILM = {
    "thumbnail_url": st.just("https://example.com/" + "a" * 980),
    "duration": st.integers(1, 600),
    "megabytes": st.integers(1, 200),
}


@cache
def texts(longest: int) -> st.SearchStrategy[str]:
    """Short ones, and the longest allowed, for the edge is where limits differ."""
    return st.text(min_size=1, max_size=9) | st.just("é" * longest)


@cache
def one_of(*words: str) -> st.SearchStrategy[str | None]:
    """One of these, or none."""
    return st.sampled_from([None, *words])


@cache
def times(shortest: int, longest: int) -> st.SearchStrategy[int | None]:
    """None, the edges and something between."""
    return st.sampled_from([None, shortest, 600, longest])


TAPPED = {"label": texts(25), "postback": texts(20)}
FALLBACK = {"fallback_url": st.none() | URLS}
DESCRIBED = {"description": st.none() | texts(500)}
SUGGESTIONS: st.SearchStrategy[Suggestion] = st.one_of(
    st.builds(Reply, **TAPPED),
    st.builds(ShareLocation, **TAPPED),
    st.builds(Dial, **TAPPED, **FALLBACK, number=NUMBERS),
    st.builds(
        ViewLocation,
        **TAPPED,
        **FALLBACK,
        latitude=DEGREES,
        longitude=DEGREES,
        pin=texts(20),
    ),
    st.builds(OpenUrl, **TAPPED, **DESCRIBED, url=URLS),
    st.builds(
        OpenWebview, **TAPPED, **DESCRIBED, url=URLS, view=one_of("full", "tall")
    ),
    st.builds(
        CreateEvent,
        **TAPPED,
        **DESCRIBED,
        **FALLBACK,
        title=texts(100),
        start=st.just(datetime(2030, 1, 1, tzinfo=UTC)),
        end=st.just(datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=1)),
    ),
)
CARD = {
    "title": texts(200),
    "text": texts(2000),
    "media_url": URLS,
    "media_description": st.none() | texts(100),
    "height": one_of("short", "medium", "tall"),
    "thumbnail_url": st.none() | URLS,
    "refresh": FLAGS,
    "suggestions": st.lists(SUGGESTIONS, max_size=4),
}
CARDS = st.builds(Card, **CARD)
LYING = {"orientation": st.just("horizontal"), "alignment": st.sampled_from(["left"])}
FOOTED = {"footer": st.none() | texts(60)}
HEADERS = st.none() | texts(60) | st.builds(Image, URLS)
ROWS = st.builds(Row, texts(200), texts(24), st.none() | texts(72))
SECTIONS = st.builds(Section, st.lists(ROWS, min_size=1, max_size=5), texts(24))
SHELVES = st.builds(Shelf, texts(24), st.lists(texts(9), min_size=1, max_size=3))
MAIL_PARTS = st.builds(Text, texts(99)) | st.builds(Html, texts(99))


def contents(
    kind: type[Content], longest: int, *, film: bool, captioned: bool, named: bool
) -> st.SearchStrategy[Content]:
    """Contents of one kind."""
    caption = {"caption": st.none() | texts(3000) if captioned else st.none()}
    files: dict[type[Content], st.SearchStrategy[Any]] = {
        Image: st.builds(Image, URLS, **caption),
        Audio: st.builds(Audio, URLS, **caption),
        Video: st.builds(Video, URLS, **caption, **(FILM if film else {})),
        Vcard: st.builds(Vcard, URLS, **caption),
        File: st.builds(
            File, URLS, **caption, name=st.none() | texts(25) if named else st.none()
        ),
    }
    others: dict[type[Content], st.SearchStrategy[Any]] = {
        Text: st.builds(Text, texts(longest)),
        Media: st.lists(st.one_of(list(files.values())), min_size=1, max_size=3).map(
            lambda parts: Media(*parts)
        ),
        Html: st.builds(Html, texts(99)),
        Letter: st.lists(MAIL_PARTS, min_size=1).map(lambda parts: Letter(*parts)),
        Template: st.builds(
            Template, texts(60), st.lists(st.text(max_size=9), max_size=3)
        ),
        Sticker: st.builds(Sticker, URLS) | st.builds(Sticker, id=texts(20)),
        Reaction: st.builds(Reaction, st.sampled_from([None, "👍"])),
        Card: CARDS | st.builds(Card, **CARD, **LYING),
        Carousel: st.builds(
            Carousel,
            st.lists(CARDS, min_size=2, max_size=3),
            width=one_of("small", "medium"),
        ),
        Custom: st.builds(Custom, JSON_OBJECTS),
        Buttons: st.builds(
            Buttons,
            texts(1024),
            st.lists(st.builds(Button, texts(256), texts(20)), min_size=1, max_size=3),
            header=HEADERS,
            **FOOTED,
        ),
        Menu: st.builds(
            Menu,
            texts(4096),
            texts(20),
            st.lists(SECTIONS, min_size=1, max_size=2),
            header=st.none() | texts(60),
            **FOOTED,
        ),
        Product: st.builds(Product, texts(9), texts(9), body=st.none() | texts(1024)),
        Products: st.builds(
            Products,
            texts(9),
            st.lists(SHELVES, min_size=1, max_size=3),
            header=texts(60),
            body=texts(1024),
            **FOOTED,
        ),
        Location: st.builds(Location, DEGREES, DEGREES, name=st.none() | texts(20)),
        Contacts: st.builds(
            Contacts, st.builds(Contact, texts(20), phones=st.lists(NUMBERS))
        ),
        MediaTemplate: st.builds(
            MediaTemplate,
            texts(60),
            language=st.just("en-GB"),
            header=HEADERS,
            body=st.lists(texts(9), max_size=2),
            buttons=st.lists(
                st.none()
                | st.builds(Payload, texts(9))
                | st.builds(UrlSuffix, texts(9)),
                max_size=2,
            ),
        ),
    }
    return (files | others)[kind]


def options(channel: str, content: Content, api: Api) -> dict[str, Any]:
    """The channel's own options, as far as they go with the content."""
    words = isinstance(content, Text)
    shown = words or (isinstance(content, Image) and content.caption is not None)
    readers = st.lists(MAILBOXES | st.builds(Mailbox, MAILBOXES, texts(100)))
    tables: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "sms": {
            "ttl": times(20, 604_800),
            "encoding_type": one_of("text", "unicode", "auto"),
            "content_id": st.none() | texts(20),
            "entity_id": st.none() | texts(20),
            "pool_id": st.none() | texts(20),
            "trusted_recipient": FLAGS,
        },
        "mms": {
            "ttl": times(300, 259_200),
            "participants": st.lists(NUMBERS, max_size=3),
            "trusted_recipient": FLAGS,
        },
        "rcs": {
            "ttl": times(20, 259_200),
            "category": one_of("authentication", "service-request"),
            "suggestions": st.lists(SUGGESTIONS, max_size=11)
            if words or isinstance(content, Carousel)
            else st.just(()),
            "trusted_recipient": FLAGS,
        },
        "whatsapp": {
            "reply_to": IDS if isinstance(content, Reaction) else st.none() | IDS,
            **(
                {
                    "locale": st.sampled_from(["en", "en_GB", "pt-BR"]),
                    "policy": one_of("deterministic"),
                }
                if isinstance(content, Template)
                else {}
            ),
        },
        "messenger": {"category": one_of("response", "update")},
        "viber": {
            "category": one_of("transaction", "promotion"),
            "ttl": times(30, limits.VIBER_TTL[api]),
            "type": one_of("template"),
            "action": st.none() | st.builds(Action, URLS, texts(30))
            if shown
            else st.none(),
        },
        "email": {
            "subject": texts(99),
            "to_name": st.none() | texts(100),
            "sender_name": st.none() | texts(100),
            "importance": one_of("high", "normal", "low"),
            "priority": one_of("urgent", "normal", "non-urgent"),
            "sensitivity": one_of("personal", "private", "company-confidential"),
            "cc": readers,
            "bcc": readers,
        },
    }
    known = None if api == "v1" else limits.OPTIONS[api][channel]
    table = tables[channel]
    return {key: table[key] for key in table if known is None or key in known}


ADDRESSES: dict[str, tuple[st.SearchStrategy[str], st.SearchStrategy[str]]] = {
    "sms": (NUMBERS, NAMES),
    "mms": (NUMBERS, NUMBERS),
    "rcs": (NUMBERS, IDS),
    "whatsapp": (NUMBERS, NUMBERS),
    "messenger": (IDS, IDS),
    "viber": (NUMBERS, IDS),
    "email": (MAILBOXES, MAILBOXES),
}


@st.composite
def messages(
    draw: st.DrawFn,
    api: Api,
    longest_ttl: int | None = None,
    pair: tuple[str, type[Content]] | None = None,
) -> Message:
    """Any message that this generation carries, or any of one kind."""
    pairs = [
        (channel, kind)
        for channel, kinds in limits.CARRIES[api].items()
        for kind in sorted(kinds, key=lambda kind: kind.__name__)
    ]
    channel, held = pair or draw(st.sampled_from(pairs))
    kind = KINDS[channel]
    longest = limits.SMS_TEXT[api] if channel == "sms" else (kind.longest or [99])[-1]
    content = draw(
        contents(
            held,
            longest,
            film=channel == "viber",
            captioned=(channel, held) in limits.CAPTIONED[api],
            named=api == "v1" and channel in {"whatsapp", "viber"},
        )
    )
    to, sender = ADDRESSES[channel]
    fields = {key: draw(value) for key, value in options(channel, content, api).items()}
    if longest_ttl and (fields.get("ttl") or 0) > longest_ttl:
        fields["ttl"] = longest_ttl
    if limits.CLIENT_REF[api]:
        fields["client_ref"] = draw(st.none() | texts(limits.CLIENT_REF[api]))
    if api == "v1":
        fields["webhook_url"] = draw(st.none() | URLS)
        fields["webhook_version"] = draw(st.sampled_from([None, "v0.1", "v1"]))
    if channel == "messenger" and draw(st.booleans()):
        fields |= {"category": "message_tag", "tag": "CONFIRMED_EVENT_UPDATE"}
    return kind(to=draw(to), sender=draw(sender), content=content, **fields)


@st.composite
def workflows(draw: st.DrawFn, api: Api) -> Workflow:
    """Any workflow that this generation runs."""
    longest = None if api == "v1" else 86_400
    *others, last = draw(st.lists(messages(api, longest), min_size=2, max_size=4))
    if api == "v1":
        return Workflow(*map(Step, others), Step(last))
    steps: list[Step] = []
    for message in others:
        quiet = message.channel in {"sms", "mms"}
        until = draw(st.sampled_from(["delivered"] if quiet else ["delivered", "read"]))
        within = draw(st.sampled_from([15, 600, 86_400]))
        steps.append(Step(message, until=until, within=within))
    return Workflow(*steps, Step(last))
