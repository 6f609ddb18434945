"""Recordings keep the contract of all sources, whatever their container."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import FileContract
from tests.doubles.frames.encoded import encode
from tests.doubles.media import card, index_first, write_video

LENGTH = 12


def recording(folder: Path, name: str, write: Callable[[Path], Path]) -> str:
    """Return a recording in the folder; it is encoded once for all tests. write: writes it to a path like this."""
    path = folder / name
    path.write_bytes(_encoded(name, write))
    return str(path)


@cache
def _encoded(name: str, write: Callable[[Path], Path]) -> bytes:
    with TemporaryDirectory() as folder:
        return write(Path(folder) / name).read_bytes()


def mpeg4(path: Path) -> Path:
    """Write MPEG-4, whose container is by the suffix."""
    return write_video(path, "mp4v", LENGTH)


def mpeg4_index_first(path: Path) -> Path:
    """Write MPEG-4 with its index first."""
    return index_first(mpeg4(path))


def vp8(path: Path) -> Path:
    """Write VP8."""
    return write_video(path, "VP80", LENGTH)


def reordered(path: Path) -> Path:
    """Write H.264 with frames that are shown in another order."""
    options = {"crf": "5", "x264-params": "keyint=4:bframes=2:b-adapt=0"}
    return encode(path, [card(number) for number in range(LENGTH)], options=options, form="mpegts")


def interlaced(path: Path) -> Path:
    """Write MPEG-2 of two fields a frame, which its codec says."""
    cards = [card(number) for number in range(LENGTH)]
    return encode(path, cards, "mpeg2video", interlaced=True, options={"global_quality": "400"})


def interlaced_by_its_container(path: Path) -> Path:
    """Write Motion JPEG of two fields a frame, which only its container says."""
    options = {"field_order": "tt", "global_quality": "400"}
    cards = [card(number) for number in range(LENGTH)]
    return encode(path, cards, "mjpeg", pixel_format="yuvj422p", options=options)


class TestAvi(FileContract):
    length = LENGTH

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "Patient 7, left.AVI", write_video))


class TestMp4(FileContract):
    length = LENGTH

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "clip.mp4", mpeg4))


class TestMp4WithItsIndexFirst(FileContract):
    length = LENGTH

    def open(self, folder: Path) -> FrameSource:
        return open_source(f"video:{recording(folder, 'clip.mp4', mpeg4_index_first)}")


class TestMatroska(FileContract):
    length = LENGTH

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "clip.mkv", mpeg4))


class TestWebm(FileContract):
    length = LENGTH
    counted = False
    tells_damage = False

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "clip.webm", vp8))


class TestTransportStream(FileContract):
    length = LENGTH
    counted = False
    tells_cut = False

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "clip.ts", reordered))


class TestInterlaced(FileContract):
    length = LENGTH

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "clip.mkv", interlaced))


class TestInterlacedByItsContainer(FileContract):
    length = LENGTH

    def open(self, folder: Path) -> FrameSource:
        return open_source(recording(folder, "clip.mov", interlaced_by_its_container))
