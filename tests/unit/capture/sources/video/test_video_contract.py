"""Recordings keep the contract of all sources, whatever their container."""

from pathlib import Path

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import RecordedContract
from tests.doubles.media import index_first, write_video


class TestAvi(RecordedContract):
    length = 12

    def open(self, folder: Path) -> FrameSource:
        return open_source(str(write_video(folder / "Patient 7, left.AVI")))


class TestMp4(RecordedContract):
    length = 30

    def open(self, folder: Path) -> FrameSource:
        return open_source(str(write_video(folder / "clip.mp4", "mp4v", self.length)))


class TestMp4WithItsIndexFirst(RecordedContract):
    length = 12

    def open(self, folder: Path) -> FrameSource:
        return open_source(f"video:{index_first(write_video(folder / 'clip.mp4', 'mp4v'))}")


class TestMatroska(RecordedContract):
    length = 12

    def open(self, folder: Path) -> FrameSource:
        return open_source(str(write_video(folder / "clip.mkv", "mp4v")))


class TestWebm(RecordedContract):
    length = 12
    counted = False

    def open(self, folder: Path) -> FrameSource:
        return open_source(str(write_video(folder / "clip.webm", "VP80")))
