"""Sessions lie in the folder that the user wants, and results never among the pictures that they are made of."""

from pathlib import Path

import pytest

from stream.errors import OutputError, UsageError
from stream.session.folders import new_session_id, result_folders, session_id_for, sessions_folder


def test_a_session_is_named_after_its_folder_only_if_that_has_the_name_of_a_session() -> None:
    session = new_session_id()
    assert session_id_for(Path("sessions") / session) == session
    assert session_id_for(Path("results") / "Mrs Smith") not in ("", "Mrs Smith")


def test_a_session_is_named_by_time_and_chance() -> None:
    names = {new_session_id() for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) == 22 and name.replace("-", "").isalnum() for name in names)


def test_sessions_lie_where_configured_else_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert sessions_folder("~/mine") == tmp_path / "mine"
    assert sessions_folder("") == tmp_path / ".local/share/capillary-stream/sessions"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert sessions_folder("") == tmp_path / "data/capillary-stream/sessions"


@pytest.mark.parametrize(
    ("source", "output", "among"),
    [
        ("p", "p", True),
        ("images:p", "p", True),
        ("images:p?fps=10", "p", True),
        ("images:p/*.png", "p", True),
        ("p/*", "p", True),
        ("p/*.png", "p/out", False),
        ("p/f*.png", "p", False),
        ("p/**/*.png", "p/out", True),
        ("*/*.png", "p", True),
        ("images:p/*.png?fps=10", "p", True),
        ("p/a.mp4", "p", False),
        ("loop", "p", False),
        ("~nobody-of-that-name/x.mp4", "p", False),
    ],
)
def test_results_do_not_lie_where_the_source_would_take_them_for_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, output: str, among: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    if among:
        with pytest.raises(UsageError, match="own folder"):
            result_folders([source], Path(output))
    else:
        assert result_folders([source], Path(output)) == [Path(output)]


def test_recordings_of_one_name_are_told_apart_by_their_folders() -> None:
    named = result_folders(["p1/before.mp4", "p2/before.mp4", "p2/after.mp4", "images:p3/*.png"], Path("out"))
    assert [folder.name for folder in named] == ["p1-before", "p2-before", "after", "source"]
    same = result_folders(["p1/a.mp4", "p1/a.avi", "p1-a.mp4"], Path("out"))
    assert [folder.name for folder in same] == ["a-1", "a-2", "p1-a"]


def test_a_folder_that_cannot_be_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for folder in (tmp_path / "loop", tmp_path / "loop" / "below", tmp_path / ("a" * 300)):
        with pytest.raises(OutputError, match="cannot be used"):
            result_folders(["clip.avi"], folder)
