"""What every analyser must do: subclass, say how to make it and on which frame, and the tests run.

A picture with capillaries is `picture`'s to give; sizes, black, white and noise are tried on top of it.
"""

import cv2
import numpy as np
import pytest

from stream.pixels.thumbnail import thumbnail
from stream.protocol.contracts import Analyser, Analysis, Frame, Pixels

SIZES = [(1920, 1080), (640, 480), (160, 120)]


def frame(pixels: Pixels, previous: Pixels | None = None, seq: int = 0) -> Frame:
    """Return a frame as a worker hands it over: read-only."""
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return Frame(pixels, None if previous is None else thumbnail(previous), seq)


def flat(value: int, width: int = 1920, height: int = 1080) -> Pixels:
    """Return a picture of one grey."""
    return np.full((height, width, 3), value, np.uint8)


def noise(seed: int, width: int = 1920, height: int = 1080) -> Pixels:
    """Return what a sensor gives behind a closed lid, amplified."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return the same picture in another size."""
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def plain(analysis: Analysis) -> object:
    """Return everything in it that can be compared, to the bit."""
    return (
        (analysis.density_low_pct, analysis.density_pct, analysis.density_high_pct),
        [(region.polygon_px.tolist(), region.score, region.area_px) for region in analysis.regions],
        [(found.name, found.polygon_px.tolist(), found.area_px) for found in analysis.objects],
        dict(analysis.measures),
        (analysis.quality.verdict, analysis.quality.reasons, dict(analysis.quality.measures)),
    )


def check(analysis: Analysis, width: int, height: int) -> None:
    """Check what holds for every analysis of a frame of that size."""
    low, density, high = analysis.density_low_pct, analysis.density_pct, analysis.density_high_pct
    assert 0 <= low <= density <= high <= 100
    for region in analysis.regions:
        polygon = region.polygon_px
        assert polygon.dtype == np.int32
        assert polygon.ndim == 2
        assert polygon.shape[1] == 2
        assert len(polygon) >= 3
        assert (polygon >= 0).all()
        assert (polygon < (width, height)).all()
        assert 0 <= region.score <= 1
        assert 0 < region.area_px <= width * height
    for found in analysis.objects:
        assert 1 <= len(found.name) <= 40
        assert found.polygon_px.dtype == np.int32
        assert found.polygon_px.ndim == 2
        assert (found.polygon_px >= 0).all()
        assert (found.polygon_px < (width, height)).all()
        assert 0 < found.area_px <= width * height
    quality = analysis.quality
    assert quality.verdict in ("good", "poor", "unusable")
    assert (quality.verdict == "good") == (not quality.reasons), (
        "reasons are given where it is not good, and only there"
    )
    assert all(reason and reason == reason.strip() for reason in quality.reasons)
    assert all(np.isfinite(value) for value in quality.measures.values())


class AnalyserContract:
    """Frame in, analysis out; from the frame alone."""

    def make(self) -> Analyser:
        """Return a fresh analyser, as a worker makes it."""
        raise NotImplementedError

    def picture(self) -> Pixels:
        """Return a frame such as it is made for, (1080, 1920, 3) uint8 BGR."""
        raise NotImplementedError

    @pytest.fixture
    def analyser(self) -> Analyser:
        return self.make()

    def test_its_model_has_a_name_that_fits_a_reading(self, analyser: Analyser) -> None:
        assert 1 <= len(analyser.model_id) <= 100
        assert analyser.model_id == self.make().model_id

    def test_what_it_says_of_new_scenes_is_a_sentence_that_fits_the_page(self, analyser: Analyser) -> None:
        transfer = getattr(analyser, "transfer", "")
        assert isinstance(transfer, str)
        assert len(transfer) <= 200

    @pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
    def test_an_analysis_is_sound_at_any_size(self, analyser: Analyser, size: tuple[int, int]) -> None:
        check(analyser.analyse(frame(resized(self.picture(), *size))), *size)

    def test_the_same_frame_gives_the_same_analysis(self, analyser: Analyser) -> None:
        shown = frame(self.picture())
        assert plain(analyser.analyse(shown)) == plain(analyser.analyse(shown))

    def test_another_instance_gives_the_same_analysis(self, analyser: Analyser) -> None:
        shown = frame(self.picture())
        assert plain(analyser.analyse(shown)) == plain(self.make().analyse(shown))

    def test_frames_seen_before_change_nothing(self, analyser: Analyser) -> None:
        shown = frame(self.picture(), seq=9)
        alone = plain(self.make().analyse(shown))
        for seq, other in enumerate((flat(0), noise(1), resized(self.picture(), 640, 480), flat(255))):
            analyser.analyse(frame(other, seq=seq))
        assert plain(analyser.analyse(shown)) == alone

    def test_the_place_in_the_run_changes_nothing(self, analyser: Analyser) -> None:
        pixels = self.picture()
        assert plain(analyser.analyse(frame(pixels, seq=0))) == plain(analyser.analyse(frame(pixels, seq=12345)))

    def test_the_pixels_are_left_as_they_are(self, analyser: Analyser) -> None:
        shown = frame(self.picture(), previous=self.picture())
        before, thumb = shown.pixels.copy(), shown.previous
        assert thumb is not None
        thumb_before = thumb.copy()
        analyser.analyse(shown)
        np.testing.assert_array_equal(shown.pixels, before)
        np.testing.assert_array_equal(thumb, thumb_before)

    def test_regions_do_not_hold_on_to_the_ring(self, analyser: Analyser) -> None:
        """The frame's memory is written over as soon as the analysis is given."""
        memory = np.ascontiguousarray(self.picture())
        view = memory.view()
        view.flags.writeable = False
        analysis = analyser.analyse(Frame(view))
        before = plain(analysis)
        memory[:] = 0
        assert plain(analysis) == before

    @pytest.mark.parametrize("value", [0, 255], ids=["black", "white"])
    @pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
    def test_black_and_white_are_analysed_and_never_good(
        self, analyser: Analyser, value: int, size: tuple[int, int]
    ) -> None:
        analysis = analyser.analyse(frame(flat(value, *size)))
        check(analysis, *size)
        assert analysis.quality.verdict != "good"

    def test_noise_is_analysed(self, analyser: Analyser) -> None:
        check(analyser.analyse(frame(noise(7))), 1920, 1080)

    def test_the_frame_before_is_only_for_the_quality(self, analyser: Analyser) -> None:
        pixels = self.picture()
        without = analyser.analyse(frame(pixels))
        behind = analyser.analyse(frame(pixels, previous=flat(128)))
        check(behind, 1920, 1080)
        assert plain(without)[:4] == plain(behind)[:4]  # type: ignore[index]
