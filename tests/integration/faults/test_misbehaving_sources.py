"""A camera is unplugged, hangs, freezes or changes its pictures: the bedside sees it, and again when it is mended."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zmq

from tests.doubles.cameras.fake_camera import FakeCamera, fake_camera
from tests.doubles.cameras.live_bedside import Bedside, watching
from tests.running import free_port, rows, run, summary


@pytest.fixture
def camera() -> Iterator[FakeCamera]:
    with fake_camera() as camera:
        yield camera


@pytest.fixture
def bedside(camera: FakeCamera, tmp_path: Path) -> Iterator[Bedside]:
    with watching(f"http://{camera.place}/video#timeout_s=2", tmp_path) as found:
        yield found


def current(status: dict[str, Any]) -> bool:
    """Wait for readings: whether they are good does not matter here."""
    return status["state"] in {"good", "poor signal"}


@pytest.mark.parametrize("mood", ["unplugged", "silent"])
def test_a_camera_that_is_gone_is_said_so_and_comes_back_by_itself(
    camera: FakeCamera, bedside: Bedside, mood: str
) -> None:
    camera.mood = mood  # type: ignore[assignment]
    gone = bedside.shows(lambda status: status["state"] == "no camera", "the camera is lost")
    assert gone["density_pct"] is None
    assert gone["notices"]
    camera.mood = "well"
    bedside.shows(lambda status: current(status) and status["seq"] > gone["seq"] + 5, "it is back")
    bedside.shows(lambda status: status["notices"] == [], "nothing is wrong any more")
    assert [kind for kind, _ in bedside.incidents()][:2] == ["source lost", "source found"]


def test_a_frozen_picture_is_no_measurement(camera: FakeCamera, bedside: Bedside) -> None:
    camera.mood = "frozen"
    frozen = bedside.shows(lambda status: "picture frozen" in status["quality_reasons"], "it is noticed")
    assert frozen["quality"] == "unusable"
    assert frozen["density_pct"] is None
    camera.mood = "well"
    bedside.shows(lambda status: current(status) and "picture frozen" not in status["quality_reasons"], "it moves")


@pytest.mark.slow
def test_another_frame_size_is_a_new_segment(camera: FakeCamera, bedside: Bedside) -> None:
    before = bedside.status()["seq"]
    camera.mood, camera.width, camera.height = "unplugged", 640, 480
    bedside.shows(lambda status: status["state"] == "no camera", "the stream breaks off")
    camera.mood = "well"
    bedside.shows(lambda status: current(status) and status["seq"] > before + 20, "the larger ones are analysed")
    assert ("segment", "320x240 to 640x480 px") in bedside.incidents()


@pytest.mark.slow
def test_a_camera_that_slows_down_is_said_so(camera: FakeCamera, bedside: Bedside) -> None:
    camera.fps = 4.0
    bedside.shows(lambda status: any("frames a second" in said for said in status["notices"]), "the rate sags")


@pytest.mark.slow
@pytest.mark.parametrize(("mood", "reason"), [("black", "too dark"), ("white", "glare")])
def test_a_picture_without_content_is_unusable(camera: FakeCamera, bedside: Bedside, mood: str, reason: str) -> None:
    camera.mood = mood  # type: ignore[assignment]
    found = bedside.shows(lambda status: reason in status["quality_reasons"], "it is noticed")
    assert found["density_pct"] is None


def test_one_unreadable_picture_in_a_folder_is_a_failed_row(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    noise = np.random.default_rng(1)
    for name in "abcd":
        assert cv2.imwrite(str(pictures / f"{name}.png"), noise.integers(0, 255, (240, 320, 3), np.uint8))
    (pictures / "b.png").write_bytes((pictures / "b.png").read_bytes()[:500])
    (pictures / "c.png").write_text("no picture")
    done = run("replay", pictures, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert [(row["frame"], row["status"]) for row in rows(tmp_path / "out")] == [
        ("a", "ok"), ("b", "failed"), ("c", "failed"), ("d", "ok"),
    ]  # fmt: skip
    assert [name in row["error"] for name, row in zip("abcd", rows(tmp_path / "out"), strict=True)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert summary(tmp_path / "out")["frames_failed"] == 2
    assert "b.png" in done.stderr


def test_no_published_message_names_the_folder_of_a_picture(tmp_path: Path) -> None:
    pictures = tmp_path / "Mueller_Hans_1950"
    pictures.mkdir()
    assert cv2.imwrite(str(pictures / "a.png"), np.full((240, 320, 3), 99, np.uint8))
    (pictures / "b.png").write_bytes((pictures / "a.png").read_bytes()[:100])
    published: list[bytes] = []
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.SUB) as subscriber:
        subscriber.setsockopt(zmq.RECONNECT_IVL, 5)  # it waits here before the run begins
        subscriber.setsockopt_string(zmq.SUBSCRIBE, "")
        subscriber.connect(endpoint)
        settings = {"CAPILLARY_STREAM_PUBLISH_ENABLED": "true", "CAPILLARY_STREAM_PUBLISH_ENDPOINT": endpoint}
        done = run("replay", pictures, "--output", tmp_path / "out", **settings)
        while subscriber.poll(100):
            published += subscriber.recv_multipart()
    assert done.returncode == 0, done.stderr
    assert any(b"b.png is damaged" in each for each in published)
    assert not any(b"Mueller" in each for each in published)
    assert "Mueller" not in (tmp_path / "out" / "readings.csv").read_text()
