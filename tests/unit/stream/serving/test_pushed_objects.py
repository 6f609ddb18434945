"""What was pushed waits on disk, in its order, private and bounded."""

from pathlib import Path

import pytest

from stream.errors import OutputError
from stream.serving.pushed_objects import PushedObjects


def test_objects_come_out_in_their_order_and_stay_until_they_are_removed(tmp_path: Path) -> None:
    inbox = PushedObjects(tmp_path / "inbox", at_most=2)
    for content in (b"one", b"two"):
        inbox.put(inbox.written(content))
    full = inbox.is_full
    first = inbox.oldest(0)
    assert first is not None
    assert first == inbox.oldest(0)
    assert first.read_bytes() == b"one"
    inbox.remove(first)
    assert (full, inbox.is_full) == (True, False)
    assert not first.exists()


def test_the_next_process_finds_what_was_put_and_not_what_was_only_begun(tmp_path: Path) -> None:
    inbox = PushedObjects(tmp_path, at_most=9)
    inbox.put(inbox.written(b"whole"))
    inbox.written(b"begun")
    again = PushedObjects(tmp_path, at_most=9)
    left = again.oldest(0)
    assert left is not None
    assert left.read_bytes() == b"whole"
    again.remove(left)
    assert again.oldest(0) is None
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_can_read_what_waits(tmp_path: Path) -> None:
    inbox = PushedObjects(tmp_path / "inbox", at_most=9)
    inbox.put(inbox.written(b"a patient's"))
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "inbox", *(tmp_path / "inbox").iterdir())] == [0, 0]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be used"):
        PushedObjects(tmp_path / "file" / "inbox", at_most=9)
