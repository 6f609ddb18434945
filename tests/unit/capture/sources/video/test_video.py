"""Recorded video: what is counted is true, what is broken is said, frames are the ones that were recorded."""

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.sources.opencv import decode
from capture.sources.opening import open_source
from capture.sources.uri import SourceUri
from capture.sources.video.recording import open_video
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import buffer, frame, grabbed
from tests.doubles.media import NO_VIDEOS, card, cut, index_first, never_closed, trimmed, write_video


def read_all(source: FrameSource) -> int:
    """Frames until the end."""
    frames = 0
    while source.grab() is not None:
        frames += 1
    return frames


@pytest.mark.parametrize(
    ("name", "codec"), [("a.avi", "MJPG"), ("a.mp4", "mp4v"), ("a.mov", "mp4v"), ("a.mkv", "FFV1")]
)
def test_frames_are_those_that_were_recorded_in_order(tmp_path: Path, name: str, codec: str) -> None:
    source = open_source(str(write_video(tmp_path / name, codec)))
    for number in range(12):
        difference = np.abs(frame(source).astype(int) - card(number))
        assert difference.mean() < 4
    source.close()


def test_rate_and_media_time_come_from_the_container(tmp_path: Path) -> None:
    source = open_source(str(write_video(tmp_path / "a.mp4", "mp4v", fps=50.0)))
    assert source.fps == 50.0
    assert [grabbed(source).time_s for _ in range(4)] == pytest.approx([0, 0.02, 0.04, 0.06])
    source.close()


def test_decoder_writes_into_the_given_memory_without_a_copy(tmp_path: Path) -> None:
    capture = cv2.VideoCapture(str(write_video(tmp_path / "a.avi")), cv2.CAP_FFMPEG)
    out = np.zeros((240, 320, 3), np.uint8)
    capture.grab()
    done, pixels = capture.retrieve(out)
    assert done
    assert np.shares_memory(pixels, out)
    capture.release()


def test_a_decoder_that_allocates_is_copied_from() -> None:
    class Allocating:
        def retrieve(self, _: object) -> tuple[bool, object]:
            return True, np.full((4, 6, 3), 7, np.uint8)

    out = np.zeros((4, 6, 3), np.uint8)
    decode(Allocating(), out, "broken", "resized to {}".format)  # type: ignore[arg-type]
    assert (out == 7).all()


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "MJPG"), ("a.mp4", "mp4v")])
def test_a_cut_recording_still_promises_what_it_held(tmp_path: Path, name: str, codec: str) -> None:
    whole = write_video(tmp_path / name, codec, frames=40)
    source = open_source(str(cut(index_first(whole) if codec == "mp4v" else whole)))
    assert source.frame_count == 40
    assert 0 < read_all(source) < 40
    assert source.grab() is None
    source.close()


@pytest.mark.parametrize("name", ["a.mkv", "a.webm"])
def test_a_cut_recording_that_counts_no_frames_says_that_it_was_cut(tmp_path: Path, name: str) -> None:
    codec = {"a.mkv": "MJPG", "a.webm": "VP80"}[name]
    source = open_source(str(cut(write_video(tmp_path / name, codec, frames=40))))
    assert source.frame_count is None
    with pytest.raises(SourceError, match=r"was cut off; \d+ of its frames could be read"):
        read_all(source)
    assert source.grab() is None
    source.close()


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "MJPG"), ("a.webm", "VP80")])
def test_a_recording_of_a_killed_recorder_is_read_and_called_cut_off(tmp_path: Path, name: str, codec: str) -> None:
    source = open_source(str(never_closed(write_video(tmp_path / name, codec, frames=40))))
    assert source.frame_count is None
    with pytest.raises(SourceError, match=r"was cut off; [23]\d of its frames could be read"):
        read_all(source)
    source.close()


def test_a_kept_stream_of_unknown_length_is_whole(tmp_path: Path) -> None:
    source = open_source(str(never_closed(write_video(tmp_path / "a.mkv", frames=40), share=1)))
    assert source.frame_count is None
    assert read_all(source) == 40
    source.close()


def test_an_mp4_cut_before_its_index_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="was cut off, and what is left cannot be read"):
        open_source(str(cut(write_video(tmp_path / "a.mp4", "mp4v"))))


def test_a_trimmed_mp4_promises_nothing(tmp_path: Path) -> None:
    source = open_source(str(trimmed(write_video(tmp_path / "a.mp4", "mp4v"))))
    assert source.frame_count is None
    assert 0 < read_all(source) <= 12
    source.close()


def test_a_damaged_middle_is_missed_from_the_count(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", frames=40)
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    path.write_bytes(data)
    source = open_source(str(path))
    assert source.frame_count == 40
    assert read_all(source) < 40
    source.close()


@pytest.mark.parametrize("name", NO_VIDEOS)
def test_what_is_no_video_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(NO_VIDEOS[name])
    with pytest.raises(SourceError, match=f"{name} is (empty or no video|empty:|text, no video)"):
        open_source(str(tmp_path / name))


def test_a_header_without_a_body_was_cut_off(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi")
    path.write_bytes(path.read_bytes()[:100] + bytes(1000))
    with pytest.raises(SourceError, match="was cut off, and what is left cannot be read"):
        open_source(str(path))


def test_a_missing_file_and_a_folder_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no file"):
        open_source(str(tmp_path / "missing.mp4"))
    with pytest.raises(SourceError, match="is a folder, not a recording"):
        open_source(f"video:{tmp_path}")


def test_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no option 'fps'"):
        open_source(f"video:{tmp_path}/a.mp4?fps=3")


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Without the rights of an administrator, whom no file is closed to."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_forbidden_file_is_refused_in_a_sentence(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = write_video(tmp_path / "a.avi")
    path.chmod(0)
    request.getfixturevalue("as_nobody")
    with pytest.raises(SourceError, match="may not be read"):
        open_video(SourceUri("video", str(path)))


@pytest.mark.real
@pytest.mark.slow
def test_the_clips_promise_what_they_hold(clips: Path) -> None:
    source = open_source(str(clips / "calm-f11.mp4"))
    assert (source.width, source.height, source.frame_count, source.fps) == (1920, 1080, 600, 30.0)
    assert frame(source).shape == (1080, 1920, 3)
    assert read_all(source) == 599
    source.close()


@pytest.mark.real
def test_seeking_in_h264_is_exact(clips: Path) -> None:
    source, other = open_source(str(clips / "dark-f03.mp4")), open_source(str(clips / "dark-f03.mp4"))
    for _ in range(47):
        grabbed(source)
    other.seek(47)
    assert grabbed(source) == grabbed(other)
    pixels, again = buffer(source), buffer(source)
    source.retrieve(pixels)
    other.retrieve(again)
    np.testing.assert_array_equal(pixels, again)
    source.close()
    other.close()
