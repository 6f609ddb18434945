"""The private folder of a run: nobody else reads it, a dead run's is swept, a living one's never."""

import multiprocessing
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stream import portability
from stream.errors import OutputError
from stream.portability import RunFolder, death_handle, endpoint, identity, is_alive, sweep
from tests.contracts import lifeline


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "base"


def gone() -> str:
    """The identity of a process that has just ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        owner = identity(process.pid)
        assert is_alive(owner)
    assert not is_alive(owner)
    return owner


def left_behind(base: Path, name: str, owner: str) -> Path:
    folder = base / name
    folder.mkdir(parents=True)
    (folder / "owner").write_text(owner)
    (folder / "sink-0").touch()
    return folder


def test_nobody_else_can_look_into_the_folder_of_a_run(base: Path) -> None:
    folder = RunFolder("20260101-000000-abcdef", base)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(base.stat().st_mode) == 0o700
    folder.close()


def test_the_folder_is_gone_with_the_run(base: Path) -> None:
    folder = RunFolder("20260101-000000-abcdef", base)
    (folder.path / "worker-0-0").touch()
    folder.close()
    assert list(base.iterdir()) == []
    folder.close()


def test_what_a_dead_run_left_is_swept_at_the_next_start(base: Path) -> None:
    dead = left_behind(base, "dead", gone())
    folder = RunFolder("session", base)
    assert not dead.exists()
    assert folder.path.is_dir()
    folder.close()


def test_the_folder_of_a_living_run_is_left_alone(base: Path) -> None:
    first = RunFolder("session", base)
    second = RunFolder("session", base)
    assert first.path != second.path
    assert first.path.is_dir()
    first.close()
    second.close()


def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it(base: Path) -> None:
    reused = f"{os.getpid()} {identity(os.getpid()).partition(' ')[2]}1"
    folder = left_behind(base, "reused", reused)
    sweep(base)
    assert not folder.exists()


def test_a_run_that_is_just_being_set_up_is_left_alone(base: Path) -> None:
    newborn = left_behind(base, "newborn", "")
    (base / "no-owner-yet").mkdir()
    sweep(base)
    assert newborn.is_dir()
    assert (base / "no-owner-yet").is_dir()


@pytest.mark.parametrize("owner", ["nonsense", "-1 0", "99999999999 1.0", "0 gone", "\0 \0"])
def test_an_owner_that_is_none_does_not_stop_a_run(base: Path, owner: str) -> None:
    left_behind(base, "strange", owner)
    RunFolder("session", base).close()


def test_a_folder_that_somebody_else_may_write_to_is_refused(base: Path) -> None:
    """It lies where everyone may write: another user may have been there first."""
    base.mkdir(mode=0o700)
    base.chmod(0o777)
    with pytest.raises(OutputError, match="another user"):
        RunFolder("session", base)


def test_a_link_in_place_of_the_folder_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    base.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="another user"):
        RunFolder("session", base)


def test_identity_does_not_depend_on_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set while a run lives must not let the next start sweep it away."""
    before = identity(os.getpid())
    monkeypatch.setattr(psutil, "boot_time", lambda: 0.0)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: 0.0, raising=False)
    monkeypatch.setattr(psutil._pslinux, "BOOT_TIME", 0.0, raising=False)
    assert identity(os.getpid()) == before
    assert is_alive(before)


def test_two_processes_have_two_identities() -> None:
    assert identity(os.getpid()) != identity(os.getppid())


@pytest.mark.parametrize("folder", ["/dev/shm/capillary-stream-1000", "/tmp/capillary-stream-4294967294"])
def test_sockets_fit_into_the_path_that_the_system_allows(folder: str) -> None:
    longest = endpoint(Path(folder) / "abcdefgh-abcdefgh", "worker-63-9999", portable=False)
    assert len(longest.removeprefix("ipc://")) <= 107


def test_a_deep_folder_for_temporary_files_does_not_make_paths_too_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name"] * 5)
    deep.mkdir(parents=True)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(deep))
    monkeypatch.setattr("os.access", lambda root, _mode: str(root) == str(deep))
    assert len(str(portability.default_base())) < 60


def test_portable_endpoints_are_on_loopback(tmp_path: Path) -> None:
    assert endpoint(tmp_path, "sink-0", portable=True).startswith("tcp://127.0.0.1:")


@pytest.fixture
def parent(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, lifeline.__file__, str(request.param)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("parent", [False, True], ids=["linux", "portable"], indirect=True)
def test_a_child_ends_with_its_parent_even_when_that_is_killed(parent: "subprocess.Popen[str]") -> None:
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    child.wait(timeout=20)


def test_a_death_is_seen_through_its_descriptor() -> None:
    process = multiprocessing.get_context("spawn").Process(target=lifeline.wait_for_ever)
    process.start()
    handle = death_handle(process, portable=False)
    assert handle is not None
    assert not readable(handle, 0)
    process.kill()
    assert readable(handle, 20)
    os.close(handle)
    assert death_handle(process, portable=True) is None
    process.join()


def readable(handle: int, timeout_s: float) -> bool:
    import select

    return bool(select.select([handle], [], [], timeout_s)[0])
