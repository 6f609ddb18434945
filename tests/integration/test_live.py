"""Live monitoring as bedside and integrator meet it: a demo runs, readings arrive, the page moves, it ends clean."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from stream.session.archive import Archive
from stream.view.live.websocket import ENDED
from tests.running import children, command, command_line, eventually, free_port, is_alive, page_address, run, running

TEN_LINES = """
import sys, msgpack, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.connect(sys.argv[1])
socket.setsockopt_string(zmq.SUBSCRIBE, "reading.")
for _ in range(20):
    topic, body = socket.recv_multipart()
    reading = msgpack.unpackb(body)
    print(topic.decode(), reading["seq"], reading["density_pct"], reading["quality"], flush=True)
"""


class Demo:
    """A running demo on ports of its own."""

    def __init__(self, process: "subprocess.Popen[str]", page: str, endpoint: str) -> None:
        self.process, self.page, self.endpoint = process, page, endpoint

    def status(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.page}/api/status", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@pytest.fixture(scope="module", params=["linux", pytest.param("portable", marks=pytest.mark.slow)])
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """Run the demo, in both ways that processes can be tied together."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    settings = {
        "CAPILLARY_STREAM_VIEW_PORT": "0",
        "CAPILLARY_STREAM_PUBLISH_ENDPOINT": endpoint,
        "CAPILLARY_STREAM_RUNTIME_PORTABLE": str(request.param == "portable").lower(),
    }
    with running("demo", **settings) as process:
        found = Demo(process, page_address(process), endpoint)
        eventually(lambda: found.status()["seq"], "a first reading")
        yield found


def test_ten_lines_with_pyzmq_and_msgpack_receive_readings(demo: Demo) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TEN_LINES, demo.endpoint], capture_output=True, text=True, timeout=30, check=True
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert {line[0] for line in lines} == {"reading.synthetic"}
    seqs = [int(line[1]) for line in lines]
    assert seqs == sorted(set(seqs))


def test_subscribe_prints_json_lines(demo: Demo) -> None:
    done = run("subscribe", demo.endpoint, "--count", "3")
    readings = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reading["type"] for reading in readings] == ["reading"] * 3
    assert all(reading["t_published_ns"] > reading["t_capture_ns"] for reading in readings)


def test_the_state_is_published(demo: Demo) -> None:
    done = run("subscribe", demo.endpoint, "--count", "1", "--topic", "status.")
    progress = json.loads(done.stdout)
    assert progress["mode"] == "demo"
    assert progress["state"] in {"good", "poor signal", "stale"}


def test_a_person_sees_number_and_trend_move(demo: Demo, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo.page)
    number = page.locator("#density")
    eventually(lambda: re.search(r"\d", number.inner_text()), "a density is shown")
    first = number.inner_text()
    eventually(lambda: number.inner_text() not in {first, ""}, "the number moves")
    seen = demo.status()["seq"]
    eventually(lambda: (demo.status()["seq"] or 0) > seen + 30, "the trend goes on")
    assert demo.status()["viewers"] == 1
    assert all(url.startswith((demo.page, demo.page.replace("http", "ws"), "blob:", "data:")) for url in asked)
    page.close()


def test_live_ends_by_itself_after_so_many_seconds(tmp_path: Path) -> None:
    settings = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path), "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}
    done = run("live", "synthetic:?seed=1&fps=5", "--seconds", "5", "--port", "0", "--workers", "1", **settings)
    last = done.stderr.splitlines()[-1]
    too_busy = "before the first frame" in last  # on a machine that does not get ready in that time
    assert done.returncode == (5 if too_busy else 0), done.stderr
    assert too_busy or re.search(r"frames? analysed", last)


def test_the_demo_ends_by_itself_with_a_summary() -> None:
    done = run("demo", "--seconds", "2", "--port", "0", CAPILLARY_STREAM_PUBLISH_ENABLED="false")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ frames analysed.*density", done.stderr.splitlines()[-1])
    assert "A demo keeps nothing" in done.stderr


def test_a_demo_is_kept_if_it_is_asked_to(tmp_path: Path) -> None:
    settings = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path), "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}
    done = run("demo", "--seconds", "2", "--no-view", "--keep", **settings)
    assert done.returncode == 0, done.stderr
    (session,) = tmp_path.glob("*/session.sqlite")
    assert f"Session: {session}" in done.stderr
    assert Archive(session).facts()["session"] == session.parent.name
    listed = run("view", **settings)
    assert listed.stdout.startswith(session.parent.name)


def last_words(line: ClientConnection) -> tuple[str, int | None]:
    """Return the last state that an open page receives, and the code with which its connection is closed."""
    state = ""
    try:
        while True:
            message = line.recv(30)
            if isinstance(message, str):
                state = json.loads(message)["status"]["state"]
    except ConnectionClosed as closed:
        return state, closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_stop_leaves_no_process(number: signal.Signals) -> None:
    settings = {"CAPILLARY_STREAM_VIEW_PORT": "0", "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}
    with running("demo", **settings) as process:
        page = page_address(process)
        below = eventually(
            lambda: [child for child in children(process) if "spawn_main" in command_line(child)], "children are up"
        )
        with connect(page.replace("http", "ws") + "/ws", max_size=None) as line:
            process.send_signal(number)
            state, code = last_words(line)
        assert (state, code) == ("ended", ENDED)
        process.communicate(timeout=10)
        assert process.returncode == 130
        eventually(lambda: not any(is_alive(child) for child in below), "no process is left", 2.0)


@pytest.mark.parametrize("portable", ["false", pytest.param("true", marks=pytest.mark.slow)])
def test_killed_it_leaves_no_orphan_and_starts_again(portable: str) -> None:
    """After kill -9 of the program itself, its children end too, and the same ports serve the next one."""
    settings = {
        "CAPILLARY_STREAM_VIEW_PORT": str(free_port()),
        "CAPILLARY_STREAM_PUBLISH_ENDPOINT": f"tcp://127.0.0.1:{free_port()}",
        "CAPILLARY_STREAM_RUNTIME_PORTABLE": portable,
    }
    with running("demo", **settings) as process:
        page_address(process)
        below = children(process)
        process.kill()
        eventually(lambda: not any(is_alive(child) for child in below), "no orphan is left", 5.0)
    with running("demo", **settings) as process:
        page = page_address(process)
        eventually(lambda: Demo(process, page, "").status()["seq"], "readings come again")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("demo", "--seconds", "2", "--no-view"), r"DEMO LIVE .*density +\d+\.\d\d %"),
        (("replay", "synthetic:?frames=20", "--output", "{folder}"), r"20/20 .*frame"),
    ],
)
def test_a_terminal_shows_how_it_goes(tmp_path: Path, arguments: tuple[str, ...], shown: str) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    process = subprocess.Popen(
        command(*(argument.format(folder=tmp_path / "out") for argument in arguments)),
        stderr=theirs,
        env=os.environ | {"CAPILLARY_STREAM_PUBLISH_ENABLED": "false"},
    )
    os.close(theirs)
    seen = ""
    with contextlib.suppress(OSError):  # what a closed terminal gives at its end
        while part := os.read(ours, 4096):
            seen += part.decode()
    os.close(ours)
    assert process.wait(timeout=30) == 0, seen
    assert re.search(shown, seen), seen


def test_a_live_session_is_kept(tmp_path: Path) -> None:
    settings = {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path), "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}
    done = run("live", "synthetic:?seed=2&fps=20&seconds=2", "--no-view", **settings)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["audit.jsonl", "session.sqlite"]
    (session,) = tmp_path.glob("*/session.sqlite")
    checked = run("doctor", "--verify", session)
    assert "unbroken" in checked.stdout, checked.stderr
    log = session.with_name("audit.jsonl")
    log.write_text(log.read_text().replace('"mode": "live"', '"mode": "demo"'))
    checked = run("doctor", "--verify", session)
    assert (checked.returncode, "line 1 was changed" in checked.stderr) == (1, True)
