"""An overlay has a frame for every frame of its session, or is not there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from capture.sources.opening import SourceLimits
from capture.writers.overlay import Drawn, draw, write_overlay
from stream.errors import OutputError, SourceError
from tests.doubles.media import HEIGHT, WIDTH, card, write_video

LIMITS = SourceLimits()
HAIR = np.array([(100, 20), (150, 20), (150, 60), (100, 60)], np.int32)
DRAWN = Drawn([np.array([(20, 20), (60, 20), (60, 60)], np.int32)], [("hair", HAIR)], "0  0.00 s  4.00 %", good=True)


def frames_of(path: Path) -> list[np.ndarray]:
    video, frames = cv2.VideoCapture(str(path)), []
    while (got := video.read())[0]:
        frames.append(got[1])
    return frames


@contextmanager
def no_file_larger_than(size_bytes: int) -> Iterator[None]:
    """Make writes beyond it fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_every_frame_is_shown_once(tmp_path: Path) -> None:
    path = write_overlay(str(write_video(tmp_path / "a.avi", frames=7)), LIMITS, [DRAWN] * 7, tmp_path)
    assert path == tmp_path / "overlay.mkv"
    assert len(frames_of(path)) == 7


def test_an_object_is_hatched_within_its_outline_and_named() -> None:
    grey = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    drawn = draw(grey.copy(), Drawn([], [("hair", HAIR)], "", good=True))
    white = (drawn == 255).all(axis=2)
    assert 0.2 < white[22:59, 102:149].mean() < 0.4, "lines, with the picture between them"
    assert not white[70:].any()
    assert (drawn[:19, 100:150] != 128).any()


def test_of_a_longer_recording_the_analysed_frames_are_shown(tmp_path: Path) -> None:
    """Ask for no frame behind the analysed ones: the recording may be cut off there."""
    cut = write_video(tmp_path / "a.mkv", frames=20)
    cut.write_bytes(cut.read_bytes()[:-5000])
    path = write_overlay(str(cut), LIMITS, [DRAWN] * 15, tmp_path)
    assert path is not None
    assert len(frames_of(path)) == 15


@pytest.mark.parametrize("size_bytes", [0, 500, 20_000])
def test_a_video_that_cannot_be_written_whole_is_not_left_behind(tmp_path: Path, size_bytes: int) -> None:
    source = write_video(tmp_path / "a.avi", frames=40)
    with (
        no_file_larger_than(size_bytes),
        pytest.raises(OutputError, match=r"cannot be written in .* is the disk full\?"),
    ):
        write_overlay(str(source), LIMITS, [DRAWN] * 40, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.avi"]


def test_a_picture_that_cannot_be_read_is_black_with_its_text(tmp_path: Path) -> None:
    for number in range(3):
        assert cv2.imwrite(str(tmp_path / f"{number}.png"), card(20 + number))
    (tmp_path / "1.png").write_bytes((tmp_path / "1.png").read_bytes()[:500])
    failed = Drawn([], [], "1  1.00 s  failed", good=False)
    (tmp_path / "out").mkdir()
    path = write_overlay(str(tmp_path), LIMITS, [DRAWN, failed, DRAWN], tmp_path / "out")
    assert path is not None
    before, black, after = frames_of(path)
    assert black[HEIGHT // 2 :].max() < 30
    assert black[: HEIGHT // 8, : WIDTH // 2].max() > 100
    assert min(before[HEIGHT // 2 :].mean(), after[HEIGHT // 2 :].mean()) > 60


def test_a_source_that_became_shorter_is_said(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.avi", frames=5)
    with pytest.raises(SourceError, match="fewer frames"):
        write_overlay(str(source), LIMITS, [DRAWN] * 6, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.avi"]


def test_a_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.avi", frames=5)
    answers = iter([False, False, True, True])
    assert write_overlay(str(source), LIMITS, [DRAWN] * 5, tmp_path, lambda: next(answers)) is None
    assert [path.name for path in tmp_path.iterdir()] == ["a.avi"]


def test_pictures_of_a_few_pixels_are_refused(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "a.png"), np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(OutputError, match="too small"):
        write_overlay(str(tmp_path / "a.png"), LIMITS, [DRAWN], tmp_path)


@pytest.mark.parametrize("fps", [239.967, 29.97, 600.0])
def test_an_overlay_has_the_times_of_its_recording_at_any_rate(tmp_path: Path, fps: float) -> None:
    recording = write_video(tmp_path / "a.avi", frames=7, fps=fps)
    path = write_overlay(str(recording), LIMITS, [DRAWN] * 7, tmp_path)
    assert path is not None
    with av.open(str(path)) as video:
        times = [float(frame.time or 0) for frame in video.decode(video=0)]
    assert times == pytest.approx([number / fps for number in range(7)], abs=0.0011)


def test_an_overlay_of_frames_with_odd_sides_is_written(tmp_path: Path) -> None:
    picture = tmp_path / "odd.png"
    cv2.imwrite(str(picture), card(1, 161, 121))
    path = write_overlay(str(picture), LIMITS, [DRAWN], tmp_path)
    assert path is not None
    assert frames_of(path)[0].shape == (122, 162, 3)
