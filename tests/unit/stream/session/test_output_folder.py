"""One writer per folder; a run without a frame leaves the folder as it was."""

import os
from pathlib import Path

import pytest

from stream.errors import OutputError
from stream.session.output_folder import OutputFolder, remove_abandoned
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading


def test_a_folder_has_one_writer_until_it_is_released(tmp_path: Path) -> None:
    claim = OutputFolder(tmp_path / "out")
    with pytest.raises(OutputError, match="another run"):
        OutputFolder(tmp_path / "out")
    claim.release()
    OutputFolder(tmp_path / "out").release()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("mark", [b"\xff\xfe\x00\x80", b"9" * 5000 + b" 3", b"[" * 100_000])
def test_a_damaged_mark_is_nobodys(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / ".writer").write_bytes(mark)
    OutputFolder(tmp_path).release()


def test_a_file_in_place_of_the_folder_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="cannot be made"):
        OutputFolder(tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be made"):
        OutputFolder(tmp_path / "out" / "below")


def test_a_folder_that_cannot_be_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for folder in (tmp_path / "loop", tmp_path / "loop" / "below", tmp_path / ("a" * 300)):
        with pytest.raises(OutputError, match="cannot be used"):
            OutputFolder(folder)


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_a_plain_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be"):
        OutputFolder(tmp_path)
    tmp_path.chmod(0o700)


def test_a_run_without_a_frame_leaves_a_folder_as_it_found_it(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for folder in (tmp_path / "mine", tmp_path / "new" / "below"):
        claim = OutputFolder(folder)
        Store(folder / FILE_NAME).close()
        (folder / "audit.jsonl").write_text("begun")
        claim.close()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert not (tmp_path / "new").exists()


def test_a_run_with_frames_leaves_them(tmp_path: Path) -> None:
    claim = OutputFolder(tmp_path / "out")
    store = Store(tmp_path / "out" / FILE_NAME)
    store.add(reading(0))
    store.close()
    claim.close()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [FILE_NAME]


def test_only_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    for name in ("demo-killed", "demo-running", "other"):
        (tmp_path / name).mkdir()
    for name in ("demo-killed", "other"):
        (tmp_path / name / ".writer").write_text("0 0")
    claim = OutputFolder(tmp_path / "demo-running")
    remove_abandoned(tmp_path, "demo-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-running", "other"]
    claim.release()
