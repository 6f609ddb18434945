"""Processes die, hang and are stopped; the run goes on or ends in a sentence, and nothing of it stays behind."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stream.machine.signals import STOP_SIGNALS
from stream.protocol.processes import Hello
from stream.run.child_process import ChildProcess
from stream.run.outcome import Outcome
from stream.run.supervisor import Supervisor
from tests.doubles.supervised import events, spec, supervisor
from tests.running import ROOT

pytestmark = pytest.mark.timeout(60)
SECONDS = 40

both = pytest.mark.parametrize("portable", [False, True], ids=["linux", "portable"])
the_other_in_ci = pytest.mark.parametrize(
    "portable", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["linux", "portable"]
)


@pytest.fixture(autouse=True)
def nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every run in this file leaves no child, no folder and no descriptor."""
    base = tmp_path / "runs"
    monkeypatch.setattr("stream.machine.run_folder.default_base", lambda: base)
    handlers = [signal.getsignal(number) for number in STOP_SIGNALS]
    yield
    assert not base.exists() or list(base.iterdir()) == []
    assert [child for child in psutil.Process().children() if "supervised" in " ".join(child.cmdline())] == []
    assert all(not psutil.pid_exists(pid) for pid in pids(tmp_path))
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == handlers


def pids(folder: Path) -> list[int]:
    return [int(line.split()[3]) for line in events(folder) if line.startswith("up ")]


def ups(folder: Path, name: str) -> list[int]:
    """Incarnations of it that came up."""
    return [int(line.split()[2]) for line in events(folder) if line.startswith(f"up {name} ")]


def run(folder: Path, *specs: object, portable: bool = False, restarts: int = 4, hang_s: float = 10.0) -> Outcome:
    made: Supervisor = supervisor(folder, *specs, portable=portable, restarts=restarts, hang_s=hang_s)  # type: ignore[arg-type]
    return made.run()


@the_other_in_ci
def test_a_run_ends_with_what_the_sink_says(tmp_path: Path, portable: bool) -> None:
    outcome = run(tmp_path, spec("worker", "obedient"), spec("sink", "finishes"), portable=portable)
    assert outcome == Outcome(0, "1 frame analysed")
    assert "hello sink 0 detail" in events(tmp_path)
    assert "progress 1" in events(tmp_path)


@both
def test_a_process_that_dies_comes_back_and_everybody_knows(tmp_path: Path, portable: bool) -> None:
    outcome = run(tmp_path, spec("worker", "obedient"), spec("sink", "dies_three_times"), portable=portable, restarts=4)
    assert outcome == Outcome(0, "well in the end")
    assert ups(tmp_path, "sink") == [0, 1, 2, 3]
    assert ups(tmp_path, "worker-0") == [0]
    seen = [line for line in events(tmp_path) if line.startswith("worker-0 sees sink") and "0 3 up" not in line]
    whole = [f"worker-0 sees sink 0 {incarnation} {what}" for incarnation in range(3) for what in ("up", "down")]
    assert seen == [line for line in whole if line in seen], "in order, and nobody comes up after its death"
    assert whole[-1] in seen


def test_a_hello_that_comes_after_the_death_raises_no_ghost(tmp_path: Path) -> None:
    made = supervisor(tmp_path, spec("worker", "obedient"), spec("sink", "dies_three_times"))
    late = Hello(role="sink", index=0, incarnation=0, endpoint="ipc:///nowhere", pid=1)
    stranger = Hello(role="view", index=0, incarnation=0, endpoint="ipc:///nowhere", pid=1)
    reap = made._reap

    def and_then_hear_it(child: ChildProcess) -> None:
        reap(child)
        made._handle(late)
        made._handle(stranger)

    made._reap = and_then_hear_it  # type: ignore[method-assign]
    assert made.run() == Outcome(0, "well in the end")
    assert events(tmp_path).count("hello sink 0 ") == 0


@the_other_in_ci
def test_a_process_that_keeps_dying_ends_the_run_in_a_sentence(tmp_path: Path, portable: bool) -> None:
    outcome = run(tmp_path, spec("worker", "ends_at_once"), spec("sink", "obedient"), portable=portable, restarts=3)
    assert outcome.exit_code == 1
    assert "worker" in outcome.sentence
    assert "3 times in a row" in outcome.sentence
    assert "exit code 9" in outcome.sentence
    assert ups(tmp_path, "worker-0") == [0, 1, 2]


def test_kills_from_outside_end_the_run_only_when_they_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.run.restart_policy._OUTSIDE_S", 2.0)
    outcome = run(tmp_path, spec("worker", "dies_at_once"), spec("sink", "obedient"), restarts=2)
    assert outcome.exit_code == 1
    assert "exit code -9" in outcome.sentence
    assert len(ups(tmp_path, "worker-0")) > 2


def test_who_says_nothing_is_killed_and_comes_back(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("sink", "deaf_once"), hang_s=1.0)
    assert outcome == Outcome(0, "1 frame analysed")
    assert ups(tmp_path, "sink") == [0, 1]


def test_a_thread_that_hangs_in_a_driver_does_not_keep_a_broken_process_alive(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("capture", "raises_beside_a_blocked_thread"), restarts=2)
    assert outcome.exit_code == 1
    assert ups(tmp_path, "capture") == [0, 1]


def test_no_restart_is_allowed_and_one_death_is_enough(tmp_path: Path) -> None:
    assert run(tmp_path, spec("sink", "raises"), restarts=0).exit_code == 1
    assert ups(tmp_path, "sink") == [0]


def test_deaths_with_frames_finished_between_them_are_not_in_a_row(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("sink", "dies_after_each_frame"), restarts=3)
    assert outcome == Outcome(0, "further each time")
    assert ups(tmp_path, "sink") == list(range(9))


def test_what_is_not_essential_may_keep_dying(tmp_path: Path) -> None:
    outcome = run(
        tmp_path,
        spec("view", "dies_at_once", essential=False),
        spec("sink", "dies_three_times"),
        restarts=4,
    )
    assert outcome == Outcome(0, "well in the end")


def test_an_error_of_what_is_not_essential_ends_its_life_and_not_the_run(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("view", "broken_once", essential=False), spec("sink", "waits_for_a_second_page"))
    assert outcome == Outcome(0, "the page is there again")


def test_who_never_gets_ready_is_started_ever_more_rarely_though_others_finish_frames(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("worker", "ends_at_once"), spec("sink", "counts_for_a_while"))
    assert outcome == Outcome(0, "a hundred frames")
    assert 1 < len(ups(tmp_path, "worker-0")) <= 6, "its lives would keep the others from their work"


@the_other_in_ci
def test_a_users_mistake_ends_the_run_at_once_with_its_sentence_and_code(tmp_path: Path, portable: bool) -> None:
    outcome = run(tmp_path, spec("capture", "user_mistake"), spec("sink", "obedient"), portable=portable, restarts=4)
    assert outcome == Outcome(3, "there is no camera 7; unplug and plug it in")
    assert ups(tmp_path, "capture") == [0]


def test_a_sentence_that_is_too_long_is_cut_not_lost(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("capture", "long_user_mistake"))
    assert outcome.exit_code == 3
    assert outcome.sentence.startswith("there is no file xxx")


def test_last_words_of_the_dead_are_heard(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("worker", "announces_its_end_and_dies"))
    assert outcome == Outcome(4, "the weights are not to be trusted")


def test_a_hung_worker_is_killed_and_replaced_and_an_old_complaint_kills_nobody(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("capture", "reports_hung_worker"), spec("worker", "deaf"))
    assert outcome == Outcome(0, "the third is quick")
    assert ups(tmp_path, "worker-0") == [0, 1, 2]


def test_a_process_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    outcome = run(tmp_path, spec("worker", "deaf"), spec("sink", "finishes"))
    assert outcome == Outcome(0, "1 frame analysed")


@the_other_in_ci
def test_frames_that_grow_get_a_larger_ring_and_no_seq_twice(tmp_path: Path, portable: bool) -> None:
    outcome = run(tmp_path, spec("capture", "asks_for_rings"), portable=portable)
    assert outcome == Outcome(0, "grown")
    first, second = [line.split() for line in events(tmp_path) if line.startswith("ring ")]
    assert first[1] != second[1]
    assert (first[-1], second[-1]) == ("0", "3")


@the_other_in_ci
def test_a_ring_that_cannot_be_made_is_a_sentence_with_the_bytes(
    tmp_path: Path, portable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int, _offset: int, _length: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    outcome = run(tmp_path, spec("capture", "asks_too_much"), portable=portable)
    assert outcome.exit_code == 1
    assert "bytes" in outcome.sentence


def test_runs_one_after_the_other_leave_no_descriptor(tmp_path: Path) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    run(tmp_path, spec("sink", "finishes"))
    before = open_files()
    for portable in (False, True):
        run(tmp_path, spec("worker", "obedient"), spec("sink", "dies_three_times"), portable=portable)
    assert open_files() == before


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []

    def start(capture: str, worker: str, sink: str, portable: bool) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.doubles.supervised", capture, worker, sink, str(tmp_path)]
        process = subprocess.Popen(
            [*command, "portable" if portable else "linux"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ | {"TMPDIR": str(tmp_path)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def introduced(folder: Path) -> bool:
    return sum(line.startswith("hello ") for line in events(folder)) == 3


Start = Callable[..., "subprocess.Popen[str]"]


@the_other_in_ci
@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_ends_the_stream_first_and_then_everybody(
    tmp_path: Path, start: Start, number: signal.Signals, portable: bool
) -> None:
    process = start("stopped_source", "obedient", "finishing_sink", portable)
    wait_for(lambda: introduced(tmp_path))
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (130, "all written\n")
    assert err == ""
    happened = events(tmp_path)
    assert happened.index("end of stream") < happened.index("sink stopped")
    assert {"capture stopped", "worker-0 stopped", "sink stopped"} <= set(happened)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_to_the_whole_group_stops_in_order_too(tmp_path: Path, start: Start, number: signal.Signals) -> None:
    """Ctrl-C in a terminal and a service manager's stop reach the children as well."""
    process = start("stopped_source", "obedient", "finishing_sink", False)
    wait_for(lambda: introduced(tmp_path))
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "all written\n", "")


def test_ctrl_c_while_the_children_start_shows_no_traceback(start: Start) -> None:
    process = start("stopped_source", "obedient", "finishing_sink", False)
    wait_for(lambda: len(psutil.Process(process.pid).children()) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert out.startswith("Stopped")
    assert err == ""


def test_nohup_keeps_a_run_alive_when_its_terminal_is_closed() -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); from stream.machine.signals import stop_signals; "
        "print([number.name for number in stop_signals()])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "['SIGINT', 'SIGTERM']\n"


def test_a_pipeline_that_does_not_finish_is_stopped_all_the_same(tmp_path: Path, start: Start) -> None:
    process = start("deaf", "deaf", "deaf", False)
    wait_for(lambda: introduced(tmp_path))
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (130, "Stopped before everything was written.\n")


@both
def test_no_child_outlives_a_supervisor_that_was_killed(tmp_path: Path, start: Start, portable: bool) -> None:
    process = start("deaf", "deaf", "deaf", portable)
    wait_for(lambda: introduced(tmp_path))
    process.kill()
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in pids(tmp_path)))
