"""What a user of the synthetic microscope relies on: repeatable frames, true densities, known outlines."""

import cv2
import numpy as np
import pytest

from capture.sources.synthetic import SyntheticMicroscope, read_settings
from stream.errors import SourceError
from stream.protocol.contracts import Grab, Pixels


def microscope(**settings: object) -> SyntheticMicroscope:
    return SyntheticMicroscope(read_settings(settings))


def frame(source: SyntheticMicroscope, index: int) -> Pixels:
    out = np.zeros((1080, 1920, 3), np.uint8)
    source.seek(index)
    assert source.grab() is not None
    source.retrieve(out)
    return out


def grab(source: SyntheticMicroscope, index: int) -> Grab:
    source.seek(index)
    grabbed = source.grab()
    assert grabbed is not None
    return grabbed


@pytest.fixture(scope="module")
def demo() -> SyntheticMicroscope:
    return microscope(seed=1)


ORDER = (900, 0, 431, 1640, 431, 7, 835, 1200)


def test_same_seed_gives_the_same_bytes_in_any_order(demo: SyntheticMicroscope) -> None:
    other = microscope(seed=1)
    forwards = {index: frame(demo, index) for index in sorted(set(ORDER))}
    for index in ORDER:
        assert np.array_equal(frame(other, index), forwards[index]), f"frame {index} depends on what came before"


def test_frame_does_not_depend_on_what_the_buffer_held(demo: SyntheticMicroscope) -> None:
    demo.seek(12)
    demo.grab()
    clean, dirty = np.zeros((1080, 1920, 3), np.uint8), np.full((1080, 1920, 3), 200, np.uint8)
    demo.retrieve(clean)
    demo.retrieve(dirty)
    assert np.array_equal(clean, dirty)


def test_another_seed_is_another_patient(demo: SyntheticMicroscope) -> None:
    other = microscope(seed=2)
    assert not np.array_equal(frame(other, 3), frame(demo, 3))
    assert grab(other, 3).truth_density_pct != grab(demo, 3).truth_density_pct


def test_neighbouring_frames_differ_in_noise_only_a_little(demo: SyntheticMicroscope) -> None:
    difference = cv2.absdiff(frame(demo, 100), frame(demo, 101))
    assert difference.any()
    assert difference.mean() < 2.0


@pytest.mark.parametrize("index", [0, 360, 1080])
def test_truth_is_the_area_inside_the_outlines(demo: SyntheticMicroscope, index: int) -> None:
    inside = np.zeros((1080, 1920), np.uint8)
    for outline in demo.outlines(index):
        assert outline.dtype == np.int32
        assert outline.ndim == 2
        assert outline.shape[1] == 2
        cv2.fillPoly(inside, [outline], 1)
    assert grab(demo, index).truth_density_pct == pytest.approx(100.0 * inside.mean())


@pytest.mark.parametrize("index", [360, 835])
def test_it_is_darker_in_green_inside_the_outlines_than_around_them(demo: SyntheticMicroscope, index: int) -> None:
    green = frame(demo, index)[:, :, 1]
    darker = 0
    outlines = demo.outlines(index)
    for outline in outlines:
        left, top, width, height = cv2.boundingRect(outline)
        near = green[max(top - 20, 0) : top + height + 20, max(left - 20, 0) : left + width + 20]
        inside = np.zeros(near.shape, np.uint8)
        cv2.fillPoly(inside, [outline - np.array([max(left - 20, 0), max(top - 20, 0)], np.int32)], 1)
        darker += near[inside > 0].mean() < np.median(near[inside == 0])
    assert darker > 0.9 * len(outlines)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_outlines_are_as_many_and_as_large_as_readers_draw(seed: int) -> None:
    outlines = microscope(seed=seed, episodes="steady").outlines(360)
    assert 50 <= len(outlines) <= 110, "37 to 105 in labelled frames"
    assert 500 <= float(np.median([cv2.contourArea(outline) for outline in outlines])) <= 1300, "840 in labelled frames"


def test_density_rises_and_falls_as_scripted() -> None:
    source = microscope(seed=1, fps=1, period_s=48)
    density = [grab(source, second).truth_density_pct or 0.0 for second in range(96)]
    top, bottom = max(density), min(density)
    assert 2.0 < top < 7.0
    assert bottom < 0.65 * top
    for start in (0, 48):
        assert abs(int(np.argmax(density[start : start + 48])) - 12) <= 6
        assert abs(int(np.argmin(density[start : start + 48])) - 36) <= 6


def test_capillaries_fade_rather_than_pop() -> None:
    source = microscope(seed=1, fps=30, episodes="steady")
    density = [grab(source, index).truth_density_pct or 0.0 for index in range(0, 1440, 6)]
    assert max(abs(np.diff(density))) < 0.4


def test_episodes_are_named_and_show(demo: SyntheticMicroscope) -> None:
    by_name = {demo.episode(index): index for index in range(0, 1800, 30)}
    assert set(by_name) == {"steady", "defocus", "motion", "dark", "glare"}
    rough = microscope(episodes="rough")
    assert [rough.episode(int(30 * 2.5 * turn + 20)) for turn in range(8)] == [
        *("steady", "defocus", "steady", "motion", "steady", "dark", "steady", "glare")
    ]
    steady, dark, glare, soft = (frame(rough, int(30 * (2.5 * turn + 1.25))) for turn in (0, 5, 7, 1))
    assert dark.mean() < 0.6 * steady.mean()
    assert (glare > 240).mean() > 10 * (steady > 240).mean() + 0.01
    assert _detail(soft) < 0.6 * _detail(steady)


def _detail(pixels: Pixels) -> float:
    """Energy at the scale of a capillary's edge, noise left out."""
    green = cv2.resize(pixels[:, :, 1], (480, 270), interpolation=cv2.INTER_AREA).astype(np.float32)
    return float(np.var(cv2.GaussianBlur(green, (0, 0), 1.0) - cv2.GaussianBlur(green, (0, 0), 3.0)))


def test_it_ends_after_its_length() -> None:
    source = microscope(seconds=0.1, fps=30)
    assert source.frame_count == 3
    assert [grabbed.index for grabbed in iter(source.grab, None)] == [0, 1, 2]
    assert source.grab() is None


def test_endless_without_a_length(demo: SyntheticMicroscope) -> None:
    assert demo.frame_count is None
    assert grab(demo, 10**7).index == 10**7


def test_grab_tells_place_name_and_media_time(demo: SyntheticMicroscope) -> None:
    grabbed = grab(demo, 45)
    assert (grabbed.index, grabbed.name, grabbed.time_s) == (45, "45", 1.5)
    assert (grabbed.width, grabbed.height) == (1920, 1080)


def test_retrieve_without_a_frame_or_into_a_wrong_buffer_is_refused() -> None:
    fresh = microscope(frames=1)
    with pytest.raises(SourceError, match="grab"):
        fresh.retrieve(np.zeros((1080, 1920, 3), np.uint8))
    fresh.grab()
    with pytest.raises(SourceError, match="540"):
        fresh.retrieve(np.zeros((540, 960, 3), np.uint8))
    with pytest.raises(SourceError, match="no frame 2"):
        fresh.seek(2)
    fresh.close()
    fresh.close()
