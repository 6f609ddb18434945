"""The whole page of each source below one address: requests, answers of any size, and WebSockets, behind one check."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from stream.security.events import SecurityEvents
from stream.view.live.websocket import ENDED
from stream.view.server.access_rules import AccessRules
from stream.view.server.http_server import ViewServer
from stream.view.tabs.answers import AllSources
from stream.view.tabs.app import make_tabs_app
from stream.view.tabs.page_link import PageLink
from tests.doubles.bedside_page import Scope
from tests.running import eventually

TOKEN = "a-token-of-the-visitor-with-enough-characters"


class Tabs:
    """Two pages, and a third that is not there, behind one server."""

    def __init__(self, folder: Path, rules: AccessRules) -> None:
        self.scopes = [Scope(folder / name, session=name) for name in ("one", "two")]
        addresses = [*(scope.server.address for scope in self.scopes), ""]
        links = [PageLink(number, partial(str, at), "t" * 32) for number, at in enumerate(addresses, 1)]
        self.events = SecurityEvents()
        app = make_tabs_app(links, lambda: AllSources(sources=[], version="0"), rules, self.events)
        self.server = ViewServer(app, port=0, events=self.events)
        self.server.start()
        self.address = self.server.address

    def read(self, path: str, **headers: str) -> Any:
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}{path}", headers=headers), timeout=5) as got:
            return got.read()

    def close(self) -> None:
        self.server.stop()
        for scope in self.scopes:
            scope.close()


@pytest.fixture
def tabs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tabs]:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    made = Tabs(tmp_path, getattr(request, "param", AccessRules()))
    yield made
    made.close()


def test_each_number_leads_to_the_page_of_its_source(tabs: Tabs) -> None:
    sessions = [json.loads(tabs.read(f"/{number}/api/status"))["session"] for number in (1, 2)]
    assert sessions == ["one", "two"]
    assert (
        tabs.read("/1/static/css/theme.css")
        == tabs.read("/2/static/css/theme.css")
        == tabs.read("/static/css/theme.css")
    )
    assert tabs.read("/2").startswith(b"<!doctype html>"), "without a slash too"


def test_a_request_with_a_body_changes_the_session_of_that_source_alone(tabs: Tabs) -> None:
    for scope in tabs.scopes:
        scope.see()
    marker = urllib.request.Request(
        f"{tabs.address}/2/api/markers",
        data=json.dumps({"kind": "fluid", "text": "500 ml"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(marker, timeout=5) as answer:
        assert json.load(answer)["text"] == "500 ml"
        assert int(answer.headers["State-Version"]) > 0
    assert [len(json.loads(tabs.read(f"/{number}/api/markers"))) for number in (1, 2)] == [0, 1]


def test_an_answer_of_many_pieces_comes_whole(tabs: Tabs) -> None:
    for _ in range(500):
        tabs.scopes[0].see()
    assert tabs.read("/1/export.csv").count(b"\n") == 501


def test_policies_allow_frames_of_this_page_alone(tabs: Tabs) -> None:
    for path in ("/", "/1/", "/1/report", "/2/static/app.js"):
        with urllib.request.urlopen(f"{tabs.address}{path}", timeout=5) as answer:
            policy = answer.headers.get_all("content-security-policy")
            assert len(policy) == 1
            assert f"connect-src 'self' ws://127.0.0.1:{tabs.server.port};" in policy[0]
            assert "frame-ancestors 'self'" in policy[0]
            assert answer.headers.get_all("x-frame-options") == ["SAMEORIGIN"]
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_that_is_not_there_is_said_in_a_sentence(tabs: Tabs) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        tabs.read("/3/api/status")
    assert refused.value.code == 503
    assert b"its run is starting, or has ended" in refused.value.read()
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{tabs.server.port}/3/ws", proxy=None):
        pass
    tabs.scopes[0].server.stop()
    with pytest.raises(urllib.error.HTTPError, match="503"):
        tabs.read("/1/api/status")


def test_a_websocket_is_that_of_its_page_both_ways_to_its_end(tabs: Tabs) -> None:
    one = tabs.scopes[0]
    with connect(f"ws://127.0.0.1:{tabs.server.port}/1/ws?pictures=false", proxy=None) as socket:
        assert json.loads(socket.recv(5))["info"]["session"] == "one"
        socket.send(json.dumps({"pictures": True, "overlay": False}))
        eventually(lambda: one.feed.viewers.wanting_pictures, "the wish arrived")
        one.see()
        while not isinstance(socket.recv(5), bytes):
            pass  # until the picture comes
        one.tell("ended")
        one.feed.end(0.1)
        with pytest.raises(ConnectionClosed) as closed:
            list(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == ENDED
    eventually(lambda: not one.feed.viewers.count, "the page knows that nobody looks")


def test_a_browser_that_leaves_is_missed_by_the_page(tabs: Tabs) -> None:
    viewers = tabs.scopes[1].feed.viewers
    with connect(f"ws://127.0.0.1:{tabs.server.port}/2/ws", proxy=None):
        eventually(lambda: viewers.count == 1, "it is seen")
    eventually(lambda: viewers.count == 0, "it has left")


@pytest.mark.parametrize("tabs", [AccessRules(token=TOKEN)], indirect=True)
def test_nothing_of_any_source_is_given_without_the_token(tabs: Tabs) -> None:
    for path in ("/", "/api/status", "/1/", "/1/api/status", "/2/static/app.js"):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            tabs.read(path)
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{tabs.server.port}/1/ws", proxy=None):
        pass
    assert json.loads(tabs.read("/1/api/status", Authorization=f"Bearer {TOKEN}"))["session"] == "one"
    assert tabs.events.refused


@pytest.mark.parametrize("header", [("Host", "evil.example.org"), ("Origin", "http://evil.example.org")])
def test_another_host_or_origin_reaches_no_page(tabs: Tabs, header: tuple[str, str]) -> None:
    asking = http.client.HTTPConnection("127.0.0.1", tabs.server.port, timeout=5)
    asking.putrequest("GET", "/1/api/status", skip_host=header[0] == "Host")
    asking.putheader(*header)
    asking.endheaders()
    assert asking.getresponse().status == 403
    asking.close()


def test_the_page_with_the_tabs_describes_its_own_interfaces(tabs: Tabs) -> None:
    assert set(json.loads(tabs.read("/api/openapi.json"))["paths"]) == {"/api/status", "/api/openapi.json"}
    assert json.loads(tabs.read("/api/status"))["sources"] == []
