"""Receivers that several tests of outlets start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.archives.orthanc import Orthanc


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    orthanc = Orthanc(tmp_path / "orthanc")
    orthanc.start()
    yield orthanc
    orthanc.stop()
