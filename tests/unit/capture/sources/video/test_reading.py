"""What is read of a recording: every frame as it is meant to be shown, damage told, empty frames counted."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from capture.sources.video.recording import VideoSource
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels
from tests.doubles.frames.encoded import encode, mux, woven
from tests.doubles.media import card, empty_frames, spoil_frame, write_video


def read(path: Path) -> tuple[VideoSource, list[Pixels | None], int]:
    """Return the closed source, its pictures (None: cannot be read), and how many frames were lost between them."""
    source, lost = VideoSource(path), 0
    pictures: list[Pixels | None] = []
    while (grab := source.grab()) is not None:
        lost += grab.lost_before
        out: Pixels = np.full((source.height, source.width, 3), 77, np.uint8)
        try:
            source.retrieve(out)
            pictures.append(out)
        except FrameError:
            pictures.append(None)
    source.close()
    return source, pictures, lost + source.lost_at_end


def far(one: Pixels | None, other: Pixels) -> float:
    """Return the mean difference of two pictures."""
    assert one is not None
    return float(np.abs(one.astype(int) - other).mean())


FRAMES = [card(number) for number in range(12)]


@pytest.mark.parametrize(
    ("name", "codec", "form", "pixel_format"),
    [
        ("a.mts", "libx264", "mpegts", "yuv420p"),
        ("a.h264", "libx264", "h264", "yuv420p"),
        ("a.mxf", "mpeg2video", "mxf", "yuv420p"),
        ("a.mkv", "ffv1", None, "yuv420p"),
        ("2026-11-27T21:03:11.mp4", "libx264", None, "yuv420p"),
        ("a:b %03d ?*.mkv", "ffv1", "matroska", "yuv420p"),
        ("a.mjpeg", "mjpeg", "mjpeg", "yuvj420p"),
    ],
)
def test_every_frame_of_a_form_is_read_whatever_its_name(
    tmp_path: Path, name: str, codec: str, form: str | None, pixel_format: str
) -> None:
    options = {"global_quality": "400"} if codec in ("mjpeg", "mpeg2video") else {"crf": "5"}
    path = encode(tmp_path / name, FRAMES, codec, form=form, pixel_format=pixel_format, options=options)
    source, pictures, lost = read(path)
    assert len(pictures) == len(FRAMES)
    assert lost == 0
    assert not source.treatment
    assert max(far(one, other) for one, other in zip(pictures, FRAMES, strict=True)) < 12


@pytest.mark.parametrize(("codec", "suffix"), [("libx264", "mp4"), ("mpeg2video", "mkv")])
def test_of_interlaced_frames_the_upper_field_is_measured(tmp_path: Path, codec: str, suffix: str) -> None:
    dark, bright = np.full((64, 96, 3), 60, np.uint8), np.full((64, 96, 3), 200, np.uint8)
    options = {"x264-params": "tff=1", "crf": "5"} if codec == "libx264" else {}
    path = encode(tmp_path / f"i.{suffix}", [woven(dark, bright)] * 6, codec, options=options, interlaced=True)
    source, pictures, _ = read(path)
    assert source.treatment.startswith("interlaced: the upper field")
    assert len(pictures) == 6
    assert max(far(one, dark) for one in pictures) < 6


@pytest.mark.parametrize(("codec", "pixel_format"), [("mjpeg", "yuvj422p"), ("png", "rgb24"), ("qtrle", "rgb24")])
def test_fields_that_only_the_container_tells_of_are_two_moments(tmp_path: Path, codec: str, pixel_format: str) -> None:
    dark, bright = np.full((64, 96, 3), 60, np.uint8), np.full((64, 96, 3), 200, np.uint8)
    options = {"field_order": "tt", **({"global_quality": "400"} if codec == "mjpeg" else {})}
    path = encode(tmp_path / "i.mov", [woven(dark, bright)] * 6, codec, options=options, pixel_format=pixel_format)
    source, pictures, _ = read(path)
    assert source.treatment.startswith("interlaced: the upper field")
    assert len(pictures) == 6
    assert max(far(one, dark) for one in pictures) < 12


def test_two_jpegs_in_a_packet_are_two_fields(tmp_path: Path) -> None:
    first, second = np.full((32, 96, 3), 60, np.uint8), np.full((32, 96, 3), 200, np.uint8)
    packets = [b"".join(cv2.imencode(".jpg", one)[1].tobytes() for one in (first, second))] * 6
    source, pictures, _ = read(mux(tmp_path / "i.mov", packets, "mjpeg", 96, 64))
    assert source.treatment.startswith("interlaced")
    assert len(pictures) == 6
    assert all(picture is not None and picture.std() < 3 for picture in pictures)


def test_fields_that_are_pictures_of_their_own_are_refused(tmp_path: Path) -> None:
    options = {"x265-params": "interlace=tff:log-level=none", "preset": "ultrafast"}
    path = encode(tmp_path / "i.mkv", [np.full((64, 96, 3), 60, np.uint8)] * 4, "libx265", options=options)
    with pytest.raises(SourceError, match=r"i\.mkv is H\.265 with each field as a picture"):
        VideoSource(path)


def test_recordings_that_were_appended_to_each_other_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.ts", FRAMES, options={"crf": "5", "x264-params": "bframes=2"}, form="mpegts")
    path.write_bytes(2 * path.read_bytes())
    source, pictures, lost = read(path)
    assert (len(pictures), lost, source.frame_count) == (24, 0, None)
    assert sum(picture is None for picture in pictures) <= 3  # at the joint nobody can tell whether packets are missing
    for number, picture in enumerate(pictures):
        assert picture is None or far(picture, FRAMES[number % 12]) < 12


def test_of_several_videos_in_a_file_the_first_is_read_and_said(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "two.mkv"), "w") as container:
        streams = [container.add_stream("ffv1", 25, width=96, height=64, pix_fmt="yuv420p") for _ in range(2)]
        for stream, brightness in zip(streams, (60, 200), strict=True):
            picture = av.VideoFrame.from_ndarray(np.full((64, 96, 3), brightness, np.uint8), format="bgr24")
            container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
    source, pictures, _ = read(tmp_path / "two.mkv")
    assert source.treatment == "the first of 2 videos in the file"
    assert far(pictures[0], np.full((64, 96, 3), 60, np.uint8)) < 6


def test_a_turned_recording_is_shown_upright(tmp_path: Path) -> None:
    source, pictures, _ = read(encode(tmp_path / "r.mp4", FRAMES[:3], options={"crf": "5"}, rotated_deg=90))
    height, width = FRAMES[0].shape[:2]
    assert (source.width, source.height) == (height, width)
    assert min(far(pictures[0], np.rot90(FRAMES[0], turns)) for turns in (1, 3)) < 6
    assert "turned" in source.treatment


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = encode(tmp_path / "s.mp4", FRAMES[:3], options={"x264-params": "sar=16/15"})
    source, pictures, _ = read(path)
    assert (source.width, source.height) == (round(FRAMES[0].shape[1] * 16 / 15), FRAMES[0].shape[0])
    assert all(picture is not None for picture in pictures)
    assert "square" in source.treatment


def test_a_damaged_frame_and_those_that_build_on_it_are_told_until_the_next_key_frame(tmp_path: Path) -> None:
    options = {"x264-params": "keyint=6:scenecut=0:bframes=0"}
    path = encode(tmp_path / "a.mkv", FRAMES, options=options)
    whole = read(path)[1]
    data = bytearray(path.read_bytes())
    at = _blocks(data)[2]
    data[at + 20 : at + 60] = bytes(40)
    path.write_bytes(data)
    _, pictures, _ = read(path)
    assert [picture is None for picture in pictures] == [False] * 2 + [True] * 4 + [False] * 6
    for before, after in zip(whole, pictures, strict=True):
        assert after is None or far(before, after) == 0


def test_a_jpeg_that_was_cut_is_no_picture(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi")
    spoil_frame(path, 4)
    _, pictures, _ = read(path)
    assert [number for number, picture in enumerate(pictures) if picture is None] == [4]
    assert len(pictures) == 12


def test_empty_frames_of_an_avi_are_frames_that_the_camera_lost(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi")
    empty_frames(path, 3, 7, 11)
    source, pictures, lost = read(path)
    assert source.frame_count == len(pictures) == 9
    assert lost == 3
    assert all(picture is not None for picture in pictures)


def test_empty_frames_are_counted_though_frames_are_shown_in_another_order(tmp_path: Path) -> None:
    times = [0, 1, 2, 5, 6, 7, 9, 10, 11]
    path = encode(tmp_path / "b.avi", FRAMES[:9], options={"x264-params": "bframes=2:b-adapt=0"}, times=times)
    source, pictures, lost = read(path)
    assert (source.frame_count, len(pictures), lost) == (9, 9, 3)
    assert all(picture is not None for picture in pictures)


@pytest.mark.parametrize("kept", [0, 7])
def test_an_avi_whose_index_lacks_frames_still_promises_all_of_them(tmp_path: Path, kept: int) -> None:
    path = write_video(tmp_path / "a.avi")
    data = bytearray(path.read_bytes())
    at = data.rfind(b"idx1")
    data[at + 4 : at + 8] = (16 * kept).to_bytes(4, "little")
    data = data[: at + 8 + 16 * kept] if kept else data[:at]
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    path.write_bytes(data)
    source, pictures, lost = read(path)
    assert (source.frame_count, len(pictures), lost) == (12, 12, 0)


def test_a_frame_far_into_a_recording_is_the_one_that_reading_reaches(tmp_path: Path) -> None:
    path = encode(tmp_path / "long.mp4", [card(number % 40) for number in range(300)], options={"g": "50"})
    pictures = read(path)[1]
    source = VideoSource(path)
    for index in (299, 120, 150, 249):
        source.seek(index)
        grab = source.grab()
        assert grab is not None
        assert (grab.index, round(grab.time_s * 25)) == (index, index)
        out: Pixels = np.zeros((source.height, source.width, 3), np.uint8)
        source.retrieve(out)
        assert far(pictures[index], out) == 0
    source.close()


def _blocks(data: bytearray) -> list[int]:
    """Return the places of the frames in a Matroska file: of their simple blocks' contents."""
    places, at = [], data.find(b"\x1f\x43\xb6\x75")
    while (at := data.find(b"\xa3", at + 1)) >= 0:
        length = 9 - data[at + 1].bit_length() if data[at + 1] else 0
        size = int.from_bytes(data[at + 1 : at + 1 + length]) & ((1 << 7 * length) - 1) if length else 0
        start = at + 1 + length
        if length and data[start : start + 1] == b"\x81" and start + size <= len(data) and size > 100:
            places.append(start)
            at = start + size - 1
    return places
