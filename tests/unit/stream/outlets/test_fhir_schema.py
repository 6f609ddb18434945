"""Every resource of R4 is valid by the JSON schema of the standard itself, which a package for Node has."""

import json
from typing import Any

import jsonschema
import pytest

from stream.outlets.clinical.fhir.fhir_sender import bundle_of
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.outlets.clinical.fhir.trend import SampledTrend
from stream.outlets.identity import identity
from stream.protocol.bedside import AlarmEvent
from tests.conftest import missing
from tests.doubles.readings import START_NS, failed, reading
from tests.running import ROOT

SCHEMA = ROOT / "node_modules" / "@asymmetrik" / "fhir-json-schema-validator" / "fhir.schema.json"
TREND = SampledTrend("s", START_NS, 10_000_000_000, (6.25, None, 7.0))
SETTINGS = FhirSettings(url="https://h/fhir", patient_id="1", encounter="Encounter/e1", device_id="SCOPE-3")
MESSAGES = [
    reading(3, quality="poor", quality_reasons=("too dark",)),
    failed(3),
    AlarmEvent(session="s", source="s", event="raised", t_ns=START_NS, id=1, kind="low", value=3.5, limit=4.0),
]


@pytest.fixture(scope="module")
def errors() -> Any:
    if not SCHEMA.is_file():
        missing("needs the schema of FHIR: npm ci")
    definitions = json.loads(SCHEMA.read_text())["definitions"]
    validator = jsonschema.Draft6Validator({"$ref": "#/definitions/Bundle", "definitions": definitions})
    return lambda document: [error.message for error in validator.iter_errors(document)]


@pytest.mark.slow
@pytest.mark.parametrize("told", MESSAGES, ids=identity)
def test_a_transaction_is_valid_by_the_standards_own_schema(told: Any, errors: Any) -> None:
    assert errors(bundle_of(told, SETTINGS, START_NS, TREND, introduce=True)) == []


@pytest.mark.slow
def test_the_schema_notices_what_is_wrong(errors: Any) -> None:
    bundle = bundle_of(reading(3), SETTINGS, START_NS, introduce=False)
    bundle["entry"][1]["resource"]["status"] = "perhaps"
    assert errors(bundle) != []
