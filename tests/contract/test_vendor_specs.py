"""Whatever the encoder can say, the vendor's own OpenAPI files allow."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from differences import DIFFERENCES, MESSAGES, TAPPED, WORKFLOWS, Contract, Difference
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match
from strategies import messages, workflows

from nexmo_async.models import Message, Workflow
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
def requests(contract: Contract, pair: tuple[str, str] | None) -> Draft4Validator:
    """OpenAPI 3.0 writes its schemas in a dialect of draft 4.

    A body of v1 is held against the one schema that its channel and kind name: it is
    `oneOf` thirty-one, and the search through all of them would say less, slowly.
    """
    document = spec(contract.file)
    posted = document["paths"][contract.path]["post"]["requestBody"]
    schema = posted["content"]["application/json"]["schema"]
    if pair is not None:
        schema = {"$ref": f"#/components/schemas/{pairs(contract.file).get(pair)}"}
    return Draft4Validator({"allOf": [schema], "components": document["components"]})


@cache
def pairs(file: str) -> dict[tuple[str, str], str]:
    """The schema for each channel and kind."""
    schemas = spec(file)["components"]["schemas"]
    found: dict[tuple[str, str], str] = {}
    for name in schemas:
        if name.startswith("Outbound"):
            said = dict(choices(schemas[name], schemas))
            if {"channel", "message_type"} <= set(said):
                found[said["channel"], said["message_type"]] = name
    return found


def choices(schema: Any, schemas: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  JSON
    """The members of a schema that can only be one word."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for part in schema.get("allOf", []):
        yield from choices(part, schemas)
    for name, value in schema.get("properties", {}).items():
        if len(value.get("enum", [])) == 1:
            yield name, value["enum"][0]


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


def objection(contract: Contract, body: Any, known: frozenset[str]) -> str:  # noqa: ANN401  JSON
    """What the file has against the body; empty if nothing.

    Its schemas allow any further member, so that rule is added here: what the file
    does not name must at least be known from elsewhere.
    """
    parts = [body]
    if contract == MESSAGES["v1"]:
        parts = [body, *body.get("failover", [])]
    for part in parts:
        pair = None
        if contract == MESSAGES["v1"]:
            pair = part.get("channel"), part.get("message_type")
            if pair not in pairs(contract.file):
                return f"unknown: {pair}"
        error = best_match(requests(contract, pair).iter_errors(part))
        if error is not None:
            return f"{error.json_path}: {error.message}"
    unknown = set(spoken(body)) - vocabulary(contract.file) - known
    return f"unknown: {', '.join(sorted(unknown))}" if unknown else ""


# What we say.


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
    ) | (TAPPED if contract == MESSAGES["v1"] else frozenset())


def written(api: Api, said: Message | Workflow) -> Any:  # noqa: ANN401  a JSON body
    """The body as it leaves, by way of its bytes."""
    dialect = DIALECTS[api]
    if isinstance(said, Workflow):
        body = dialect.workflow(said, "order-7")
    else:
        body = dialect.message(said, said.client_ref)
    return json.loads(dumps(body))


APIS: list[Api] = ["beta", "v0.1", "v1"]

#: A workflow is several messages.
fewer = settings(max_examples=settings().max_examples // 4)


@pytest.mark.parametrize("api", APIS)
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
