"""The webhooks that our decoder is tested with are such as the vendor describes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match

ROOT = Path(__file__).parents[2]
SPECS = ROOT.parent / "shared" / "specs"
SAMPLES = ROOT / "tests" / "samples"

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the vendor's OpenAPI files are not kept in this project"
)

FILES = {"beta": "workflows-beta-2018.yml", "v0.1": "dispatch-v0.1.yml"}
SCHEMAS = {"status": "MessageStatus", "report": "finalReport"}

# Those of v1 are left out: no receipt at all satisfies the schema of its status.
NAMES = [
    f"{api}/{file.stem}"
    for api in FILES
    for kind in SCHEMAS
    for file in sorted((SAMPLES / api).glob(f"{kind}-*.json"))
]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_obeys_the_spec(name: str) -> None:
    api, _, case = name.partition("/")
    document = yaml.safe_load((SPECS / FILES[api]).read_text("utf-8"))
    schema = SCHEMAS[case.partition("-")[0]]
    told = Draft4Validator(
        {
            "allOf": [{"$ref": f"#/components/schemas/{schema}"}],
            "components": document["components"],
        }
    )
    body = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))

    assert best_match(told.iter_errors(body)) is None
