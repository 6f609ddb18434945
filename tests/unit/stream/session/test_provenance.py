"""A result names what it was made from, and never a password."""

import hashlib
import os
from pathlib import Path

import pytest

from stream.session.provenance import device_of, source_sha256


def test_a_recording_has_the_hash_that_other_tools_give_it(tmp_path: Path) -> None:
    (tmp_path / "clip.avi").write_bytes(b"frames" * 100_000)
    expected = hashlib.sha256(b"frames" * 100_000).hexdigest()
    assert source_sha256(str(tmp_path / "clip.avi")) == expected


@pytest.mark.parametrize("prefix", ["video", "images", "dicom"])
def test_a_prefix_does_not_hide_the_file(tmp_path: Path, prefix: str) -> None:
    (tmp_path / "clip.avi").write_bytes(b"frames")
    assert source_sha256(f"{prefix}:{tmp_path / 'clip.avi'}") == hashlib.sha256(b"frames").hexdigest()


def test_a_folder_is_hashed_by_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"1")
    (tmp_path / "b.png").write_bytes(b"2")
    first = source_sha256(str(tmp_path))
    assert first is not None
    assert source_sha256(f"images:{tmp_path}/*.png") == first
    (tmp_path / "b.png").rename(tmp_path / "c.png")
    assert source_sha256(str(tmp_path)) != first


def test_of_a_folder_only_its_pictures_are_read(tmp_path: Path) -> None:
    """A recording of hundreds of gigabytes may lie beside them."""
    (tmp_path / "a.png").write_bytes(b"1")
    first = source_sha256(str(tmp_path))
    for name in ("recording.raw", ".hidden.png"):
        (tmp_path / name).write_bytes(b"2")
    assert source_sha256(str(tmp_path)) == first
    (tmp_path / "b.TIF").write_bytes(b"3")
    assert source_sha256(str(tmp_path)) != first


def test_a_name_in_another_encoding_is_hashed_by_its_bytes(tmp_path: Path) -> None:
    name = b"gef\xe4\xdf.png"
    (tmp_path / os.fsdecode(name)).write_bytes(b"1")
    line = hashlib.sha256(b"1").hexdigest().encode() + b"  " + name + b"\n"
    assert source_sha256(str(tmp_path)) == hashlib.sha256(line).hexdigest()


@pytest.mark.parametrize(
    "source", ["camera:0", "rtsp://host/stream", "http://host/x.mjpg", "synthetic:?seed=1", "none.avi"]
)
def test_what_is_no_file_has_no_hash(source: str) -> None:
    assert source_sha256(source) is None


@pytest.mark.parametrize(
    ("source", "device"),
    [
        ("camera:0?fps=60", "camera:0"),
        ("camera:/dev/video2", "camera:/dev/video2"),
        ("synthetic:?seed=1&seconds=60", "synthetic:"),
        ("rtsp://user:pass@scope/live?channel=2#fps=10", "rtsp://scope/live?channel=2"),
        ("clip.mp4", "clip.mp4"),
    ],
)
def test_a_device_is_known_by_its_name_without_options(source: str, device: str) -> None:
    assert device_of(source) == device
