"""GenICam through harvesters, with the virtual producer that the genicam wheel ships."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from capture.sources.industrial.genicam import found_genicam, producers
from capture.sources.opening import open_source
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from tests.conftest import missing
from tests.contracts.source_contract import SourceContract, grabbed

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def producer() -> Path:
    found = find_spec("genicam")
    if found is None or found.origin is None:
        missing("no package genicam: uv sync, or pip install capillary-stream[genicam]")
    return Path(found.origin).parent / "viky.cti"


class TestGenicam(SourceContract):
    @pytest.fixture(autouse=True)
    def _producer(self, producer: Path) -> None:
        self.cti = producer

    def open(self, _: Path) -> FrameSource:
        return open_source(f"genicam:?cti={self.cti}&fps=100")


def test_the_variable_of_gentl_names_producers(producer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENICAM_GENTL64_PATH", f"/nowhere:{producer.parent}")
    assert producers(None) == [producer]
    assert [one.uri for one in found_genicam()] == ["genicam:0", "genicam:1", "genicam:2"]
    source = open_source("genicam:1?fps=50")
    assert (source.name, source.width, source.height, source.fps) == ("genicam-1", 400, 400, 50)
    assert sum(grabbed(source).lost_before for _ in range(10)) <= 1
    source.close()


def test_what_is_missing_is_said(producer: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    for uri, said in (
        ("genicam:", "GENICAM_GENTL64_PATH is not set"),
        (f"genicam:?cti={tmp_path}/no.cti", "There is no GenTL producer"),
        (f"genicam:77?cti={producer}", r"has no device 77\. Connected: 0, 1, 2"),
    ):
        with pytest.raises(SourceError, match=said):
            open_source(uri)
    (tmp_path / "broken.cti").write_bytes(b"no library")
    with pytest.raises(SourceError, match=r"broken\.cti cannot be loaded"):
        open_source(f"genicam:?cti={tmp_path}/broken.cti")
