"""The picture larger: it takes the page, or a part of it is enlarged; state, alarms and density stay in sight."""

import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import Scope, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
ZOOM = "Number(document.getElementById('picture').dataset.zoom)"


def width(page: Page) -> float:
    box = page.locator("#picture").bounding_box()
    assert box is not None
    return box["width"]


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#picture").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def seen(page: Page, scope: Scope) -> Page:
    scope.until(page, shows(density="6.3"))
    return page


def test_it_takes_the_page_and_gives_it_back(seen: Page) -> None:
    before = width(seen)
    seen.click("#enlarge")
    assert width(seen) > 1.4 * before
    for stays in ("#state-word", "#alarm-says", "#density", "#verdict", "#limits-open"):
        assert seen.is_visible(stays), stays
    assert seen.get_attribute("#enlarge", "aria-pressed") == "true"
    seen.keyboard.press("Escape")
    assert width(seen) == before
    seen.keyboard.press("f")
    assert width(seen) > 1.4 * before


def test_keys_wheel_and_buttons_enlarge_a_part(seen: Page) -> None:
    seen.keyboard.press("f")
    seen.mouse.move(*middle(seen))
    seen.mouse.wheel(0, -100)
    wait(seen, f"{ZOOM} > 1.1")
    seen.keyboard.press("+")
    wait(seen, f"{ZOOM} > 1.7")
    seen.click("#zoom-whole")
    wait(seen, f"{ZOOM} === 1")
    assert seen.is_disabled("#zoom-out")
    seen.click("#zoom-in")
    seen.keyboard.press("f")
    wait(seen, f"{ZOOM} === 1")


def test_a_drag_moves_the_part_and_asks_for_no_frame(seen: Page) -> None:
    seen.keyboard.press("f")
    seen.click("#zoom-in")
    left, top = middle(seen)
    seen.mouse.move(left, top)
    seen.mouse.down()
    seen.mouse.move(left + 90, top + 40, steps=3)
    seen.mouse.up()
    assert seen.get_attribute("body", "data-looking") == "now"
    seen.mouse.click(left, top)
    wait(seen, "document.body.dataset.looking === 'back'")
