"""What tests of the page share: a microscope, a browser's page that is watched, and a place for screenshots."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from stream.protocol.types import Mode
from tests.doubles.bedside_page import LAPTOP, OpenPage, Scope, Shoot

SCREENSHOTS = "CAPILLARY_SCREENSHOTS"
"""Names the folder where screenshots are kept; without it they lie in pytest's own temporary folder."""


@pytest.fixture
def scope(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scope]:
    mode: Mode = getattr(request, "param", "live")
    made = Scope(tmp_path, mode)
    yield made
    made.close()


@pytest.fixture
def watched(chromium: Browser) -> Iterator[OpenPage]:
    """Open addresses. At the end: nothing was asked of another host, and the browser had nothing to complain of."""
    contexts = []
    asked: list[str] = []
    complaints: list[str] = []
    allowed: list[str] = []

    def open_page(address: str, viewport: ViewportSize = LAPTOP, *, touch: bool = False) -> Page:
        context = chromium.new_context(viewport=viewport, has_touch=touch, is_mobile=touch, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        allowed.append(address.removeprefix("http:") + "/")
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert asked
    assert not [
        url for url in asked if not any(here in url for here in allowed) and not url.startswith("blob:http://127")
    ]
    assert not complaints


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors (a breach of the content security policy is one), but that something asked for is not there (any more)."""
    expected = "WebSocket connection to" in message.text or "Failed to load resource" in message.text
    return [] if expected or message.type != "error" else [message.text]


@pytest.fixture
def page(watched: OpenPage, scope: Scope) -> Page:
    """Open the page of `scope`."""
    return watched(scope.server.address)


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """Keep what the page looks like."""
    folder = Path(os.environ.get(SCREENSHOTS, tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        return path

    return keep
