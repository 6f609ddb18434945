"""Cameras in the network, started and stopped in mid-stream, end as readings in a trend; nobody else hears of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.doubles.cameras.fake_camera import fake_camera
from tests.doubles.cameras.live_bedside import watching
from tests.doubles.cameras.proxy import hostile_proxy
from tests.doubles.cameras.rtsp_camera import rtsp_camera
from tests.doubles.cameras.tissue import tissue
from tests.running import eventually

SECRET = "pass-word"
Switch = Callable[[bool], None]


@contextmanager
def motion_jpeg(_: Path) -> Iterator[tuple[str, Switch]]:
    with fake_camera(fps=10.0, pictures=tissue()) as camera:

        def switch(on: bool) -> None:
            camera.mood = "well" if on else "unplugged"

        yield f"http://admin:{SECRET}@{camera.place}/video#timeout_s=2", switch


@contextmanager
def rtsp(folder: Path) -> Iterator[tuple[str, Switch]]:
    for number, picture in enumerate(tissue()):
        (folder / f"{number}.jpg").write_bytes(picture)
    with rtsp_camera("h264", folder) as camera:

        def switch(on: bool) -> None:
            if on:
                camera.switch_on()
            else:
                camera.end_frame()  # a frame that is cut off is a failed row, see below
                camera.switch_off()

        yield f"rtsp://admin:{SECRET}@{camera.place}/live", switch


@pytest.fixture
def folder_of_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.mark.slow
@pytest.mark.parametrize("camera", [motion_jpeg, rtsp])
def test_a_camera_stopped_and_started_in_mid_stream_is_readings_in_a_trend_again(
    camera: Callable[[Path], AbstractContextManager[tuple[str, Switch]]], tmp_path: Path, folder_of_pictures: Path
) -> None:
    with camera(folder_of_pictures) as (address, switch), hostile_proxy() as proxy:
        with watching(address, tmp_path, **proxy.environment) as bedside:
            eventually(bedside.trend, "the trend has values")
            switch(False)
            gone = bedside.shows(lambda status: status["state"] == "no camera", "the camera is lost")
            before = bedside.trend()[-1]
            switch(True)
            bedside.shows(
                lambda status: status["state"] != "no camera" and status["seq"] > gone["seq"] + 5, "it is back"
            )
            eventually(lambda: bedside.trend()[-1] > before, "the trend goes on")
            assert [kind for kind, _ in bedside.incidents()][:2] == ["source lost", "source found"]
            assert set(bedside.statuses()) <= {"ok", "dropped"}
        assert proxy.heard == []
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept


@pytest.mark.slow
def test_a_picture_that_is_cut_off_is_a_failed_row(tmp_path: Path) -> None:
    with fake_camera() as camera, watching(f"http://{camera.place}/video", tmp_path) as bedside:
        assert "failed" not in bedside.statuses()
        camera.mood = "cut"
        eventually(lambda: bedside.statuses().count("failed") > 10, "cut pictures fail")
        camera.mood = "well"
        eventually(lambda: bedside.statuses()[-1] == "ok", "whole ones are read")
