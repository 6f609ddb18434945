"""The messages that the pages of the clinical outlets show are those that the program sends."""

import json
import re
import tomllib
from typing import Any

import msgspec
import pytest

from stream.outlets.clinical.fhir.fhir_sender import bundle_of
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.outlets.clinical.fhir.observation import of_trend
from stream.outlets.clinical.fhir.trend import SampledTrend
from stream.outlets.clinical.hl7.hl7_settings import Hl7Settings
from stream.outlets.clinical.hl7.oru import oru
from tests.doubles.readings import START_NS, reading
from tests.running import ROOT

SESSION = "20270115-075930-3fa9c1"
TOLD = reading(
    750,
    session=SESSION,
    density_pct=6.25,
    density_low_pct=5.5,
    density_high_pct=7.0,
    capillary_count=41,
    quality="poor",
    quality_reasons=("hair in the picture: 9 %",),
    model_id="compact@5b1f7c9a",
)
TREND = SampledTrend(SESSION, START_NS, 10_000_000_000, (6.25, 6.5, None, 6.375))
SENT_NS = START_NS + 30_085_000_000


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "outlets" / page).read_text(), re.DOTALL)


def table(outlet: str) -> dict[str, Any]:
    (config,) = blocks(f"{outlet}.md", "toml")
    found: dict[str, Any] = tomllib.loads(config)["outlets"][outlet]
    return found


def hl7_message() -> str:
    return oru(TOLD, msgspec.convert(table("hl7"), Hl7Settings), SENT_NS).replace("\r", "\n")


def fhir_documents() -> list[str]:
    settings = msgspec.convert(table("fhir"), FhirSettings)
    bundle = bundle_of(TOLD, settings, SENT_NS, introduce=True)
    sampled = of_trend(TREND, settings, bundle["entry"][0]["fullUrl"])["valueSampledData"]
    return [json.dumps(document, indent=2) + "\n" for document in (bundle, sampled)]


def test_the_page_of_hl7_shows_a_whole_message() -> None:
    assert blocks("hl7.md", "hl7") == [hl7_message()]


def test_the_page_of_fhir_shows_a_whole_transaction_and_a_trend() -> None:
    assert blocks("fhir.md", "json") == fhir_documents()


@pytest.mark.parametrize(("outlet", "settings"), [("hl7", Hl7Settings), ("fhir", FhirSettings)])
def test_each_page_names_every_setting(outlet: str, settings: type[msgspec.Struct]) -> None:
    page = (ROOT / "docs" / "outlets" / f"{outlet}.md").read_text()
    assert [field for field in settings.__struct_fields__ if f"`{field}`" not in page] == []
