"""Whatever the encoder can say, the vendor's own OpenAPI files allow."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match

from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Template,
    Text,
    Video,
)
from nexmo_async.models.message import (
    TEXT_LENGTH,
    Message,
    Messenger,
    Sms,
    Viber,
    WhatsApp,
)
from nexmo_async.models.workflow import Step, Workflow
from nexmo_async.wire import limits
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nexmo_async.wire.limits import Api

ROOT = Path(__file__).parents[2]
SPECS = ROOT.parent / "shared" / "specs"
SAMPLES = ROOT / "tests" / "samples"

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the vendor's OpenAPI files are not kept in this project"
)


# What the vendor says.


@attrs.frozen
class Contract:
    """One request body of one file."""

    file: str
    path: str


MESSAGES: Final[dict[Api, Contract]] = {
    "beta": Contract("messages-beta-2018.yml", "/messages"),
    "v0.1": Contract("messages-v0.1.yml", "/"),
    "v1": Contract("messages-v1.11.json", "/v1/messages"),
}

WORKFLOWS: Final[dict[Api, Contract]] = {
    "beta": Contract("workflows-beta-2018.yml", "/workflows"),
    "v0.1": Contract("dispatch-v0.1.yml", "/"),
    "v1": MESSAGES["v1"],
}


@cache
def spec(file: str) -> Any:  # noqa: ANN401  a whole OpenAPI document
    document = yaml.safe_load((SPECS / file).read_text("utf-8"))
    if "createWorkflow" in document["components"]["schemas"]:
        # A step is `oneOf` with and without a condition, but as the condition is not
        # required a plain step is both, which `oneOf` forbids. The first says it all.
        body = document["components"]["schemas"]["createWorkflow"]["properties"]
        body["workflow"]["items"] = body["workflow"]["items"]["oneOf"][0]
    return document


@cache
def requests(contract: Contract) -> Draft4Validator:
    """OpenAPI 3.0 writes its schemas in a dialect of draft 4."""
    document = spec(contract.file)
    posted = document["paths"][contract.path]["post"]["requestBody"]
    schema = posted["content"]["application/json"]["schema"]
    return Draft4Validator({"allOf": [schema], "components": document["components"]})


@cache
def vocabulary(file: str) -> frozenset[str]:
    """Each name of a member that the file knows."""
    return frozenset(named(spec(file)["components"]["schemas"]))


def named(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from named(part)


def spoken(body: object) -> Iterator[str]:
    """Each name of a member in the body; what is custom is the provider's affair."""
    if isinstance(body, dict):
        yield from body
        body = [part for key, part in body.items() if key != "custom"]
    if isinstance(body, list):
        for part in body:
            yield from spoken(part)


def objection(contract: Contract, body: object, known: frozenset[str]) -> str:
    """What the file has against the body; empty if nothing.

    Its schemas allow any further member, so that rule is added here: what the file
    does not name must at least be known from elsewhere.
    """
    error = best_match(requests(contract).iter_errors(body))
    if error is not None:
        return f"{error.json_path}: {error.message}"
    unknown = set(spoken(body)) - vocabulary(contract.file) - known
    return f"unknown: {', '.join(sorted(unknown))}" if unknown else ""


# What we say.

NUMBERS = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
NAMES = NUMBERS | st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{0,9}[A-Za-z0-9]", fullmatch=True)
IDS = st.from_regex(r"[A-Za-z0-9]{1,50}", fullmatch=True)
URLS = st.from_regex(r"https?://[a-z]{1,9}\.example/[a-z0-9]{0,9}", fullmatch=True) | (
    st.just("https://example.com/" + "a" * 1980)
)
JSON_OBJECTS = st.dictionaries(st.text(max_size=5), st.integers(0, 9), min_size=1)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Short ones, and the longest allowed, for the edge is where limits differ."""
    return st.text(min_size=1, max_size=20) | st.just("é" * longest)


def contents(api: Api, channel: str) -> st.SearchStrategy[Content]:
    def captions(kind: type[Content]) -> st.SearchStrategy[str | None]:
        shown = (channel, kind) in limits.CAPTIONED[api]
        return st.none() | texts(3000) if shown else st.none()

    longest = limits.SMS_TEXT[api] if channel == "sms" else TEXT_LENGTH[channel][-1]
    names = st.none() | texts(25) if api == "v1" else st.none()
    recipes: dict[type[Content], st.SearchStrategy[Content]] = {
        Text: st.builds(Text, texts(longest)),
        Image: st.builds(Image, URLS, caption=captions(Image)),
        Audio: st.builds(Audio, URLS),
        Video: st.builds(Video, URLS, caption=captions(Video)),
        File: st.builds(File, URLS, caption=captions(File), name=names),
        Template: st.builds(
            Template, texts(60), st.lists(st.text(max_size=9), max_size=3)
        ),
        Custom: st.builds(Custom, JSON_OBJECTS),
    }
    carried = sorted(limits.CARRIES[api][channel], key=lambda kind: kind.__name__)
    return st.one_of([recipes[kind] for kind in carried])


@st.composite
def messages(draw: st.DrawFn, api: Api, longest_ttl: int | None = None) -> Message:
    """Any message that this generation carries."""
    kind = draw(st.sampled_from([Sms, WhatsApp, Messenger, Viber]))
    fields: dict[str, Any] = {
        "to": draw(IDS if kind is Messenger else NUMBERS),
        "sender": draw({Sms: NAMES, WhatsApp: NUMBERS}.get(kind, IDS)),
        "content": draw(contents(api, kind.channel)),
    }
    if limits.CLIENT_REF[api]:
        fields["client_ref"] = draw(st.none() | texts(limits.CLIENT_REF[api]))
    if api == "v1":
        fields["webhook_url"] = draw(st.none() | URLS)
        fields["webhook_version"] = draw(st.sampled_from([None, "v0.1", "v1"]))
    if kind is WhatsApp and isinstance(fields["content"], Template):
        fields["locale"] = draw(st.sampled_from(["en", "en_GB", "pt-BR"]))
        fields["policy"] = draw(st.sampled_from([None, "deterministic"]))
    if kind is Messenger:
        categories = st.sampled_from([None, "response", "update", "message_tag"])
        fields["category"] = draw(categories)
        tagged = fields["category"] == "message_tag"
        fields["tag"] = "CONFIRMED_EVENT_UPDATE" if tagged else None
    if kind is Viber:
        longest = longest_ttl or limits.VIBER_TTL[api]
        fields["category"] = draw(st.sampled_from([None, "transaction", "promotion"]))
        fields["ttl"] = draw(st.sampled_from([None, 30, 600, longest]))
        fields["type"] = draw(st.sampled_from([None, "template"]))
    return kind(**fields)


@st.composite
def workflows(draw: st.DrawFn, api: Api) -> Workflow:
    """Any workflow that this generation runs."""
    longest = None if api == "v1" else 86_400
    *others, last = draw(st.lists(messages(api, longest), min_size=2, max_size=4))
    if api == "v1":
        return Workflow(*map(Step, others), Step(last))
    steps: list[Step] = []
    for message in others:
        tells = ["delivered"] if message.channel == "sms" else ["delivered", "read"]
        until = draw(st.sampled_from(tells))
        within = draw(st.sampled_from([15, 600, 86_400]))
        steps.append(Step(message, until=until, within=within))
    return Workflow(*steps, Step(last))


# Where the two differ, on purpose.


@attrs.frozen
class Difference:
    """Something we say although this file does not allow it.

    Attributes:
        concerns: Whether a message says it, if the schema refuses it.
        member: The name of a member, if the file only does not know that.
    """

    api: Api
    contract: Contract
    why: str
    example: Message | Workflow
    concerns: Callable[[Message], bool] | None = None
    member: str = ""


CUSTOM = Custom({"type": "contacts"})
FILLED = Template("shop:order", ["Daisy"])
PERSON = {"to": "person", "sender": "page"}
PHONE = {"to": "447700900000", "sender": "ACME"}
LAST = Step(Sms(**PHONE, content="hi"))

DIFFERENCES: dict[str, Difference] = {
    "custom in the preview": Difference(
        "beta",
        MESSAGES["beta"],
        "The file lists the type, but has its member only in a comment.",
        Messenger(**PERSON, content=CUSTOM),
        member="custom",
    ),
    "custom in a workflow of the preview": Difference(
        "beta",
        WORKFLOWS["beta"],
        "The same.",
        Workflow(
            Step(Messenger(**PERSON, content=CUSTOM), until="read", within=60), LAST
        ),
        member="custom",
    ),
    "custom on v0.1": Difference(
        "v0.1",
        MESSAGES["v0.1"],
        "The guides of 2019 show custom objects on these channels; the file was never "
        "brought up to that.",
        Messenger(**PERSON, content=CUSTOM),
        concerns=lambda message: isinstance(message.content, Custom),
    ),
    "custom in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "As in the preview: a type without its member.",
        Workflow(
            Step(Messenger(**PERSON, content=CUSTOM), until="read", within=60), LAST
        ),
        member="custom",
    ),
    "a reference in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "The file says that a step is what /v0.1/messages takes, and that takes one; "
        "without it no receipt could be told from another.",
        Workflow(Step(Sms(**PHONE, content="hi"), until="delivered", within=60), LAST),
        member="client_ref",
    ),
    "parameters of a template in a dispatch": Difference(
        "v0.1",
        WORKFLOWS["v0.1"],
        "The file still shows the objects of the preview; as a step is what "
        "/v0.1/messages takes, we send the texts that it wants since 2020.",
        Workflow(Step(Viber(**PHONE, content=FILLED), until="read", within=60), LAST),
        concerns=lambda message: (
            isinstance(message.content, Template) and bool(message.content.parameters)
        ),
    ),
}


def disputed(contract: Contract, *said: Message) -> bool:
    """Whether a message says something that the schema is known to refuse."""
    return any(
        difference.concerns is not None and difference.concerns(message)
        for difference in DIFFERENCES.values()
        if difference.contract == contract
        for message in said
    )


def known(contract: Contract) -> frozenset[str]:
    """The members that we send although the file does not name them."""
    return frozenset(
        difference.member
        for difference in DIFFERENCES.values()
        if difference.contract == contract and difference.member
    )


def written(api: Api, said: Message | Workflow) -> Any:  # noqa: ANN401  a JSON body
    """The body as it leaves, by way of its bytes."""
    dialect = DIALECTS[api]
    if isinstance(said, Workflow):
        body = dialect.workflow(said, "order-7")
    else:
        body = dialect.message(said, said.client_ref)
    return json.loads(dumps(body))


APIS: list[Api] = ["beta", "v0.1", "v1"]

#: How many messages are tried. Of workflows fewer, for v1 holds each step of a list
#: against each kind of message, once for each kind that the first may be.
many = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
fewer = settings(many, max_examples=25)


@pytest.mark.parametrize("api", APIS)
@many
@given(data=st.data())
def test_every_message_obeys_the_spec(api: Api, data: st.DataObject) -> None:
    contract = MESSAGES[api]
    message = data.draw(messages(api))
    assume(not disputed(contract, message))

    assert objection(contract, written(api, message), known(contract)) == ""


@pytest.mark.parametrize("api", APIS)
@fewer
@given(data=st.data())
def test_every_workflow_obeys_the_spec(api: Api, data: st.DataObject) -> None:
    contract = WORKFLOWS[api]
    workflow = data.draw(workflows(api))
    assume(not disputed(contract, *(step.message for step in workflow.steps)))

    assert objection(contract, written(api, workflow), known(contract)) == ""


@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_difference_is_still_one(difference: Difference) -> None:
    """When the vendor mends the file, the entry has to go."""
    body = written(difference.api, difference.example)

    assert objection(difference.contract, body, frozenset()) != ""


SPOILT: dict[str, Callable[[Any], object]] = {
    "beta/send-sms-text": lambda body: body.pop("to"),
    "v0.1/send-whatsapp-template": lambda body: body["message"].pop("whatsapp"),
    "v1/send-sms-text": lambda body: body.pop("message_type"),
    "v1/send-viber-text": lambda body: body["viber_service"].update(ttl=259_201),
    "beta/workflow-three-channels": lambda body: body["workflow"][0]["failover"].update(
        expiry_time=14
    ),
    "v0.1/workflow-three-channels": lambda body: body["workflow"][0]["failover"].update(
        condition_status="seen"
    ),
    "v1/workflow-three-channels": lambda body: body["failover"][0].update(
        channel="pigeon"
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_spec_would_notice_a_mistake(name: str) -> None:
    """A contract that accepts anything proves nothing."""
    api, _, case = name.partition("/")
    contract = (WORKFLOWS if case.startswith("workflow") else MESSAGES)[api]
    body = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))

    assert objection(contract, body, known(contract)) == ""

    SPOILT[name](body)

    assert objection(contract, body, known(contract)) != ""
