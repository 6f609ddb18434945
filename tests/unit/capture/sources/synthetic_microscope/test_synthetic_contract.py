"""The synthetic microscope keeps the contract of all sources."""

from pathlib import Path

import pytest

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import RecordedContract

LENGTH = 4


@pytest.fixture(scope="module")
def opened() -> FrameSource:
    """Open one source for all tests: it takes a second to draw the tissue."""
    return open_source(f"synthetic:?seed=1&frames={LENGTH}")


class TestSynthetic(RecordedContract):
    length = LENGTH

    def open(self, _folder: Path) -> FrameSource:
        return open_source(f"synthetic:?seed=1&frames={LENGTH}")

    @pytest.fixture
    def source(self, opened: FrameSource) -> FrameSource:
        opened.seek(LENGTH)
        assert opened.grab() is None  # at the end, no frame is grabbed
        opened.seek(0)
        return opened
