"""Video inside DICOM: every frame once, at its time, also over several fragments and from a cut file."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.encaps import itemize_fragment

from capture.sources.dicom.source import DicomSource
from capture.sources.opening import open_source
from stream.errors import FrameError
from stream.protocol.contracts import Pixels
from tests.contracts.source_contract import FileContract, buffer, frame, grabbed
from tests.doubles.media import HEIGHT, WIDTH, card
from tests.unit.capture.sources.dicom.writing import header, save, video

H264, MPEG2 = "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.100"
NO_OFFSETS = b"\xfe\xff\x00\xe0" + bytes(4)
CARDS = [np.ascontiguousarray(card(number)[:, :, ::-1]) for number in range(12)]
VIDEOS = {
    "H.264 in MP4": (H264, "libx264", "mp4"),
    "H.264 in a transport stream": (H264, "libx264", "mpegts"),
    "MPEG-2": (MPEG2, "mpeg2video", "mpeg2video"),
}


def write(path: Path, syntax: str, stream: bytes, fragments: int = 1, frames: int = 12) -> Path:
    """Write a stream over several fragments."""
    size = len(stream) // fragments // 2 * 2
    bounds = [*range(0, size * fragments, size), len(stream)]
    parts = [stream[low:high] for low, high in pairwise(bounds)]
    data = header(frames, HEIGHT, WIDTH, syntax, PhotometricInterpretation="YBR_PARTIAL_420", FrameTime=40.0)
    return save(path, data, NO_OFFSETS + b"".join(map(itemize_fragment, parts)))


def opened(path: Path) -> DicomSource:
    """Open a file for what is known of it beside its frames."""
    source = open_source(str(path))
    assert isinstance(source, DicomSource)
    return source


@pytest.mark.parametrize(
    ("syntax", "codec", "container"), [pytest.param(*one, id=name) for name, one in VIDEOS.items()]
)
def test_every_codec_gives_every_frame(tmp_path: Path, syntax: str, codec: str, container: str) -> None:
    source = opened(write(tmp_path / "a.dcm", syntax, video(codec, container, CARDS)))
    assert (source.frame_count, source.treatment) == (12, "")
    for number in range(12):
        assert np.abs(frame(source).astype(int) - card(number)).mean() < 6
    assert source.grab() is None
    source.close()


@pytest.mark.slow
def test_hevc_gives_every_frame(tmp_path: Path) -> None:
    stream = video("libx265", "mp4", CARDS, preset="ultrafast", **{"x265-params": "log-level=none"})
    source = opened(write(tmp_path / "a.dcm", "1.2.840.10008.1.2.4.107", stream))
    for number in range(12):
        assert np.abs(frame(source).astype(int) - card(number)).mean() < 6
    source.close()


class TestFragments(FileContract):
    length = 12

    def open(self, folder: Path) -> DicomSource:
        path = folder / "a.dcm"
        return opened(path if path.exists() else write(path, H264, video("libx264", "mp4", CARDS), fragments=5))


def test_frames_behind_the_cut_are_rows_that_fail(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", H264, video("libx264", "mpegts", CARDS, g="1"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = opened(path)
    assert source.frame_count == 12
    failed = 0
    for number in range(12):
        grabbed(source)
        out = buffer(source)
        try:
            source.retrieve(out)
        except FrameError:
            failed += 1
        else:
            assert np.abs(out.astype(int) - card(number)).mean() < 6
    assert 4 <= failed <= 8
    assert source.grab() is None
    source.close()


def test_a_damaged_frame_and_those_that_build_on_it_fail_until_the_next_key_frame(tmp_path: Path) -> None:
    stream = bytearray(video("libx264", "h264", CARDS, **{"x264-params": "keyint=6:scenecut=0:bframes=0:slices=1"}))
    slices = [found.start() for found in re.finditer(b"\0\0\1[\x41\x65][\x80-\xff]", stream)]
    assert len(slices) == 12
    stream[slices[2] + 20 : slices[2] + 60] = bytes([255]) * 40
    source = opened(write(tmp_path / "a.dcm", H264, bytes(stream)))
    failed = []
    for number in range(12):
        grabbed(source)
        out = buffer(source)
        try:
            source.retrieve(out)
        except FrameError:
            failed.append(number)
        else:
            assert np.abs(out.astype(int) - card(number)).mean() < 6
    source.close()
    assert failed == [2, 3, 4, 5]


def test_more_frames_than_the_video_has_are_rows_that_fail(tmp_path: Path) -> None:
    source = opened(write(tmp_path / "a.dcm", MPEG2, video("mpeg2video", "mpeg2video", CARDS), frames=14))
    source.seek(11)
    assert np.abs(frame(source).astype(int) - card(11)).mean() < 6
    for _ in range(2):
        grabbed(source)
        with pytest.raises(FrameError, match="is not in the file"):
            source.retrieve(buffer(source))
    source.close()


@pytest.mark.parametrize(
    "text", ["v=0\ns=x\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 26\n", "ffconcat version 1.0\nfile /x\n"]
)
def test_a_text_that_names_other_places_is_no_video(tmp_path: Path, text: str) -> None:
    source = opened(write(tmp_path / "a.dcm", H264, text.encode() * 2, frames=1))
    grabbed(source)
    with pytest.raises(FrameError, match="damaged"):
        source.retrieve(buffer(source))
    source.close()


def test_frames_beyond_those_that_are_promised_are_rows_too(tmp_path: Path) -> None:
    source = opened(write(tmp_path / "a.dcm", H264, video("libx264", "mpegts", CARDS), frames=9))
    assert source.frame_count == 12
    for number in range(12):
        assert np.abs(frame(source).astype(int) - card(number)).mean() < 6
    source.close()


def woven(pictures: list[npt.NDArray[np.uint8]]) -> list[Pixels]:
    """Return pictures whose lines are of two moments."""
    found = []
    for upper, lower in zip(pictures[::2], pictures[1::2], strict=True):
        found.append(upper.copy())
        found[-1][1::2] = lower[1::2]
    return found


def test_of_interlaced_video_the_upper_field_is_taken(tmp_path: Path) -> None:
    stream = video("mpeg2video", "mpeg2video", woven(CARDS), flags="+ildct+ilme")
    source = opened(write(tmp_path / "a.dcm", MPEG2, stream, frames=6))
    assert source.treatment == "interlaced: the upper field, lines between interpolated"
    for number in range(6):
        expected = np.repeat(card(2 * number)[::2], 2, axis=0)
        assert np.abs(frame(source).astype(int) - expected).mean() < 6
    source.close()
