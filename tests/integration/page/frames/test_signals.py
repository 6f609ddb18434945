"""What a device says by Lab Streaming Layer is drawn under the trend, on a laptop and a phone too."""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import LAPTOP, PHONE, OpenPage, Shoot, wait
from tests.doubles.lsl_streams import device
from tests.running import free_port, page_address, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
INKED = """(() => {
    const canvas = document.querySelector("#signal-plot canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((part) => part > 0);
})()"""


def test_a_stream_is_drawn_under_the_trend_and_its_channels_can_be_chosen(
    tmp_path: Path, watched: OpenPage, shoot: Shoot
) -> None:
    name, config = f"monitor-{uuid4().hex[:6]}", tmp_path / "x.toml"
    config.write_text(
        f'sink.sessions_dir = "{tmp_path / "sessions"}"\npublish.enabled = false\nview.port = {free_port()}\n'
        f'inlets.lsl.streams = ["{name}"]\n'
    )
    with (
        device(name, {"rate": "1/min", "pressure": "mmHg"}, lambda: [72.0, 91.5]),
        running("-c", config, "demo", "--seconds", "60") as process,
    ):
        address = page_address(process)
        page = watched(address, LAPTOP)
        wait(page, "!document.getElementById('signals').hidden")
        wait(page, INKED)
        assert page.eval_on_selector_all("#signal option", "(all) => all.map((one) => one.text)") == [
            f"{name}: rate (1/min)",
            f"{name}: pressure (mmHg)",
        ]
        assert "72" in said(page)
        page.select_option("#signal", index=1)
        wait(page, "document.getElementById('signal-plot').ariaLabel.includes('91.5')")
        assert is_whole(page, "#signal-plot", LAPTOP["height"])
        assert is_whole(page, "#trend", LAPTOP["height"])
        assert height(page, "#trend") > height(page, "#signal-plot") > 40
        assert not page.evaluate("document.documentElement.scrollHeight > innerHeight")
        shoot(page, "signals-laptop")

        phone = watched(address, PHONE, touch=True)
        wait(phone, "!document.getElementById('signals').hidden")
        wait(phone, INKED)
        phone.locator("#signal-plot").scroll_into_view_if_needed()
        assert is_whole(phone, "#signal-plot", PHONE["height"])
        shoot(phone, "signals-phone")


def said(page: Page) -> str:
    return page.get_attribute("#signal-plot", "aria-label") or ""


def height(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["height"]


def is_whole(page: Page, selector: str, of_px: int) -> bool:
    """Return whether an element lies on the screen from its top to its bottom."""
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= of_px
