"""Industrial cameras in a live run, for real: each ends as readings, and every frame is accounted for."""

import sqlite3
from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.doubles.cameras.tissue import tissue
from tests.doubles.devices.gige_camera import URI, gige_camera
from tests.running import run

pytestmark = [pytest.mark.real, pytest.mark.slow]

SECONDS = pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.nightly)])
SIZE = "width=1920&height=1080&fps=30"


def live(uri: str, folder: Path, seconds: float, **environment: str) -> Counter[str]:
    """Watch a camera for so long, without a page. Returns the rows by status, and how many of them are good."""
    settings = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(folder), "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}
    done = run("live", uri, "--no-view", "--seconds", str(seconds), **settings, **environment)
    assert done.returncode == 0, done.stderr
    (session,) = folder.glob("*/session.sqlite")
    with closing(sqlite3.connect(session)) as database:
        rows = Counter(dict(database.execute("SELECT status, COUNT(*) FROM readings GROUP BY status").fetchall()))
        rows["good"] = database.execute("SELECT COUNT(*) FROM readings WHERE quality = 'good'").fetchone()[0]
        facts = dict(database.execute("SELECT key, value FROM session").fetchall())
    whole = sum(int(facts[f"frames_{one}"]) for one in ("analysed", "failed", "dropped", "late"))
    assert whole == int(facts["frames_read"])
    return rows


@SECONDS
@pytest.mark.parametrize("lost_per_mille", [0, 1])
def test_gige_vision_with_and_without_lost_packets(tmp_path: Path, lost_per_mille: int, seconds: float) -> None:
    with gige_camera(lost_per_mille):
        rows = live(f"{URI}?{SIZE}&packet_size=9000", tmp_path, seconds)
    assert rows["ok"] > 0
    assert (rows["failed"] > 0) == (lost_per_mille > 0)


@SECONDS
def test_a_gentl_producer(tmp_path: Path, seconds: float) -> None:
    found = find_spec("genicam")
    if found is None or found.origin is None:
        missing("no package genicam: uv sync, or pip install capillary-stream[genicam]")
    rows = live(f"genicam:?cti={Path(found.origin).parent / 'viky.cti'}", tmp_path, seconds)
    assert rows["ok"] > 0
    assert rows["failed"] == 0


@SECONDS
def test_baslers_emulation_shows_tissue_which_is_measured(tmp_path: Path, seconds: float) -> None:
    if find_spec("pypylon") is None:
        missing("no package pypylon: uv sync, or pip install capillary-stream[basler]")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, picture in enumerate(tissue()):
        (pictures / f"{number:02}.jpg").write_bytes(picture)
    features = f"TestImageSelector:Off,ImageFilename:{pictures},ImageFileMode:On"
    uri = f"basler:?{SIZE}&pixel_format=BGR8Packed&features={features}"
    rows = live(uri, tmp_path / "sessions", seconds, PYLON_CAMEMU="1")
    assert rows["good"] > 0
    assert rows["failed"] == 0
