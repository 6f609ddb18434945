"""A live source is watched: no frames, or far fewer than it promised."""

from capture.frame_rate import FrameRateWatch


def fed(watch: FrameRateWatch, fps: float, seconds: float) -> float:
    """Frames at a rate, from the beginning; the moment of the last."""
    times = [number / fps for number in range(int(seconds * fps) + 1)]
    for now_s in times:
        watch.frame(now_s)
        watch.trouble(now_s)
    return times[-1]


def test_a_steady_source_is_no_trouble() -> None:
    watch = FrameRateWatch(30.0)
    last_s = fed(watch, 30.0, 10.0)
    assert watch.trouble(last_s + 0.03).reason == ""


def test_a_source_without_frames_is_lost_within_a_second() -> None:
    watch = FrameRateWatch(30.0)
    last_s = fed(watch, 30.0, 2.0)
    assert not watch.trouble(last_s + 0.5).lost
    assert watch.trouble(last_s + 0.9).lost
    watch.frame(last_s + 5.0)
    assert not watch.trouble(last_s + 5.0).lost


def test_one_that_never_gave_a_frame_is_lost_too() -> None:
    assert FrameRateWatch(None, began_s=10.0).trouble(11.0).lost
    assert not FrameRateWatch(None, began_s=10.0).trouble(10.5).lost


def test_a_slow_source_is_not_called_lost_between_two_frames() -> None:
    watch = FrameRateWatch(0.5)
    last_s = fed(watch, 0.5, 20.0)
    assert not watch.trouble(last_s + 2.5).lost
    assert watch.trouble(last_s + 7.0).lost


def test_a_rate_that_sags_is_told_with_both_figures() -> None:
    watch = FrameRateWatch(30.0)
    last_s = fed(watch, 8.0, 10.0)
    trouble = watch.trouble(last_s)
    assert not trouble.lost
    assert trouble.reason == "the source gives 8 of 30 frames a second"


def test_what_was_asked_to_be_thinned_does_not_sag() -> None:
    watch = FrameRateWatch(30.0, max_fps=8.0)
    last_s = fed(watch, 8.0, 10.0)
    assert watch.trouble(last_s).reason == ""
