"""A kept session and a client that asks its page."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from starlette.applications import Starlette

from stream.config.sections import AlarmsConfig
from stream.protocol.readings import DensityReading
from stream.view.live.feed import Feed
from stream.view.server.app import make_app
from tests.doubles.sessions.kept_session import KeptSession

BASE = "http://127.0.0.1:8765"
BOX = np.array([[100, 100], [300, 100], [300, 200], [100, 200]], "<i2").tobytes()


def jpeg() -> bytes:
    return cv2.imencode(".jpg", np.full((540, 960, 3), 120, np.uint8))[1].tobytes()


class Bed:
    """A kept session, and a client that asks its page."""

    def __init__(self, session: KeptSession, make: Callable[..., DensityReading], clock: Any) -> None:
        self.session, self._make, self._clock = session, make, clock
        self.app: Starlette = make_app(session.feed, broker=session, archive=session.archive)
        self.seq = 0

    def see(self, count: int = 1, **fields: Any) -> None:
        for _ in range(count):
            self._clock.pass_s(0.1)
            self.session.see(self._make(self.seq, **fields))
            self.seq += 1

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def answer() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
                return await client.request(method, path, **request)

        return asyncio.run(answer())

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.ask("POST", path, **({} if body is None else {"json": body}))
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@pytest.fixture
def bed(tmp_path: Path, feed: Callable[..., Feed], reading: Callable[..., DensityReading], clock: Any) -> Iterator[Bed]:
    view = feed()
    limits = AlarmsConfig(low_pct=4.0, delay_s=0, over_s=1)
    session = KeptSession(tmp_path, view, limits, clock)
    yield Bed(session, reading, clock)
    session.close()
