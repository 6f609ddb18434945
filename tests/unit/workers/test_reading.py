"""An analyser's nonsense ends in the reading of its frame, with the reason, before it is sent anywhere."""

import logging

import numpy as np
import pytest
from msgspec.structs import replace

from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig
from stream.pixels.frame_image import image_of
from stream.protocol.outlines import points
from stream.protocol.types import MAX_OBJECTS
from stream.protocol.wire import checked, decode, encode
from tests.doubles.readings import header
from workers.reading import Reader, make_analyser

PIXELS = np.full((48, 64, 3), 99, np.uint8)
HEADER = header(7, time_s=0.28, attempt=2)


def reader(analyser: str, *, outlines: bool = True) -> Reader:
    plan = AnalysisPlan(AnalyserConfig(name=f"tests.doubles.strange_analysers:{analyser}"), 160, outlines)
    return Reader(make_analyser(plan), plan, "session", 3)


@pytest.mark.parametrize(
    ("analyser", "error"),
    [
        ("raising", "KeyError: 'a mistake of the plug-in'"),
        ("unsayable", r"RuntimeError: a file named \udcff"),
        ("no_number", "WireError: a number in the message is not finite"),
        (
            "score_above_one",
            "WireError: not a message of this protocol: Expected `float` <= 1.0 - at `$.regions[0][1]`",
        ),
        (
            "endless_outline",
            "WireError: not a message of this protocol: Expected `bytes` of length <= 65536 - at `$.regions[0][0]`",
        ),
    ],
)
def test_a_frame_whose_analysis_is_nonsense_fails_with_the_reason(
    analyser: str, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        found = reader(analyser).read(HEADER, image_of(PIXELS))
    assert (found.status, found.error, found.density_pct, found.regions) == ("failed", error, None, None)
    assert (found.seq, found.frame, found.attempt, found.worker) == (7, "f7", 2, 3)
    assert checked(found) is found
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert caplog.text.encode(), "what the plug-in said can be written to any log"


@pytest.mark.parametrize("analyser", ["good", "raising"])
def test_a_reading_carries_every_fact_of_its_frame(analyser: str) -> None:
    header = replace(HEADER, truth_density_pct=12.5)
    assert reader(analyser).read(header, image_of(PIXELS)).facts() == header.facts()


def test_a_reading_that_leaves_the_reader_is_one_that_every_reader_takes() -> None:
    encoded = decode(reader("good").encoded(HEADER, image_of(PIXELS)))
    assert encoded == checked(encoded)


def test_objects_travel_with_the_outlines_of_capillaries_and_never_without() -> None:
    assert reader("hairy").read(HEADER, image_of(PIXELS)).objects
    assert reader("good").read(HEADER, image_of(PIXELS)).objects == ()
    assert reader("hairy", outlines=False).read(replace(HEADER, picture=True), image_of(PIXELS)).objects
    without = reader("hairy", outlines=False).read(HEADER, image_of(PIXELS))
    assert (without.regions, without.objects) == (None, None)


def test_a_picture_full_of_dirt_is_a_reading_with_the_largest_objects() -> None:
    found = reader("hairy").read(HEADER, image_of(PIXELS))
    assert (found.status, len(found.objects or ())) == ("ok", MAX_OBJECTS)
    assert found.objects is not None
    hair = found.objects[0]
    assert (hair.name, points(hair).tolist()) == ("hair", [[0, 12], [63, 12], [63, 24], [0, 24]])
    assert len(encode(found)) < 10_000
