"""A microscope that the test moves, and the page that shows it: real server and session file, scripted readings."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from playwright.sync_api import Page, ViewportSize

from stream.config.sections import AlarmsConfig
from stream.machine.clock import Clock
from stream.protocol.readings import RegionOutline
from stream.protocol.types import Mode, RunState
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer
from tests.doubles.readings import page_reading
from tests.doubles.sessions.kept_session import KeptSession

OpenPage = Callable[..., Page]
"""Opens an address in a browser that is watched; see tests/integration/page/conftest.py."""
Shoot = Callable[[Page, str], Path]
"""Keeps what a page looks like under a name."""
DEADLINE_S: Final = 30.0
LAPTOP: Final[ViewportSize] = {"width": 1366, "height": 768}
DESK: Final[ViewportSize] = {"width": 1920, "height": 1080}
TABLET: Final[ViewportSize] = {"width": 1024, "height": 768}
UPRIGHT: Final[ViewportSize] = {"width": 768, "height": 1024}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
PHONE_ACROSS: Final[ViewportSize] = {"width": 844, "height": 390}
SMALL_PHONE: Final[ViewportSize] = {"width": 360, "height": 740}


def _box(left: int, top: int, side: int, score: float) -> RegionOutline:
    corners = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    return RegionOutline(polygon=np.array(corners, "<i2").tobytes(), score=score)


def _jpeg() -> bytes:
    """Return a picture as a capillary might look: something dark in the middle of skin."""
    pixels = np.full((540, 960, 3), (150, 160, 190), np.uint8)
    cv2.circle(pixels, (480, 270), 60, (90, 80, 140), -1)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


JPEG: Final = _jpeg()
OUTLINES: Final = (_box(800, 400, 300, 0.93), _box(200, 200, 100, 0.71))


class Scope:
    """A microscope whose readings a page shows. Every change that the page asks for is kept in a session."""

    def __init__(
        self,
        folder: Path,
        mode: Mode = "live",
        limits: AlarmsConfig | None = None,
        *,
        session: str = "s1",
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or time.time_ns
        info = SessionInfo(session=session, mode=mode, source="scope", workers=2, version="0.1.0")
        self.feed = Feed(info, clock, pictures_kept=600, site_s=1.0)
        self.kept = KeptSession(folder, self.feed, limits, clock)
        self.seq = 0
        self.server = self.serve(port)

    def serve(self, port: int) -> ViewServer:
        self.server = ViewServer(make_app(self.feed, broker=self.kept, archive=self.kept.archive), port=port)
        self.server.start()
        return self.server

    def close(self) -> None:
        self.server.stop()
        self.kept.close()

    def see(self, *, ago_s: float = 0.02, **fields: Any) -> None:
        """Show one more reading, with a picture, of a frame so long ago."""
        density = fields.get("density_pct", 6.25)
        values: dict[str, Any] = {
            "t_capture_ns": self.clock() - int(ago_s * 1e9),
            "density_low_pct": density and density - 0.5,
            "density_high_pct": density and density + 0.5,
            "latency_ms": 20.0,
            "picture": JPEG,
            "regions": OUTLINES,
        }
        self.kept.see(page_reading(self.seq, **values | fields))
        self.seq += 1

    def tell(self, state: RunState, **fields: Any) -> None:
        """Say how the run stands, as the sink does."""
        self.kept.stand(state, **fields)

    def until(self, page: Page, condition: str, **fields: Any) -> None:
        """Show readings until the page says so."""
        deadline = time.monotonic() + DEADLINE_S
        while not page.evaluate(condition):
            assert time.monotonic() < deadline, f"{condition} never came true: {page.inner_text('body')}"
            self.see(**fields)

    def tell_until(self, page: Page, condition: str, state: RunState) -> None:
        """Say how the run stands, again and again as the sink does, until the page says so."""
        deadline = time.monotonic() + DEADLINE_S
        while not page.evaluate(condition):
            assert time.monotonic() < deadline, f"{condition} never came true: {page.inner_text('body')}"
            self.tell(state)


def shows(**texts: str) -> str:
    """Return JavaScript that is true while the elements of these names hold these words, all at the same time."""
    pairs = json.dumps({name.replace("_", "-"): text for name, text in texts.items()})
    return f"Object.entries({pairs}).every(([id, text]) => document.getElementById(id).textContent === text)"


def says(name: str, part: str) -> str:
    """Return JavaScript that is true while the element of this name holds these words among others."""
    return f"document.getElementById({json.dumps(name)}).textContent.includes({json.dumps(part)})"


def click_moment(page: Page, x_s: float, down: float = 0.6) -> None:
    """Click the trend at a moment of its axis; `down` is a share of its height."""
    left, top = page.evaluate(_PLACE, [x_s, down])
    page.mouse.click(left, top)


_PLACE: Final = """([x, down]) => {
    const trend = document.getElementById("trend");
    const [from, to] = [Number(trend.dataset.from), Number(trend.dataset.to)];
    const box = trend.querySelector(".u-over").getBoundingClientRect();
    return [box.left + (box.width * (x - from)) / (to - from), box.top + box.height * down];
}"""


def wait(page: Page, condition: str) -> None:
    """Wait without feeding. Playwright's own wait needs eval, which the page's policy forbids."""
    deadline = time.monotonic() + DEADLINE_S
    while not page.evaluate(f"new Promise((done) => setTimeout(() => done({condition}), 20))"):
        assert time.monotonic() < deadline, f"{condition} never came true: {page.inner_text('body')}"
