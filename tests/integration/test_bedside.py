"""Markers and alarms of the real program: stored, published, there again after a kill, and looked at afterwards."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import msgpack
import pytest
import zmq

from tests.chaos.pipeline import find
from tests.running import eventually, free_port, page_address, run, running

LIMITS = "[alarms]\nlow_pct = 99.0\ndelay_s = 0.5\nover_s = 1.0\n"


def configured(folder: Path, endpoint: str, port: int) -> Path:
    file = folder / "bed.toml"
    file.write_text(
        f'[view]\nport = {port}\n[publish]\nendpoint = "{endpoint}"\n'
        f'[sink]\nsessions_dir = "{folder.as_posix()}/sessions"\n{LIMITS}'
    )
    return file


def heard(endpoint: str, *topics: str) -> "zmq.Socket[bytes]":
    """Return a subscriber; a message that does not come fails the test."""
    subscriber: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
    subscriber.setsockopt(zmq.LINGER, 0)
    subscriber.setsockopt(zmq.RCVTIMEO, 30_000)
    for topic in topics:
        subscriber.setsockopt_string(zmq.SUBSCRIBE, topic)
    subscriber.connect(endpoint)
    return subscriber


def events(subscriber: "zmq.Socket[bytes]", wanted: str) -> dict[str, Any]:
    """Return the next message in which that happened."""
    while True:
        _, body = subscriber.recv_multipart()
        message: dict[str, Any] = msgpack.unpackb(body)
        if wanted in (message.get("event"), message.get("change")):
            return message


def answer_to(address: str, method: str, path: str, **request: Any) -> Any:
    """Return the answer, once there is one: a process may be on its way back."""

    def answer() -> httpx.Response | None:
        try:
            response = httpx.request(method, address + path, timeout=10, **request)
        except httpx.TransportError:
            return None
        return response if response.status_code < 400 else None

    return eventually(answer, f"{method} {path}").json()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Path]:
    """Make a finished live session with a marker and alarms; everything in it was seen by a subscriber as well."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    config = configured(tmp_path, endpoint, 0)
    with (
        closing(heard(endpoint, "alarm.", "marker.")) as subscriber,
        running("-c", config, "live", "synthetic:?seed=2&fps=5&episodes=steady") as process,
    ):
        address = page_address(process)
        raised = events(subscriber, "raised")
        assert (raised["kind"], raised["priority"], raised["state"], raised["limit"]) == (
            "low",
            "high",
            "sounding",
            99,
        )
        marker = answer_to(address, "POST", "/api/markers", json={"kind": "fluid", "text": "500 ml"})
        told = events(subscriber, "set")
        assert (told["id"], told["kind"], told["text"], told["seq"]) == (1, "fluid", "500 ml", marker["seq"])
        (alarm,) = answer_to(address, "POST", f"/api/alarms/{raised['id']}/acknowledge")["active"]
        assert alarm["state"] == "acknowledged"
        assert events(subscriber, "acknowledged")["state"] == "acknowledged"
        answer_to(address, "PUT", "/api/alarms/limits", json={"low_pct": 0.5})
        assert events(subscriber, "cleared")["state"] is None
        process.send_signal(signal.SIGINT)
        process.wait(30)
    yield from (tmp_path / "sessions").iterdir()


def test_a_session_is_reviewed_with_its_markers_alarms_and_pictures(session: Path) -> None:
    with running("view", session, "--port", "0") as process:
        address = page_address(process)
        (marker,) = answer_to(address, "GET", "/api/markers")
        frame = answer_to(address, "GET", f"/api/frames/{marker['seq']}")
        assert frame["regions_from"] == "analysed again"
        assert len(frame["regions"]) == frame["capillary_count"]
        picture = httpx.get(f"{address}/api/frames/{marker['seq']}.jpg", timeout=30)
        assert picture.content[:2] == b"\xff\xd8"
        happened = [event["event"] for event in answer_to(address, "GET", "/api/alarms/events")]
        assert happened[:3] == ["limits", "raised", "acknowledged"]
        assert answer_to(address, "GET", "/api/status")["state"] == "review"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    tried = run("alarms", "try", session, "--low", "99", "--delay", "0")
    assert tried.returncode == 0
    assert "raised\t1\tlow\thigh" in tried.stdout


def test_what_is_no_session_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for command in (("view", tmp_path), ("alarms", "try", tmp_path)):
        refused = run(*command)
        assert refused.returncode == 2
        assert refused.stderr.startswith("Error: there is no session in")


@pytest.mark.slow
def test_markers_alarms_and_trend_survive_the_death_of_view_and_sink(tmp_path: Path) -> None:
    port = free_port()
    config = configured(tmp_path, f"tcp://127.0.0.1:{free_port()}", port)
    with running("-c", config, "live", "synthetic:?seed=2&fps=5&episodes=steady") as process:
        address = page_address(process)
        answer_to(address, "POST", "/api/markers", json={"kind": "bolus"})
        raised = eventually(lambda: answer_to(address, "GET", "/api/alarms")["active"], "an alarm")
        readings = answer_to(address, "GET", "/api/trend")["readings"]
        kill(process, "view")
        eventually(lambda: kinds(address) == ["bolus"], "its marker again")
        eventually(lambda: answer_to(address, "GET", "/api/trend")["readings"] > readings, "the whole trend")
        kill(process, "sink")
        answer_to(address, "POST", "/api/markers", json={"kind": "fluid"})
        eventually(lambda: kinds(address) == ["bolus", "fluid"], "both markers")
        (alarm,) = eventually(lambda: answer_to(address, "GET", "/api/alarms")["active"], "the alarm again")
        assert (alarm["id"], alarm["since_ns"]) == (raised[0]["id"], raised[0]["since_ns"])


def kinds(address: str) -> list[str]:
    return [one["kind"] for one in answer_to(address, "GET", "/api/markers")]


def kill(process: "subprocess.Popen[str]", role: str) -> None:
    """Kill the program's process of that role."""
    find(process, role).process.kill()
