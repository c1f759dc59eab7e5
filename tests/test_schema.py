"""The shipped JSON Schema is that of the models, and records keep to it."""

import json
from importlib.resources import files

import jsonschema
import pytest

from gatebook.record import json_schema
from records import varied

REWRITE = (
    "python -c 'import json, gatebook.record as r; "
    "print(json.dumps(r.json_schema(), indent=1, sort_keys=True))' > src/gatebook/record/decision.schema.json"
)


@pytest.fixture(scope="module")
def shipped():
    return json.loads(files("gatebook.record").joinpath("decision.schema.json").read_text(encoding="utf-8"))


def test_the_shipped_schema_is_that_of_the_models(shipped):
    assert shipped == json.loads(json.dumps(json_schema())), f"rewrite it: {REWRITE}"


@pytest.mark.parametrize("name", varied())
def test_every_kind_of_record_keeps_to_the_schema(shipped, name):
    jsonschema.Draft202012Validator(shipped).validate(json.loads(varied()[name].to_json()))
