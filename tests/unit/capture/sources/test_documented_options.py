"""docs/cameras.md names every option of every camera, and no other."""

import re

import msgspec
import pytest

from capture.sources.camera_settings import CameraOptions
from capture.sources.industrial.device import IndustrialOptions
from capture.sources.network.opening import HttpOptions, RtspOptions
from tests.running import ROOT


@pytest.mark.parametrize(
    ("section", "kinds"),
    [
        ("Cameras of this machine", [CameraOptions]),
        ("Industrial cameras", [IndustrialOptions]),
        ("Network cameras", [HttpOptions, RtspOptions]),
    ],
)
def test_the_options_that_are_documented_are_those_that_there_are(
    section: str, kinds: list[type[msgspec.Struct]]
) -> None:
    text = (ROOT / "docs" / "cameras.md").read_text()
    (content,) = re.findall(rf"^## {section}\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    (table,) = re.findall(r"^\| option \|.*\n\|.*\n((?:\|.*\n)+)", content, re.MULTILINE)
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == {field.name for kind in kinds for field in msgspec.structs.fields(kind)}
