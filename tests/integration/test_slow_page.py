"""A page that reads slowly gets fewer pictures, the newest each time, and nothing piles up for it in the server."""

import json
import time
from collections.abc import Iterator

import psutil
import pytest
from websockets.sync.client import connect

from stream.protocol.readings import DensityReading
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer
from tests.doubles.readings import reading
from tests.running import eventually

PICTURE = bytes(200_000)
PICTURES = 1500


@pytest.fixture
def feed() -> Feed:
    return Feed(SessionInfo(session="s1", mode="live", source="scope"), pictures_kept=0)


@pytest.fixture
def address(feed: Feed) -> Iterator[str]:
    server = ViewServer(make_app(feed), port=0)
    server.start()
    yield f"ws://127.0.0.1:{server.port}/ws"
    server.stop()


def pictured(seq: int) -> DensityReading:
    return reading(seq, t_capture_ns=time.time_ns(), picture=PICTURE)


def test_memory_does_not_grow_for_a_page_that_reads_nothing(feed: Feed, address: str) -> None:
    with connect(address, max_size=None, max_queue=1, proxy=None) as page:
        eventually(lambda: feed.viewers.count == 1, "a page")
        process = psutil.Process()
        before = process.memory_info().rss
        for seq in range(PICTURES):
            feed.receive(pictured(seq))
            time.sleep(0.001)  # time for the server's thread to send what it would
        grown = process.memory_info().rss - before
        assert grown < 20e6, f"{grown / 1e6:.0f} MB for {PICTURES * len(PICTURE) / 1e6:.0f} MB of pictures"
        seen: list[int] = []
        while not seen or seen[-1] != PICTURES - 1:
            message = page.recv(timeout=20)
            if isinstance(message, bytes):
                length = int.from_bytes(message[:4], "little")
                seen.append(json.loads(message[4 : 4 + length])["seq"])
        assert seen == sorted(seen)
        assert len(seen) < PICTURES / 4, "it was spared most of them"


def test_a_page_that_wants_no_pictures_gets_none_and_none_are_asked_for(feed: Feed, address: str) -> None:
    with connect(address, max_size=None, proxy=None) as page:
        eventually(lambda: feed.viewers.wanting_pictures == 1, "a page that looks")
        page.send(json.dumps({"pictures": False, "overlay": True}))
        eventually(lambda: feed.viewers.wanting_pictures == 0 and feed.viewers.count == 1, "a page that does not look")
        feed.receive(pictured(0))
        for _ in range(5):
            assert isinstance(page.recv(timeout=20), str)
        page.send("anything else")
        page.send(json.dumps({"pictures": True, "overlay": False}))
        message = page.recv(timeout=20)
        while not isinstance(message, bytes):
            feed.receive(pictured((feed.status().seq or 0) + 1))
            message = page.recv(timeout=20)
        length = int.from_bytes(message[:4], "little")
        assert json.loads(message[4 : 4 + length])["regions"] == []
