"""A recording is known again at a glance, and another one in its place is not taken for it."""

import os
import time
from pathlib import Path

import pytest

from capture.recordings.fingerprint import fingerprint
from stream.errors import SourceError

MIB = 1 << 20


def recording(path: Path, begin: bytes = b"a", end: bytes = b"z") -> Path:
    """Three MiB."""
    path.write_bytes(begin * MIB + b"m" * MIB + end * MIB)
    return path


def test_the_same_recording_is_known_again_wherever_it_lies(tmp_path: Path) -> None:
    first = fingerprint(str(recording(tmp_path / "a.mp4")))
    assert first is not None
    (tmp_path / "a.mp4").rename(tmp_path / "b.mp4")
    assert fingerprint(str(tmp_path / "b.mp4")) == first == fingerprint(f"video:{tmp_path / 'b.mp4'}")


def test_another_beginning_end_or_length_is_another_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    found = {
        fingerprint(str(recording(path))),
        fingerprint(str(recording(path, begin=b"b"))),
        fingerprint(str(recording(path, end=b"y"))),
    }
    path.write_bytes(path.read_bytes()[:-1])
    assert len({*found, fingerprint(str(path))}) == 4


def test_a_hundred_gigabytes_take_no_longer(tmp_path: Path) -> None:
    with (tmp_path / "long.mp4").open("wb") as file:
        file.truncate(100 << 30)
    begun_s = time.process_time()
    assert fingerprint(str(tmp_path / "long.mp4"))
    assert time.process_time() - begun_s < 0.1


def test_pictures_are_known_by_names_and_sizes_and_by_nothing_else_that_lies_there(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"1")
    first = fingerprint(str(tmp_path))
    (tmp_path / "notes.txt").write_text("mine")
    assert first == fingerprint(str(tmp_path)) == fingerprint(f"images:{tmp_path}/*.png") is not None
    (tmp_path / "b.png").write_bytes(b"12")
    longer = fingerprint(str(tmp_path))
    (tmp_path / "b.png").rename(tmp_path / "c.png")
    assert len({first, longer, fingerprint(str(tmp_path))}) == 3


@pytest.mark.parametrize("source", ["camera:0", "rtsp://host/stream", "synthetic:?seed=1", "strange:thing"])
def test_what_is_no_file_has_none(source: str) -> None:
    assert fingerprint(source) is None


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        fingerprint(str(tmp_path / "none.mp4"))
    os.mkfifo(tmp_path / "pipe.mp4")
    for source in (tmp_path / "pipe.mp4", f"video:{tmp_path / 'pipe.mp4'}"):
        with pytest.raises(SourceError, match="no regular file"):
            fingerprint(str(source))
