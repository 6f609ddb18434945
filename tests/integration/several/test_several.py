"""Several sources in one command: each is a run of its own, and what happens to one does not touch another."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from stream.session.archive import Archive
from stream.session.store import FILE_NAME
from tests.running import children, command_line, committed, eventually, free_port, is_alive, page_address, run, running

pytestmark = pytest.mark.slow

ONE, OTHER = "synthetic:?seed=1&fps=10&episodes=steady", "synthetic:?seed=2&fps=10&episodes=steady"

TOPICS = """
import sys, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.connect(sys.argv[1])
socket.setsockopt_string(zmq.SUBSCRIBE, "")
seen = set()
while len(seen) < 4:
    seen.add(socket.recv_multipart()[0].decode())
print(*sorted(seen))
"""


class Several:
    """Two synthetic sources in one command, on ports of its own."""

    def __init__(self, process: "subprocess.Popen[str]", sessions: Path, endpoint: str, metrics: str) -> None:
        self.process, self.sessions, self.endpoint, self._metrics = process, sessions, endpoint, metrics
        self.page = page_address(process)

    def sources(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.page}/api/status", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)["sources"]
            return found

    def measured(self) -> set[str]:
        """Return the sources whose readings the outlet `prometheus` counts."""
        with urllib.request.urlopen(self._metrics, timeout=5) as answer:
            return set(re.findall(r'capillary_readings_total\{source="([^"]*)"\} [1-9]', answer.read().decode()))

    def runs(self) -> list[psutil.Process]:
        """Return the process of each source, by its number."""
        named = {one.name(): one for one in psutil.Process(self.process.pid).children()}
        return [named[name] for name in sorted(named) if name.startswith("source-")]


@pytest.fixture
def several(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Several]:
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    settings = {
        "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path),
        "CAPILLARY_STREAM_RUNTIME_PORTABLE": getattr(request, "param", "false"),
    }
    port, config = free_port(), tmp_path / "mine.toml"
    config.write_text(f"[outlets.prometheus]\nport = {port}\n")
    arguments = ("-c", config, "live", ONE, OTHER, "--port", "0", "--publish", endpoint)
    with running(*arguments, **settings) as process:
        made = Several(process, tmp_path, endpoint, f"http://127.0.0.1:{port}/metrics")
        eventually(lambda: all(one["published"] > 3 for one in made.sources()), "readings of both")
        yield made


def end(several: Several) -> str:
    """Send Ctrl-C to the command alone, wait for its end, and return what it said."""
    several.process.send_signal(signal.SIGINT)
    assert several.process.wait(20) == 130
    return several.process.stderr.read() if several.process.stderr is not None else ""


def lost_frames(session: Path) -> set[int]:
    """Return which frames of a session have neither a reading nor a drop that was counted."""
    kept = Archive(session / FILE_NAME)
    seqs = {seq for table in ("readings", "drops") for (seq,) in kept.read(f"SELECT seq FROM {table}")}
    kept.close()
    return set(range(max(seqs) + 1)) - seqs


@pytest.mark.parametrize(
    "several",
    ["false", pytest.param("true", marks=pytest.mark.nightly)],
    indirect=True,
    ids=["linux", "portable"],
)
def test_when_all_of_one_source_dies_the_other_goes_on_and_loses_nothing(several: Several) -> None:
    topics = subprocess.run(
        [sys.executable, "-c", TOPICS, several.endpoint], capture_output=True, text=True, timeout=30, check=True
    ).stdout.split()
    assert topics == ["reading.synthetic-1", "reading.synthetic-2", "status.synthetic-1", "status.synthetic-2"]
    assert several.measured() == {"synthetic-1", "synthetic-2"}
    first, second = several.runs()
    for process in [second, *second.children(recursive=True)]:
        process.kill()
    eventually(lambda: not several.sources()[1]["running"], "its death is seen")
    before = several.sources()[0]["published"]
    eventually(lambda: several.sources()[0]["published"] > before + 10, "the other goes on")
    one, other = several.sources()
    assert one["state"] in ("good", "poor signal")
    assert (other["state"], other["density_pct"], other["page"]) == ("ended", None, False)
    assert is_alive(first)
    said = end(several)
    assert f"synthetic-1: Session: {several.sessions / one['session'] / FILE_NAME}" in said
    assert lost_frames(several.sessions / one["session"]) == set()


def test_one_source_ends_from_its_page_and_is_reviewed_there_and_when_the_command_is_killed_the_other_ends_in_order(
    several: Several,
) -> None:
    end_of_first = urllib.request.Request(f"{several.page}/1/api/session/end", method="POST")
    with urllib.request.urlopen(end_of_first, timeout=5) as answer:
        assert answer.status == 200

    def state_of(number: int) -> str:
        try:
            with urllib.request.urlopen(f"{several.page}/{number}/api/status", timeout=5) as answer:
                return str(json.load(answer)["state"])
        except OSError:
            return ""

    eventually(lambda: state_of(1) == "review", "the review of the first")
    assert state_of(2) in ("good", "poor signal")
    below, sessions = children(several.process), [one["session"] for one in several.sources()]
    several.process.send_signal(signal.SIGSTOP)
    before = committed(several.sessions / sessions[1])
    eventually(lambda: committed(several.sessions / sessions[1]) > before + 5, "runs go on while it is suspended")
    several.process.kill()
    eventually(lambda: not any(is_alive(one) for one in below), "nothing of it is left")
    for session in sessions:
        assert json.loads((several.sessions / session / "audit.jsonl").read_text().splitlines()[-1])["what"] == "ended"


def test_a_source_that_is_not_there_at_the_start_ends_all_and_its_password_is_seen_nowhere(tmp_path: Path) -> None:
    camera = f"http://user:t0psecret@127.0.0.1:{free_port()}/video"
    sessions = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path)}
    with running("live", ONE, camera, "--no-view", "--no-publish", **sessions) as process:
        seen: set[str] = set()
        while process.poll() is None:
            seen.update(argument for one in children(process) for argument in command_line(one).split())
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 3
    assert "All sources end: source 2 cannot be opened, and each must be there at the start." in said
    assert "t0psecret" not in said
    assert not [argument for argument in seen if "t0psecret" in argument]


def test_sources_that_end_by_themselves_each_leave_a_session_and_exit_code_0(tmp_path: Path) -> None:
    settings = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path)}
    sources = [f"{one}&seconds={seconds}" for one, seconds in ((ONE, 1), (OTHER, 2))]
    done = run("live", *sources, "--no-view", "--no-publish", **settings)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(": Session: ") == 2
    assert len(list(tmp_path.glob(f"*/{FILE_NAME}"))) == 2
