"""The sources that docs/extending/sources.md shows keep the contract; one is found by its package."""

import itertools
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from capture.sources.opening import open_source
from capture.sources.uri import SourceUri
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import LiveContract, RecordedContract
from tests.doubles.media import card
from tests.running import ROOT

DOCUMENT = (ROOT / "docs" / "extending" / "sources.md").read_text()
ARRAY, CONTRACT, FOLDER = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


def opened(uri: SourceUri, code: str = ARRAY) -> FrameSource:
    """Open a source with the document's function for its scheme."""
    module: dict[str, Any] = {}
    exec(code, module)
    source: FrameSource = module[f"open_{uri.scheme}"](uri)
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


class TestFolder(LiveContract):
    @pytest.fixture(autouse=True)
    def _microscope(self, tmp_path: Path) -> Iterator[None]:
        """Write pictures into the folder, 100 per second, while the microscope works."""
        self.works, ended = threading.Event(), threading.Event()
        self.works.set()

        def write() -> None:
            for number in itertools.count(1):
                if ended.wait(0.01):
                    return
                if self.works.is_set():
                    partial = tmp_path / f".{number}.png"
                    cv2.imwrite(str(partial), card(number % 40, 64, 48))
                    partial.rename(tmp_path / f"frame-{number:06d}.png")

        writer = threading.Thread(target=write)
        writer.start()
        yield
        ended.set()
        writer.join()

    def open(self, folder: Path) -> FrameSource:
        return opened(SourceUri("folder", str(folder), {"timeout_s": "0.3"}), FOLDER)

    def lose(self) -> None:
        self.works.clear()

    def find(self) -> None:
        self.works.set()


def test_the_contract_of_the_document_is_a_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_source.py").write_text(ARRAY)
    monkeypatch.syspath_prepend(tmp_path)
    module: dict[str, Any] = {}
    exec(CONTRACT, module)
    source = module["TestArray"]().open(tmp_path)
    assert source.frame_count == module["TestArray"].length


@pytest.mark.parametrize("options", [{"fsp": "3"}, {"fps": "many"}, {"fps": "0"}])
def test_a_wrong_option_is_refused_in_a_sentence(tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        opened(SourceUri("array", str(array(tmp_path)), options))


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
    (tmp_path / "my_source.py").write_text(ARRAY)
    monkeypatch.syspath_prepend(tmp_path)
    source = open_source(f"array:{array(tmp_path)}?fps=25")
    assert (source.frame_count, source.fps, source.width) == (5, 25.0, 24)
    source.close()
