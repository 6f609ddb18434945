"""Industrial cameras in a live run, for real: each ends as readings, and every frame is accounted for."""

import sqlite3
from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import missing
from tests.doubles.cameras.tissue import tissue
from tests.doubles.devices.gige_camera import URI, gige_camera
from tests.running import run, values

pytestmark = [pytest.mark.real, pytest.mark.slow]

SECONDS = pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.nightly)])
SIZE = "width=1920&height=1080&fps=30"


def live(uri: str, folder: Path, seconds: float, **environment: str) -> tuple[Counter[str], set[float]]:
    """Watch a camera for so long, without a page.

    Returns the rows by status, with how many of them are good, and the densities of those.
    """
    settings = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(folder), "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}
    done = run("live", uri, "--no-view", "--seconds", str(seconds), **settings, **environment)
    assert done.returncode == 0, done.stderr
    (session,) = folder.glob("*/session.sqlite")
    with closing(sqlite3.connect(session)) as database:
        rows = Counter(dict(database.execute("SELECT status, COUNT(*) FROM readings GROUP BY status").fetchall()))
        good = database.execute("SELECT density_pct FROM readings WHERE quality = 'good'").fetchall()
        facts = dict(database.execute("SELECT key, value FROM session").fetchall())
    whole = sum(int(facts[f"frames_{one}"]) for one in ("analysed", "failed", "dropped", "late"))
    assert whole == int(facts["frames_read"])
    rows["good"] = len(good)
    return rows, {round(density, 4) for (density,) in good}


@pytest.mark.parametrize("lost_per_mille", [0, 1])
def test_gige_vision_for_a_minute_with_and_without_lost_packets(tmp_path: Path, lost_per_mille: int) -> None:
    with gige_camera(lost_per_mille):
        rows, _ = live(f"{URI}?{SIZE}&packet_size=9000", tmp_path, 60)
    share = rows["failed"] / (rows["ok"] + rows["failed"])
    # On a busy machine the system itself may drop a packet; the camera's own losses spoil a fifth of the frames.
    assert share > 0.05 if lost_per_mille else share < 0.05, rows


@SECONDS
def test_a_gentl_producer(tmp_path: Path, seconds: float) -> None:
    found = find_spec("genicam")
    if found is None or found.origin is None:
        missing("no package genicam: uv sync, or pip install capillary-stream[genicam]")
    rows, _ = live(f"genicam:?cti={Path(found.origin).parent / 'viky.cti'}", tmp_path, seconds)
    assert rows["ok"] > 0
    assert (rows["failed"], rows["good"]) == (0, 0), "it shows a ball that bounces, and no picture of a file"


@SECONDS
@pytest.mark.parametrize("camera", ["aravis", "basler"])
def test_what_a_camera_sees_is_measured_as_the_same_pictures_in_files_are(
    tmp_path: Path, camera: str, seconds: float
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, picture in enumerate(tissue(3)):
        image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        cv2.imwrite(str(pictures / f"{number:02}.png"), image)
    done = run("replay", pictures, "--output", tmp_path / "files")
    assert done.returncode == 0, done.stderr
    expected = {round(float(row["density_pct"]), 4) for row in values(tmp_path / "files") if row["quality"] == "good"}
    assert len(expected) == 3
    watch = _aravis if camera == "aravis" else _basler
    rows, densities = watch(pictures, tmp_path / "sessions", seconds)
    assert rows["good"] > 0
    assert (rows["failed"], densities - expected) == (0, set())


def _aravis(pictures: Path, folder: Path, seconds: float) -> tuple[Counter[str], set[float]]:
    with gige_camera(pictures=sorted(pictures.iterdir())):
        return live(f"{URI}?{SIZE}&packet_size=9000&pixel_format=RGB8", folder, seconds)


def _basler(pictures: Path, folder: Path, seconds: float) -> tuple[Counter[str], set[float]]:
    if find_spec("pypylon") is None:
        missing("no package pypylon: uv sync, or pip install capillary-stream[basler]")
    features = f"TestImageSelector:Off,ImageFilename:{pictures},ImageFileMode:On"
    uri = f"basler:?{SIZE}&pixel_format=BGR8Packed&features={features}"
    return live(uri, folder, seconds, PYLON_CAMEMU="1")
