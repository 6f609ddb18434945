"""What leaves the machine is for whom it was meant: strangers get nothing, and stand in the audit log."""

import contextlib
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from stream.security.audit_log import FILE_NAME
from stream.security.events import SecurityEvents
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer
from tests.running import ROOT, committed, eventually, free_port, run, running

SOURCE = "synthetic:?seed=2&fps=10"


def test_half_handshakes_keep_nobody_out_for_long(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    events = SecurityEvents()
    info = SessionInfo(session="s1", mode="live", source="scope", workers=2, version="0.1.0")
    server = ViewServer(
        make_app(Feed(info)), port=0, tls=certificate(tmp_path), events=events, timeout_s=0.5, connection_limit=4
    )
    server.start()
    with contextlib.ExitStack() as held:
        for _ in range(6):
            half = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            half.sendall(b"\x16\x03\x01\x02\x00")
        eventually(lambda: events.refused >= 2, "those beyond four are closed")
        trusting = ssl.create_default_context(cafile=str(tmp_path / "page.crt"))

        def answered() -> bool:
            with contextlib.suppress(OSError):
                status = f"https://localhost:{server.port}/api/status"
                return bool(urllib.request.urlopen(status, timeout=10, context=trusting).read())
            return False

        eventually(answered, "the others' time is over")
    server.stop()
    assert events.refused >= 6
    assert not caplog.text


def keys(folder: Path, *arguments: str) -> str:
    done = run("keys", *arguments, CAPILLARY_STREAM_SECURITY_KEYS_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def subscribed(endpoint: str, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Run `subscribe` with the keys in `folder`."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "run_stream.py"), "-q", "subscribe", endpoint, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "CAPILLARY_STREAM_SECURITY_KEYS_DIR": str(folder)},
    )


def entries(sessions: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for log in sessions.glob(f"*/{FILE_NAME}") for line in log.read_text().splitlines()]


def refused_at(sessions: Path, place: str) -> list[str]:
    return [entry["who"] for entry in entries(sessions) if (entry["what"], entry.get("where")) == ("refused", place)]


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost with the system's openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine: install Debian's package openssl")
    files = folder / "page.crt", folder / "page.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


def test_beyond_this_machine_it_refuses_to_start_without_keys(tmp_path: Path) -> None:
    settings = {
        "CAPILLARY_STREAM_SECURITY_KEYS_DIR": str(tmp_path / "keys"),
        "CAPILLARY_STREAM_PUBLISH_ENDPOINT": f"tcp://0.0.0.0:{free_port()}",
    }
    for mend, step in (("keys new", ("new",)), ("keys allow", ("allow", "ab" * 32, "ward-7"))):
        done = run("demo", "--seconds", "1", "--no-view", **settings)
        assert (done.returncode, mend in done.stderr, "Traceback" in done.stderr) == (2, True, False)
        keys(tmp_path / "keys", *step)
    assert run("demo", "--seconds", "1", "--no-view", **settings).returncode == 0


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """Start a monitoring run that asks for keys and a token; give its settings and where its sessions lie."""
    sessions, ring, token = tmp_path / "sessions", tmp_path / "keys", tmp_path / "token"
    keys(ring, "token", str(token))
    crt, key = certificate(tmp_path)
    told = {"endpoint": f"tcp://127.0.0.1:{free_port()}", "key": keys(ring, "new"), "token": token.read_text().strip()}
    keys(tmp_path / "friend", "new")
    friend = keys(tmp_path / "friend", "list").split()[0]
    keys(ring, "allow", friend, "friend")
    keys(tmp_path / "stranger", "new")
    settings = {
        "SINK_SESSIONS_DIR": sessions, "SECURITY_KEYS_DIR": ring, "PUBLISH_ENDPOINT": told["endpoint"],
        "PUBLISH_CURVE": "true", "VIEW_PORT": 0, "VIEW_TOKEN_FILE": token, "VIEW_CERTIFICATE_FILE": crt,
        "VIEW_KEY_FILE": key,
    }  # fmt: skip
    environment = {f"CAPILLARY_STREAM_{name}": str(value) for name, value in settings.items()}
    with running("live", SOURCE, "--workers", "1", **environment) as process:
        assert process.stderr is not None
        address = next(found for line in process.stderr if (found := re.search(r"https://\S+", line)))
        told |= {"page": address.group(), "pid": str(process.pid)}
        yield told, sessions


def test_strangers_get_nothing_and_stand_in_the_audit_log(monitor: tuple[dict[str, str], Path], tmp_path: Path) -> None:
    told, sessions = monitor
    friend = subscribed(told["endpoint"], tmp_path / "friend", "--count", "3", "--key", told["key"])
    lines = friend.communicate(timeout=60)[0].splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["reading"] * 3

    strangers = [
        subscribed(told["endpoint"], tmp_path / "stranger", "--key", told["key"]),  # not allowed
        subscribed(told["endpoint"], tmp_path / "friend", "--key", "ab" * 32),  # knows another machine's key
        subscribed(told["endpoint"], tmp_path / "stranger"),  # has none
    ]
    eventually(lambda: len(refused_at(sessions, "subscribers")) >= 3, "three refusals in the audit log")
    stranger = keys(tmp_path / "stranger", "list").split()[0]
    assert f"key {stranger} at 127.0.0.1" in refused_at(sessions, "subscribers")
    assert "friend at 127.0.0.1" in [entry.get("who") for entry in entries(sessions) if entry["what"] == "connected"]
    for each in strangers:
        each.kill()
        assert each.communicate()[0] == ""


def test_the_page_asks_for_its_token_over_tls(monitor: tuple[dict[str, str], Path], tmp_path: Path) -> None:
    told, sessions = monitor
    trusting = ssl.create_default_context(cafile=str(tmp_path / "page.crt"))

    def ask(path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(told["page"] + path, headers=headers)
        try:
            with urllib.request.urlopen(request, context=trusting, timeout=20) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    for path, headers in (("/", {}), ("/api/status", {"Authorization": "Bearer wrong"}), ("/?token=wrong", {})):
        status, text = ask(path, **headers)
        assert (status, "token" in text) == (401, True)
    assert ask("/api/status", Authorization=f"Bearer {told['token']}")[0] == 200
    assert ask("/api/status", Cookie=f"capillary_token={told['token']}")[0] == 200
    assert ask("/api/status", Authorization=f"Bearer {told['token']}", Origin="https://evil.example")[0] == 403
    eventually(lambda: refused_in_metrics(ask, told["token"]) >= 4, "the refusals in the metrics")
    eventually(lambda: len(refused_at(sessions, "page")) >= 2, "the refusals in the audit log")
    assert told["token"] not in "".join(log.read_text() for log in sessions.glob(f"*/{FILE_NAME}"))


def refused_in_metrics(ask: Any, token: str) -> int:
    found = re.search(r"^capillary_refused_total (\d+)", ask("/metrics", Authorization=f"Bearer {token}")[1], re.M)
    return int(found.group(1)) if found else 0


def test_hostile_bytes_at_every_inbox_are_counted_and_disturb_nobody(tmp_path: Path) -> None:
    settings = {"SINK_SESSIONS_DIR": str(tmp_path), "PUBLISH_ENABLED": "false"}
    environment = {f"CAPILLARY_STREAM_{name}": value for name, value in settings.items()}
    with running("live", SOURCE, "--workers", "1", "--no-view", **environment) as process:
        session = eventually(lambda: next(tmp_path.glob("*/session.sqlite"), None), "a session")
        eventually(lambda: committed(session.parent), "a first reading")
        inboxes = [inbox for inbox in sockets_of(entries(tmp_path)[0]["session"]) if inbox.is_socket()]
        assert {inbox.name.partition("-")[0] for inbox in inboxes} == {"supervisor", "capture", "worker", "sink"}
        assert all(inbox.parent.stat().st_mode & 0o777 == 0o700 for inbox in inboxes)
        context = zmq.Context[zmq.Socket[bytes]]()
        for inbox in inboxes:
            with context.socket(zmq.PUSH) as hostile:
                hostile.connect(f"ipc://{inbox}")
                for junk in (b"\xc1", b"\x81\xa1v\x09", b"\x91" * 10_000, bytes(5000)):
                    hostile.send(junk)
                hostile.close(linger=1000)
        context.term()
        places = {"supervisor", "capture", "worker-0", "sink"}
        eventually(lambda: all(refused_at(tmp_path, place) for place in places), "refusals in the audit log")
        before = committed(session.parent)
        eventually(lambda: committed(session.parent) > before, "further readings")
        assert process.poll() is None


def sockets_of(session: str) -> list[Path]:
    """Return the inboxes of a run: in a folder of the user's own, named after the end of the session's name."""
    return [
        inbox
        for base in (Path("/dev/shm"), Path("/tmp"))
        for inbox in base.glob(f"capillary-stream-*/{session[-8:]}-*/*")
    ]
