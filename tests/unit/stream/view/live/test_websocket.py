"""A page that reads slowly gets the newest picture, not all of them, and nothing is kept back for it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from stream.protocol.readings import DensityReading
from stream.view.live import websocket
from stream.view.live.feed import Feed


class Page:
    """Stands in for a WebSocket: takes a picture for each `ready.release()`, and leaves after `left.set()`."""

    client = None

    def __init__(self, **query: str) -> None:
        self.query_params = query
        self.texts: list[dict[str, Any]] = []
        self.pictures: list[int] = []
        self.closed: list[int] = []
        self.ready = asyncio.Semaphore(0)
        self.left = asyncio.Event()
        self.changed = asyncio.Event()

    async def accept(self) -> None:
        pass

    async def close(self, code: int = 1000, reason: str = "") -> None:  # noqa: ARG002
        self.closed.append(code)

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "websocket.disconnect"}

    async def send_text(self, text: str) -> None:
        self.texts.append(json.loads(text))
        self.changed.set()

    async def send_bytes(self, message: bytes) -> None:
        await self.ready.acquire()
        length = int.from_bytes(message[:4], "little")
        self.pictures.append(json.loads(message[4 : 4 + length])["seq"])
        self.changed.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                await self.changed.wait()
                self.changed.clear()


@pytest.fixture
def view(feed: Callable[..., Feed]) -> Feed:
    return feed()


def test_a_slow_page_gets_the_newest_picture_next(view: Feed, reading: Callable[..., DensityReading]) -> None:
    async def scene() -> Page:
        page = Page()
        view.receive(reading(0, picture=b"jpeg"))
        watching = asyncio.create_task(websocket.serve_page(page, view))  # type: ignore[arg-type]
        await page.until(lambda: len(page.texts) == 1)
        for seq in range(1, 50):
            view.receive(reading(seq, picture=b"jpeg"))
        page.ready.release()
        page.ready.release()
        await page.until(lambda: len(page.pictures) == 2)
        page.left.set()
        await watching
        return page

    page = asyncio.run(scene())
    assert page.pictures == [0, 49]
    assert [text["type"] for text in page.texts[:2]] == ["hello", "tick"]
    assert len(page.texts[1]["points"]["x"]) == 49, "every reading reaches the trend"
    assert view.viewers.count == 0


def test_a_page_hears_something_even_when_nothing_happens(view: Feed) -> None:
    async def scene() -> Page:
        page = Page()
        watching = asyncio.create_task(websocket.serve_page(page, view))  # type: ignore[arg-type]
        await page.until(lambda: len(page.texts) == 3)
        page.left.set()
        await watching
        return page

    page = asyncio.run(scene())
    assert page.texts[2]["status"]["state"] == "starting"
    assert page.pictures == []


def test_a_page_that_takes_nothing_is_given_up(
    view: Feed, reading: Callable[..., DensityReading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "SEND_TIMEOUT_S", 0.05)
    view.receive(reading(0, picture=b"jpeg"))

    async def scene() -> None:
        async with asyncio.timeout(10):
            await websocket.serve_page(Page(), view)  # type: ignore[arg-type]

    asyncio.run(scene())
    assert view.viewers.count == 0


def test_more_pages_than_are_served_are_told_to_come_later(view: Feed) -> None:
    for _ in range(websocket.VIEWERS_LIMIT):
        view.viewers.join(lambda: None)
    page_after: list[Page] = []

    async def scene() -> None:
        page_after.append(Page())
        await websocket.serve_page(page_after[0], view)  # type: ignore[arg-type]

    asyncio.run(scene())
    assert page_after[0].closed == [1013]
    assert view.viewers.count == websocket.VIEWERS_LIMIT


def test_a_program_leaves_trend_and_pictures_out_by_its_address(
    view: Feed, reading: Callable[..., DensityReading]
) -> None:
    async def scene() -> Page:
        page = Page(points="0", pictures="false")
        view.receive(reading(0, picture=b"jpeg"))
        watching = asyncio.create_task(websocket.serve_page(page, view))  # type: ignore[arg-type]
        await page.until(lambda: len(page.texts) == 1)
        view.receive(reading(1, picture=b"jpeg"))
        await page.until(lambda: any(text["points"]["x"] for text in page.texts))
        page.left.set()
        await watching
        return page

    page = asyncio.run(scene())
    assert page.texts[0]["points"]["x"] == []
    assert page.texts[0]["status"]["seq"] == 0
    assert page.pictures == []
