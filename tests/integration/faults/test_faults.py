"""Deaths, hangs, a suspended program and a full disk, as bedside and researcher meet them."""

import contextlib
import json
import os
import pty
import re
import shlex
import signal
import sqlite3
import subprocess
import termios
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chaos import disk
from tests.chaos.disk import fill
from tests.chaos.live import books_of
from tests.chaos.pipeline import find, newest, settings, started
from tests.conftest import missing
from tests.running import (
    command,
    committed,
    eventually,
    page_address,
    rows,
    run,
    running,
    summary,
    values,
)

SOURCE = "synthetic:?seed=3&fps=30&frames=60"
QUIET = {"CAPILLARY_STREAM_PUBLISH_ENABLED": "false", "CAPILLARY_STREAM_VIEW_PORT": "0"}


def status(page: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{page}/api/status", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """Mount a small disk, or skip."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(disk.small_disk(folder, megabytes))
        except PermissionError as error:
            missing(str(error))
        yield folder


def noticed(page: str, words: str) -> dict[str, Any]:
    """Wait until the page's status says so, and return it; without words, until there is nothing to say."""

    def says() -> dict[str, Any] | None:
        now = status(page)
        return now if any(words in notice for notice in now["notices"]) or not (words or now["notices"]) else None

    return eventually(says, words or "nothing to say")


def test_a_replay_on_a_full_disk_waits_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    assert run("replay", SOURCE, "--output", calm, **settings("quick")).returncode == 0
    with small_disk(tmp_path / "disk", 4) as small:
        out = small / "out"
        log = tmp_path / "log"
        with started("replay", SOURCE, "--output", out, "--speed", "0.7", log=log, **settings("quick")) as program:
            eventually(lambda: committed(out) >= 5, "some frames are on disk")
            ballast = fill(small)
            eventually(lambda: "disk full" in log.read_text(), "it is noticed")
            before = committed(out)
            assert program.poll() is None
            ballast.unlink()
            assert program.wait(timeout=60) == 0, log.read_text()
        assert before < 60
        assert values(out) == values(calm)


@pytest.mark.slow
def test_at_the_bedside_a_full_disk_costs_no_reading_on_the_page(tmp_path: Path, chromium: Browser) -> None:
    with small_disk(tmp_path / "disk", 6) as small:
        own = QUIET | {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(small)}
        with running("live", "synthetic:?seed=3&fps=30", **own) as program:
            page = page_address(program)
            eventually(lambda: status(page)["seq"], "readings come")
            ballast = fill(small)
            full = noticed(page, "disk is full")
            shown = chromium.new_page()
            shown.goto(page)
            eventually(lambda: "disk is full" in shown.locator("#notices").inner_text(), "people see it")
            eventually(lambda: status(page)["seq"] > full["seq"] + 15, "readings go on")
            ballast.unlink()
            room = noticed(page, "")
            eventually(lambda: not shown.locator("#notices").is_visible(), "and no longer")
            shown.close()
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=20)
        [session] = small.glob("*/session.sqlite")
        with closing(sqlite3.connect(session)) as database:
            seqs = {seq for (seq,) in database.execute("SELECT seq FROM readings UNION SELECT seq FROM drops")}
            kinds = [kind for (kind,) in database.execute("SELECT kind FROM incidents ORDER BY n")]
        assert set(range(room["seq"])) <= seqs, "what was shown meanwhile was kept too"
        assert kinds[:2] == ["disk full", "disk has room"]


def test_a_suspended_program_goes_on_and_kills_nobody(tmp_path: Path) -> None:
    """Ctrl-Z, or a closed lid, for longer than a worker may take for a frame."""
    own = settings("quick", CAPILLARY_STREAM_WORKERS_FRAME_DEADLINE_S="1", CAPILLARY_STREAM_RUNTIME_HANG_S="1")
    log = tmp_path / "log"
    arguments = ("-v", "replay", SOURCE, "--output", tmp_path / "out", "--speed", "1")
    with started(*arguments, log=log, **own) as program:
        eventually(lambda: committed(tmp_path / "out") >= 5, "some frames are on disk")
        os.killpg(program.pid, signal.SIGSTOP)
        until = time.monotonic() + 3
        eventually(lambda: time.monotonic() > until, "three seconds")
        os.killpg(program.pid, signal.SIGCONT)
        assert program.wait(timeout=60) == 0
    assert "killed" not in log.read_text()
    assert "died" not in log.read_text()
    assert {row["attempt"] for row in rows(tmp_path / "out")} == {"1"}


@pytest.mark.slow
def test_a_hung_sink_makes_the_page_stale_and_is_replaced() -> None:
    with running("demo", CAPILLARY_STREAM_RUNTIME_HANG_S="10", **QUIET) as program:
        page = page_address(program)
        eventually(lambda: status(page)["seq"], "readings come")
        find(program, "sink").process.send_signal(signal.SIGSTOP)
        stale = eventually(lambda: (now := status(page))["state"] == "stale" and now, "it is stale", 9)
        assert stale["density_pct"] is None
        eventually(lambda: status(page)["seq"] > stale["seq"] + 5, "a new sink goes on", 40)


@pytest.mark.slow
def test_a_hung_sink_makes_the_terminal_stale() -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    program = subprocess.Popen(command("demo", "--no-view"), stderr=theirs, text=True, env=os.environ | QUIET)
    os.close(theirs)
    try:
        seen = ""
        while not re.search(r"density +\d+\.\d", seen):
            seen += os.read(ours, 4096).decode()
        find(program, "sink").process.send_signal(signal.SIGSTOP)
        until = time.monotonic() + 5
        while "STALE" not in seen.rpartition("\r")[2]:
            assert time.monotonic() < until
            seen += os.read(ours, 4096).decode()
        assert "--.--" in seen.rpartition("\r")[2]
    finally:
        program.kill()
        program.wait()
        os.close(ours)


def session_in(folder: Path) -> Path:
    """Return the session file of the live run that keeps its sessions there."""
    return eventually(lambda: next(folder.glob("*/session.sqlite"), None), "a session")


def readings_come(folder: Path) -> None:
    known = committed(folder)
    eventually(lambda: committed(folder) > known + 10, "readings come")


@pytest.mark.slow
def test_live_books_balance_after_every_kill(tmp_path: Path) -> None:
    """The books balance: captured = published + dropped + late + failed, whichever process died."""
    own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path), CAPILLARY_STREAM_PUBLISH_ENABLED="false")
    log = tmp_path / "log"
    with started("live", "synthetic:?seed=3&fps=60", "--no-view", log=log, **own) as program:
        for role in ("sink", "worker", "capture", "sink", "worker", "sink"):
            session = session_in(tmp_path)
            readings_come(session.parent)
            find(program, role).process.kill()
        readings_come(session.parent)
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=20) == 130
    assert books_of(session).balanced


@pytest.mark.slow
@pytest.mark.parametrize("dies_first", [True, False])
def test_a_stop_is_finished_in_order_though_capture_dies(tmp_path: Path, dies_first: bool) -> None:
    own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path), CAPILLARY_STREAM_PUBLISH_ENABLED="false")
    log = tmp_path / "log"
    with started("live", "synthetic:?seed=3&fps=60", "--no-view", log=log, **own) as program:
        session = session_in(tmp_path)
        readings_come(session.parent)
        capture = find(program, "capture").process
        if dies_first:
            capture.kill()
            program.send_signal(signal.SIGINT)
        else:
            program.send_signal(signal.SIGINT)
            capture.kill()
        assert program.wait(timeout=20) == 130
    assert "Incomplete" not in log.read_text()
    assert "before" not in log.read_text()
    assert books_of(session).balanced


@pytest.mark.slow
@pytest.mark.parametrize("role", ["capture", "worker", "sink"])
def test_a_stop_is_finished_in_order_though_a_process_hangs(tmp_path: Path, role: str) -> None:
    """Its frames are not waited for: they are counted."""
    own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path), CAPILLARY_STREAM_PUBLISH_ENABLED="false")
    with started("live", "synthetic:?seed=3&fps=60", "--no-view", log=tmp_path / "log", **own) as program:
        session = session_in(tmp_path)
        readings_come(session.parent)
        find(program, role).process.suspend()
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=20) == 130
    assert books_of(session).balanced


@pytest.mark.slow
def test_a_replay_that_is_stopped_at_a_frame_without_end_leaves_whole_files(tmp_path: Path) -> None:
    own, out = settings("endless", CHAOS_DEADLY_SEQ="12"), tmp_path / "out"
    with started("replay", "synthetic:?seed=3&frames=1000", "--output", out, log=tmp_path / "log", **own) as program:
        eventually(lambda: newest(out) >= 11, "all before it are done")
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=20) == 130
    assert summary(out)["frames_analysed"] == 12
    assert len((out / "readings.csv").read_text().splitlines()) == 13


@pytest.mark.slow
def test_a_terminal_that_goes_away_ends_no_run(tmp_path: Path) -> None:
    """A broken pipe is a terminal that was closed, to a program that ignores that."""
    ours, theirs = os.pipe()
    own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path))
    arguments = command("live", "synthetic:?seed=3&fps=30", "--seconds", "3")
    program = subprocess.Popen(arguments, env=os.environ | own, stderr=theirs, start_new_session=True)
    os.close(theirs)
    os.close(ours)
    assert program.wait(timeout=60) == 0
    assert books_of(session_in(tmp_path)).balanced


@pytest.mark.parametrize(
    "closed",
    [
        "0<&- 1>&- 2>&-",
        pytest.param("2>&-", marks=pytest.mark.slow),
        pytest.param("2>/dev/full", marks=pytest.mark.slow),
    ],
)
def test_closed_standard_streams_disturb_no_run(tmp_path: Path, closed: str) -> None:
    arguments = shlex.join(map(str, command("replay", "synthetic:?seed=3&frames=8", "--output", tmp_path / "out")))
    done = subprocess.run(["sh", "-c", f"exec {arguments} {closed}"], env=os.environ | settings("quick"), timeout=60)
    assert done.returncode == 0
    assert summary(tmp_path / "out")["status"] == "complete"


@pytest.mark.slow
@pytest.mark.parametrize(("more", "arguments"), [("&seconds=2", ()), ("", ("--seconds", "4"))])
def test_a_bedside_run_on_a_full_disk_ends_and_says_what_is_missing(
    tmp_path: Path, more: str, arguments: tuple[str, ...]
) -> None:
    with small_disk(tmp_path / "disk", 0.2) as small:
        own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(small))
        done = run("live", f"synthetic:?seed=3&fps=60{more}", "--no-view", *arguments, **own)
    assert done.returncode == 5, done.stderr
    assert "not stored" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_frame_that_kills_every_worker_is_set_aside_and_the_run_goes_on(tmp_path: Path, workers: str) -> None:
    own = settings("deadly", CHAOS_DEADLY_SEQ="3")
    done = run("replay", "synthetic:?seed=3&frames=8", "--output", tmp_path, "--workers", workers, **own)
    assert done.returncode == 0, done.stderr
    assert [row["status"] for row in rows(tmp_path)] == ["ok"] * 3 + ["failed"] + ["ok"] * 4
    assert "the analysis died 5 times on this frame" in done.stderr
    assert summary(tmp_path)["frames_failed"] == 1


def test_an_analyser_that_never_starts_ends_the_run_after_five_deaths(tmp_path: Path) -> None:
    done = run("replay", "synthetic:?frames=8", "--output", tmp_path, "--workers", "1", **settings("stillborn"))
    assert done.returncode == 1
    assert "died 5 times in a row without finishing a frame" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_a_disk_that_is_full_from_the_beginning_is_said_in_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as small:
        fill(small)
        refused(run("replay", SOURCE, "--output", small / "out", **settings("quick")), "full", str(small / "out"))


@pytest.mark.slow
def test_a_folder_that_may_only_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as small:
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        refused(run("replay", SOURCE, "--output", small / "out"), "Read-only", str(small / "out"))


@pytest.mark.slow
@pytest.mark.parametrize(("kilobytes", "says"), [(2048, "bytes"), (4, "/dev/shm")])
def test_too_little_shared_memory_is_said_in_a_sentence(tmp_path: Path, kilobytes: int, says: str) -> None:
    """In a mount namespace of its own, so that no other one is touched."""
    shell = f'mount -t tmpfs -o size={kilobytes}k tmpfs /dev/shm && exec "$@"'
    arguments = command("replay", SOURCE, "--output", tmp_path / "out")
    if subprocess.run(["unshare", "-m", "sh", "-c", shell, "sh", "true"], check=False).returncode:
        missing("a /dev/shm of its own needs the right to mount one: run the tests as root")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", shell, "sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | settings("quick", CAPILLARY_STREAM_RUNTIME_PORTABLE="true"),
    )
    refused(done, says)


@pytest.mark.slow
@pytest.mark.parametrize(("resume", "code"), [(("--resume",), 1), ((), 0)])
def test_a_torn_session_file_cannot_be_resumed_but_begun_anew(
    tmp_path: Path, resume: tuple[str, ...], code: int
) -> None:
    assert run("replay", SOURCE, "--output", tmp_path, **settings("quick")).returncode == 0
    (tmp_path / "summary.json").unlink()
    (tmp_path / "session.sqlite").write_bytes(b"\0" * 5000)
    done = run("replay", SOURCE, "--output", tmp_path, *resume, **settings("quick"))
    if code:
        refused(done, "damaged", "without --resume")
    else:
        assert done.returncode == 0, done.stderr
        assert len(rows(tmp_path)) == 60


def refused(done: "subprocess.CompletedProcess[str]", *says: str) -> None:
    """Check that it ended in one sentence that says so."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert all(word in sentence for word in says), done.stderr
