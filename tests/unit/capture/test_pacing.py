"""When a frame is due: thinned, held back, found again by its seq."""

import pytest

from capture.pacing import Playback, Thinning, index_of


def test_thinning_keeps_the_average_rate_and_does_not_catch_up_after_a_pause() -> None:
    thinning = Thinning(10.0)
    assert sum(thinning.take(number / 30) for number in range(90)) in (30, 31)
    assert sum(thinning.take(100 + number / 30) for number in range(30)) in (10, 11)


def test_a_recording_is_held_back_to_its_speed_from_its_first_frame_on() -> None:
    playback = Playback(2.0)
    assert playback.wait_s(4.0, 100.0) == 0.0
    assert playback.wait_s(5.0, 100.0) == pytest.approx(0.5)
    assert playback.wait_s(5.0, 101.0) == 0.0
    assert Playback(0.0).wait_s(5.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("fps", "max_fps", "index"), [(30.0, 10.0, 21), (30.0, 0.0, 7), (30.0, 60.0, 7), (None, 10.0, 7)]
)
def test_the_seventh_frame_of_a_thinned_recording_lies_further_on(
    fps: float | None, max_fps: float, index: int
) -> None:
    assert index_of(7, fps, max_fps) == index
