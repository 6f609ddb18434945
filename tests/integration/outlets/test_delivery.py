"""Outlets of the whole program: what a receiver missed reaches it later, whatever died meanwhile."""

import contextlib
import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.running import children, committed, eventually, run, running

SENDER = '''
from pathlib import Path

import msgspec

from capillary_stream import ConfigError


class Lines:
    """Appends to a file, unless a file beside it says that it is away."""

    acknowledged = True
    messages = ("reading",)

    def __init__(self, settings):
        if "path" not in settings:
            raise ConfigError("the outlet Lines needs a path")
        self._path = Path(settings["path"])

    def send(self, message):
        if self._path.with_suffix(".away").exists():
            raise ConnectionError("the receiver is away")
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(message) + b"\\n")

    def close(self):
        pass
'''


class Receiver:
    """The file that the outlet appends to, and the configuration of the program."""

    def __init__(self, folder: Path) -> None:
        self._path, self._away = folder / "got.jsonl", folder / "got.away"
        self.sessions, self.config = folder / "sessions", folder / "mine.toml"
        (folder / "lines_outlet.py").write_text(SENDER)
        self.config.write_text(
            f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{self.sessions}"\n'
            f'[outlets.archive]\nuse = "lines_outlet:Lines"\npath = "{self._path}"\n'
        )

    def leave(self) -> None:
        self._away.touch()

    def come_back(self) -> None:
        self._away.unlink()

    def got(self) -> list[tuple[str, int]]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [(line["session"], line["seq"]) for line in map(json.loads, lines)]

    def folders(self) -> list[Path]:
        return sorted(self.sessions.glob("*"))

    def stored(self) -> list[tuple[str, int]]:
        """Return what all sessions have published, in order."""
        found = []
        for folder in self.folders():
            with contextlib.closing(sqlite3.connect(f"file:{folder / 'session.sqlite'}?mode=ro", uri=True)) as database:
                rows = database.execute("SELECT seq FROM readings WHERE NOT late ORDER BY seq").fetchall()
            found += [(folder.name, seq) for (seq,) in rows]
        return found


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return Receiver(tmp_path)


def live(receiver: Receiver, seconds: int) -> tuple[str, ...]:
    return ("-c", str(receiver.config), "live", f"synthetic:?seed=1&fps=20&seconds={seconds}")


@pytest.fixture
def deliverer() -> Callable[..., psutil.Process]:
    def find(process: object) -> psutil.Process:
        """Return the process of a running program that delivers."""

        def named() -> Iterator[psutil.Process]:
            for child in children(process):  # type: ignore[arg-type]
                with contextlib.suppress(psutil.Error):
                    if "delivery" in child.name() or "delivery" in " ".join(child.cmdline()):
                        yield child

        return eventually(lambda: next(named(), None), "the process that delivers is there")

    return find


def test_the_next_run_delivers_what_a_killed_one_could_not(receiver: Receiver) -> None:
    receiver.leave()
    with running(*live(receiver, 60)) as process:
        eventually(lambda: any(committed(folder) > 20 for folder in receiver.folders()), "readings are on disk")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    receiver.come_back()
    result = run(*live(receiver, 2))
    assert result.returncode == 0, result.stderr
    assert receiver.got() == receiver.stored()


def test_the_process_that_delivers_may_die(receiver: Receiver, deliverer: Callable[..., psutil.Process]) -> None:
    with running(*live(receiver, 6)) as process:
        eventually(lambda: len(receiver.got()) > 10, "readings arrive")
        deliverer(process).kill()
        assert process.wait(30) == 0
    got = receiver.got()
    assert list(dict.fromkeys(got)) == receiver.stored()
    assert len(got) - len(set(got)) <= 1  # the one that it was at


def test_what_an_ended_run_could_not_deliver_is_delivered_by_a_command(receiver: Receiver) -> None:
    receiver.leave()
    result = run(*live(receiver, 2))
    assert result.returncode == 0, result.stderr
    assert "the receiver is away" in result.stderr
    (session,) = receiver.folders()
    away = run("-c", receiver.config, "deliver", session, "--within", "1")
    assert away.returncode == 5
    assert "waiting" in away.stdout
    receiver.come_back()
    delivered = run("-c", receiver.config, "deliver", session)
    assert delivered.returncode == 0, delivered.stderr
    assert receiver.got() == receiver.stored()


def test_an_outlet_that_is_not_set_right_ends_the_run_before_its_first_frame(receiver: Receiver) -> None:
    receiver.config.write_text('[outlets.archive]\nuse = "lines_outlet:Lines"\n')
    result = run(*live(receiver, 2))
    assert result.returncode == 2
    assert "needs a path" in result.stderr
    assert "Traceback" not in result.stderr
