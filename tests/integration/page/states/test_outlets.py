"""The page says at once that a receiver of the real program is away, why, and that it is back."""

import os
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.doubles.bedside_page import OpenPage, says, shows, wait
from tests.running import eventually, free_port, page_address, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
SENDER = """
import json
import socket


class OverTcp:
    def __init__(self, settings):
        self._port = settings["port"]

    def send(self, message):
        with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
            connection.sendall(json.dumps({"seq": getattr(message, "seq", None)}).encode())

    def close(self):
        pass
"""
SOON_S = 2.0


class Swallows(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(1000)


class Receivers(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


@pytest.fixture
def start_receiver() -> Iterator[Callable[[int], Receivers]]:
    started: list[Receivers] = []

    def start(port: int) -> Receivers:
        started.append(Receivers(("127.0.0.1", port), Swallows))
        threading.Thread(target=started[-1].serve_forever, args=(0.05,), daemon=True).start()
        return started[-1]

    yield start
    for receiver in started:
        receiver.shutdown()
        receiver.server_close()


def test_a_receiver_that_goes_away_is_named_within_two_seconds_and_no_more_when_it_is_back(
    tmp_path: Path, watched: OpenPage, start_receiver: Callable[[int], Receivers], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    (tmp_path / "over_tcp.py").write_text(SENDER)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    config = tmp_path / "mine.toml"
    config.write_text(
        f'publish.enabled = false\nview.port = {free_port()}\nsink.sessions_dir = "{tmp_path / "sessions"}"\n'
        f'[outlets.ward]\nuse = "over_tcp:OverTcp"\nport = {port}\n'
    )
    receiver = start_receiver(port)
    with running("-c", config, "live", "synthetic:?seed=1&fps=10&episodes=steady") as process:
        page = watched(page_address(process))
        wait(page, shows(outlets_open="Outlets 1"))
        page.click("#outlets-open")
        eventually(lambda: page.evaluate(says("outlets", "The outlet is connected.")), "all is well")
        assert page.evaluate("document.getElementById('notices').hidden")
        receiver.shutdown()
        receiver.server_close()
        left_s = time.monotonic()
        wait(page, says("notices", "Outlet ward: failing since"))
        assert time.monotonic() - left_s < SOON_S
        assert page.evaluate(shows(outlets_open="Outlets: 1 failing"))
        assert page.evaluate(says("outlets", "Connection refused"))
        start_receiver(port)
        wait(page, "document.getElementById('notices').hidden")
        assert page.evaluate(says("outlets", "given up"))
