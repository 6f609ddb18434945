"""The private folder of a run: nobody else reads it, a dead run's is swept, a living one's never."""

import fcntl
import multiprocessing
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from stream.errors import OutputError
from stream.machine import owner_lock, run_folder
from stream.machine.owner_lock import OwnerLock, is_abandoned, is_held
from stream.machine.processes import death_handle, identity, is_alive
from stream.machine.run_folder import RunFolder, endpoint, sweep
from tests.conftest import missing
from tests.doubles import lifeline
from tests.doubles.holder import holding
from tests.running import eventually


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "base"


def gone() -> str:
    """Return the identity of a process that has just ended."""
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


@pytest.fixture(params=["locks", "no locks"])
def locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Where the system and the file system know locks, and where they do not."""
    known = bool(request.param == "locks")
    if not known:
        monkeypatch.setattr(owner_lock, "_locked", lambda _fd, alone: None)  # noqa: ARG005
    return known


@pytest.mark.usefixtures("locks")
def test_a_mark_is_held_until_it_is_released(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    assert not is_held(mark)
    mark.write_bytes(b"\xff\xfe\x00 damaged")
    held = OwnerLock(mark)
    assert is_held(mark)
    assert mark.read_text() == identity(os.getpid())
    assert not is_abandoned(mark)
    with pytest.raises(BlockingIOError):
        OwnerLock(mark)
    held.release()
    held.release()
    assert list(tmp_path.iterdir()) == []
    OwnerLock(mark).release()


@contextmanager
def holder(mark: Path, *before: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds it; killed at the end."""
    with subprocess.Popen(
        [*before, *holding(mark)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_killed_process_holds_its_mark_no_longer(tmp_path: Path, locks: bool) -> None:
    mark = tmp_path / "mark"
    with holder(mark) as process:
        if locks:
            assert is_held(mark)
            with pytest.raises(BlockingIOError):
                OwnerLock(mark)
        process.kill()
        process.wait()
        assert not is_held(mark)
        assert is_abandoned(mark)
    OwnerLock(mark).release()


def test_a_child_does_not_keep_the_mark_of_its_parent(tmp_path: Path) -> None:
    held = OwnerLock(tmp_path / "mark")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE):
        held.release()
        (tmp_path / "mark").touch()
        OwnerLock(tmp_path / "mark").release()


def test_a_process_in_another_container_holds_its_mark(tmp_path: Path, base: Path) -> None:
    """Its number says nothing here: it may be that of another process, or of none."""
    elsewhere = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
    if subprocess.run([*elsewhere, "true"], capture_output=True, check=False).returncode:
        missing("a process namespace of its own needs the right to make one: run the tests as root")
    theirs = left_behind(base, "theirs", "")
    os.utime(theirs, (0, 0))
    with holder(theirs / "owner", *elsewhere), holder(tmp_path / "mark", *elsewhere):
        assert is_held(tmp_path / "mark")
        sweep(base)
        assert theirs.is_dir()
    eventually(lambda: not is_held(theirs / "owner"), "the system has ended it")
    sweep(base)
    assert not theirs.exists()


def test_whoever_looks_at_a_mark_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = os.open(tmp_path / "mark", os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    monkeypatch.setattr("time.sleep", lambda _s: fcntl.flock(looking, fcntl.LOCK_UN))  # it has seen enough
    OwnerLock(tmp_path / "mark").release()
    os.close(looking)


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
    assert len(str(run_folder.default_base())) < 60


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
