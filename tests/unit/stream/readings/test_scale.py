"""The scale of the pictures: in what frames it holds, what follows from it, and the bar that shows it."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.config.loading import load
from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig, CaptureConfig
from stream.errors import ConfigError
from stream.pixels.frame_image import image_of
from stream.protocol.measures import CAPILLARIES_PER_AREA, described
from stream.readings.run_status import RunStatusTracker
from stream.readings.scale import frame_mm2, per_mm2, scale_bar
from tests.doubles.readings import header
from workers.reading import Reader, make_analyser


def test_no_scale_is_assumed() -> None:
    assert CaptureConfig().scale_of(1920) is None


def test_a_scale_holds_in_frames_of_the_width_it_was_measured_in() -> None:
    capture = CaptureConfig(um_per_px=1.27, scale_width_px=1920)
    assert [capture.scale_of(1920), capture.scale_of(1280)] == [1.27, None]
    assert CaptureConfig(um_per_px=1.27).scale_of(640) == 1.27


@pytest.mark.parametrize("value", [0, -1, 1000, '"wide"'])
def test_a_scale_that_no_microscope_has_is_refused_by_its_key(tmp_path: Path, value: object) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f"[capture]\num_per_px = {value}\n")
    with pytest.raises(ConfigError, match=r'"capture.um_per_px" in .*expected'):
        load(file, {}, {})


def test_people_are_told_why_a_scale_is_not_used() -> None:
    tracker = RunStatusTracker("s", "live", 1.0)
    tracker.take_scale(CaptureConfig(um_per_px=1.27, scale_width_px=1920), 1280, None)
    [notice] = tracker.notices()
    assert "1920 px wide, and these are 1280 px wide" in notice
    tracker.take_scale(CaptureConfig(um_per_px=1.27, scale_width_px=1920), 1920, 1.27)
    assert tracker.um_per_px == 1.27
    assert not tracker.notices()


def test_capillaries_per_area_are_of_the_tissue_in_view() -> None:
    area_mm2 = frame_mm2(1000, 500, 2.0)
    assert area_mm2 == pytest.approx(2.0)
    assert per_mm2(10, 50.0, area_mm2) == {"capillaries_per_mm2": pytest.approx(10.0)}
    assert per_mm2(10, 0.0, area_mm2) == {}


def test_a_page_without_a_scale_has_no_measure_that_needs_one() -> None:
    keys = CAPILLARIES_PER_AREA.keys
    assert [keys in [one.keys for one in described(scaled=scaled)] for scaled in (True, False)] == [True, False]


def test_a_reading_has_capillaries_per_area_if_its_frame_has_a_scale() -> None:
    plan = AnalysisPlan(AnalyserConfig(name="tests.doubles.strange_analysers:good"), 160)
    reader = Reader(make_analyser(plan), plan, "session", 0)
    pixels = np.zeros((48, 64, 3), np.uint8)
    scaled, plain = (reader.read(header(um_per_px=scale), image_of(pixels)) for scale in (2.0, None))
    assert scaled.capillary_count is not None
    expected = scaled.capillary_count / frame_mm2(64, 48, 2.0)
    assert scaled.measures["capillaries_per_mm2"] == pytest.approx(expected)
    assert (scaled.um_per_px, plain.um_per_px) == (2.0, None)
    assert "capillaries_per_mm2" not in plain.measures


@given(st.floats(0.01, 100), st.floats(1, 4000))
def test_a_scale_bar_is_a_round_length_and_as_long_as_there_is_room_for(um_per_px: float, longest_px: float) -> None:
    bar = scale_bar(um_per_px, longest_px)
    assert bar.px == pytest.approx(bar.um / um_per_px)
    assert longest_px * 0.399 <= bar.px <= longest_px * (1 + 1e-6)
    leading = bar.um / 10 ** math.floor(math.log10(bar.um) + 1e-9)
    assert any(leading == pytest.approx(round_one) for round_one in (1, 2, 5))
