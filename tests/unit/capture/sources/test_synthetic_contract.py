"""The synthetic microscope keeps the contract of all sources."""

from pathlib import Path

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import RecordedContract


class TestSynthetic(RecordedContract):
    length = 4

    def open(self, _folder: Path) -> FrameSource:
        return open_source(f"synthetic:?seed=1&frames={self.length}")
