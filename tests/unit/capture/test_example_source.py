"""The source that docs/extending/sources.md shows keeps the contract, and is found once its package is installed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture.sources.opening import open_source
from capture.sources.uri import SourceUri
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import RecordedContract
from tests.running import ROOT

DOCUMENT = (ROOT / "docs" / "extending" / "sources.md").read_text()
(CODE,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


def opened(uri: SourceUri) -> FrameSource:
    """Open a source with the document's function."""
    module: dict[str, Any] = {}
    exec(CODE, module)
    source: FrameSource = module["open_array"](uri)
    return source


def array(folder: Path) -> Path:
    """Write five frames that differ."""
    path = folder / "frames.npy"
    np.save(path, np.random.default_rng(1).integers(0, 256, (5, 16, 24, 3), np.uint8))
    return path


class TestArray(RecordedContract):
    length = 5

    def open(self, folder: Path) -> FrameSource:
        return opened(SourceUri("array", str(array(folder))))


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (np.zeros((4, 4)), "holds float64 .4, 4.; frames are uint8")]
)
def test_a_file_that_is_no_array_of_frames_is_refused(tmp_path: Path, content: Any, says: str) -> None:
    path = tmp_path / "other.npy"
    if content is not None:
        np.save(path, content)
    with pytest.raises(SourceError, match=says):
        opened(SourceUri("array", str(path)))


def test_its_package_makes_it_a_source_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (points,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    (entry,) = re.findall(r'^array = "(.*)"$', points, re.MULTILINE)
    described = tmp_path / "my_source-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: my-source\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(f"[capillary_stream.sources]\narray = {entry}\n")
    (tmp_path / "my_source.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    source = open_source(f"array:{array(tmp_path)}?fps=25")
    assert (source.frame_count, source.fps, source.width) == (5, 25.0, 24)
    source.close()
