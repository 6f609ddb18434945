"""What Linux says of cameras, by a driver that a test plays."""

from pathlib import Path

import pytest

from capture.devices.v4l2 import found_v4l2
from stream.machine.devices import Found


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return a folder with two devices of one camera, and one that is closed to this user."""
    for number, name in ((10, "Microscope"), (2, "Webcam\n"), (3, "Webcam")):
        (tmp_path / f"dev/video{number}").parent.mkdir(exist_ok=True)
        (tmp_path / f"dev/video{number}").write_bytes(bytes([number]))
        (tmp_path / f"sys/video{number}").mkdir(parents=True)
        (tmp_path / f"sys/video{number}/name").write_text(name)
    return tmp_path


def driver(descriptor: int, request: int, described: bytearray) -> None:
    """Answer as a driver does: formats one by one, then an error. Device 3 gives no pictures."""
    device, index = Path(f"/proc/self/fd/{descriptor}").read_bytes()[0], described[0]
    assert request == 0xC0405602
    if device == 3 or index > 1:
        raise OSError(22, "Invalid argument")
    described[44:48] = (b"MJPG", b"Y16 ")[index]


def test_cameras_are_listed_with_name_and_formats_in_order(machine: Path) -> None:
    assert found_v4l2(machine / "dev", machine / "sys", driver) == [
        Found("camera:2", "Webcam (MJPG, Y16)"),
        Found("camera:10", "Microscope (MJPG, Y16)"),
    ]


def test_a_camera_that_is_closed_to_the_user_is_listed_with_what_to_do(machine: Path) -> None:
    closed = machine / "dev/video2"
    closed.unlink()
    closed.symlink_to(machine / "nowhere")
    found = found_v4l2(machine / "dev", machine / "sys", driver)
    assert found[0] == Found("camera:2", "Webcam (closed to you; join the group 'video')")


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert found_v4l2(tmp_path, tmp_path) == []
