"""A port is taken or refused in plain words."""

import socket

import pytest

from stream.errors import ConfigError, OutputError
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer, listen


@pytest.fixture
def view() -> Feed:
    return Feed(SessionInfo(session="s1", mode="live", source="scope", workers=2, version="0.1.0"))


def test_a_port_in_use_is_told_in_one_sentence(view: Feed) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            OutputError, match=rf"^Port {port} on 127\.0\.0\.1, .* is in use by another program: .*--port"
        ):
            ViewServer(make_app(view), port=port)


def test_an_impossible_port_is_told_in_one_sentence() -> None:
    with pytest.raises(OutputError, match=r"Port 70000 .* cannot be opened"):
        listen("127.0.0.1", 70000)


def test_an_address_that_others_reach_is_refused() -> None:
    with pytest.raises(ConfigError, match="this machine only"):
        listen("0.0.0.0", 0)


def test_a_server_that_was_never_started_frees_its_port(view: Feed) -> None:
    server = ViewServer(make_app(view), port=0)
    server.stop()
    server.stop()
    with socket.socket() as again:
        again.bind(("127.0.0.1", server.port))
