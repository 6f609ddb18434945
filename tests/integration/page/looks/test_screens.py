"""Every state and everything that opens, photographed on each kind of screen in both themes, for people to look at.

The pictures lie where CAPILLARY_SCREENSHOTS says, else in pytest's temporary folder.
"""

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.doubles.bedside_page import DESK, LAPTOP, TABLET, UPRIGHT, OpenPage, Scope, Shoot, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
SCREENS = {"laptop": (LAPTOP, False), "desk": (DESK, False), "tablet": (TABLET, True), "upright": (UPRIGHT, True)}
STICKS_OUT = """() => [...document.querySelectorAll("main button, main h2, main dd, main strong, header *, .alarms *")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.id || element.textContent)"""


class Tour:
    """Takes pictures of one page on one screen; the names tell what, where and in which theme."""

    def __init__(self, page: Page, scope: Scope, shoot: Shoot, screen: str) -> None:
        self.page, self.scope, self._shoot, self._screen = page, scope, shoot, screen

    def keep(self, name: str) -> None:
        for theme in ("dark", "light"):
            self.page.evaluate(
                f"document.documentElement.dataset.theme === '{theme}' || document.getElementById('theme').click()"
            )
            self._shoot(self.page, f"{name}-{self._screen}-{theme}")
        assert self.page.evaluate(STICKS_OUT) == [], name


@pytest.fixture(params=SCREENS)
def tour(request: pytest.FixtureRequest, watched: OpenPage, scope: Scope, shoot: Shoot) -> Tour:
    size: ViewportSize
    size, touch = SCREENS[request.param]
    for ago in range(600, 0, -1):
        moving = {"quality": "poor", "quality_reasons": ("moving",)} if 300 < ago < 340 else {}
        scope.see(ago_s=ago / 10, density_pct=5 + ago % 7 / 10, **moving)
    return Tour(watched(scope.server.address, size, touch=touch), scope, shoot, request.param)


def test_states(tour: Tour) -> None:
    page, scope = tour.page, tour.scope
    scope.until(page, shows(state_word="LIVE", verdict="Good"))
    tour.keep("live")
    scope.until(page, shows(state_word="POOR SIGNAL"), quality="poor", quality_reasons=("out of focus",))
    tour.keep("poor-signal")
    wait(page, shows(state_word="STALE"))
    tour.keep("stale")
    scope.tell_until(page, "document.getElementById('alarms').dataset.sounding === 'true'", "no camera")
    tour.keep("no-camera-alarm")
    scope.tell("no analysis")
    wait(page, shows(state_word="NO ANALYSIS"))
    tour.keep("no-analysis")
    scope.server.stop()
    wait(page, shows(state_word="CONNECTION LOST"))
    tour.keep("connection-lost")


def test_what_opens(tour: Tour) -> None:
    page, scope = tour.page, tour.scope
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.click("#picture", position={"x": 20, "y": 20})
    wait(page, "document.body.dataset.looking === 'back'")
    page.click("#region-on")
    tour.keep("evidence")
    page.click("#presets button")
    wait(page, shows(markers_open="Markers 1"))
    page.click("#markers-open")
    page.click(".marker-list button")
    wait(page, says("markers", "Before and after"))
    tour.keep("markers")
    page.click("#markers-close")
    page.click("#sites-open")
    page.click("#site-next")
    scope.until(page, says("site-how", "long enough"))
    page.click("#site-next")
    tour.keep("sites")
    page.keyboard.press("Escape")
    for name in ("limits", "keys", "log"):
        page.click(f"#{name}-open")
        wait(page, f"document.querySelector('#{name} .body, #{name} form') !== null")
        tour.keep(name)
        page.keyboard.press("Escape")
