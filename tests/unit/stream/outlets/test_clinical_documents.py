"""The messages that the pages of the clinical outlets show are those that the program sends."""

import re
import tomllib

import msgspec

from stream.outlets.hl7.hl7_settings import Hl7Settings
from stream.outlets.hl7.oru import oru
from tests.doubles.readings import START_NS, reading
from tests.running import ROOT

TOLD = reading(
    750,
    session="20270115-075930-3fa9c1",
    density_pct=6.25,
    density_low_pct=5.5,
    density_high_pct=7.0,
    capillary_count=41,
    quality="poor",
    quality_reasons=("hair in the picture: 9 %",),
    model_id="compact@5b1f7c9a",
)
SENT_NS = START_NS + 30_085_000_000


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "outlets" / page).read_text(), re.DOTALL)


def test_the_page_of_hl7_shows_a_whole_message() -> None:
    (config,), (shown,) = blocks("hl7.md", "toml"), blocks("hl7.md", "hl7")
    settings = msgspec.convert(tomllib.loads(config)["outlets"]["hl7"], Hl7Settings)
    assert shown.replace("\n", "\r") == oru(TOLD, settings, SENT_NS)


def test_the_page_of_hl7_names_every_setting() -> None:
    (page,) = [(ROOT / "docs" / "outlets" / "hl7.md").read_text()]
    assert [field for field in Hl7Settings.__struct_fields__ if f"`{field}`" not in page] == []
