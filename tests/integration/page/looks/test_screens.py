"""Every state and everything that opens, on seven screens in both themes: without a fault, and as it looked before.

Three judgements: of the layout, which needs nothing to compare with (layout.js); of the places of all named elements;
and of small pictures. CAPILLARY_EXPECTED=renew keeps places and pictures as what is expected from now on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from stream.session.archive import Archive
from stream.view.review.finished_session import review_feed
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer
from tests.doubles.bedside_page import (
    DESK,
    LAPTOP,
    PHONE,
    PHONE_ACROSS,
    SMALL_PHONE,
    TABLET,
    UPRIGHT,
    shows,
)
from tests.integration.page.looks.expected_pictures import moved_boxes, unlike_picture
from tests.integration.page.looks.frozen_page import FrozenPage
from tests.integration.page.looks.stage import TOURS, Stage, alarm, live, seen

pytestmark = [pytest.mark.real, pytest.mark.slow]
SCREENS: Final[dict[str, tuple[ViewportSize, bool]]] = {
    "desk": (DESK, False),
    "laptop": (LAPTOP, False),
    "tablet": (TABLET, True),
    "upright": (UPRIGHT, True),
    "phone-across": (PHONE_ACROSS, True),
    "phone": (PHONE, True),
    "small-phone": (SMALL_PHONE, True),
}
"""Size, and whether it is touched."""
LIGHT_PICTURES: Final = {"laptop", "phone"}
"""Screens of which there is a picture in the light theme too."""
JUDGED_BY_AXE: Final = {("laptop", "dark"), ("phone", "light")}
"""Colours differ from theme to theme, all else from screen to screen."""
_TAKES: Final = 3
WCAG: Final = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

PICTURE_TOP: Final = "document.querySelector('.stage').getBoundingClientRect().top"
STATE_IN_SIGHT: Final = """(() => {
    const { top, bottom } = document.querySelector(".chip").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
})()"""

ALARM_IN_SIGHT: Final = """["alarms", "alarm-sign"].some((id) => {
    const { top, bottom, width } = document.getElementById(id).getBoundingClientRect();
    return width > 0 && top >= 0 && bottom <= innerHeight;
})"""

BELOW_THE_STATE: Final = """(() => {
    const [state, picture] = [".topline", "#evidence-head"].map((part) => document.querySelector(part));
    return picture.getBoundingClientRect().top >= state.getBoundingClientRect().bottom;
})()"""


@pytest.fixture
def stage(chromium: Browser, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(chromium, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("tour", TOURS)
def test_every_screen(stage: Stage, tour: str, tmp_path: Path) -> None:
    faults = []
    for state in TOURS[tour]:
        state(stage)
        faults += look(stage.frozen, state.__name__, tmp_path)
        stage.close_what_is_open()
    assert not faults, "\n".join(faults)


def test_a_review_on_every_screen(stage: Stage, tmp_path: Path) -> None:
    live(stage)
    stage.click("#presets button")
    stage.until(shows(markers_open="Markers 1"))
    archive = Archive(stage.scope.kept.path)
    server = ViewServer(make_app(review_feed(archive, "0.1.0", site_s=1.0), archive=archive), port=0)
    server.start()
    stage.open(server.address)
    stage.until(shows(state_word="REVIEW"))
    stage.until("document.body.dataset.looking === 'back'")
    faults = look(stage.frozen, "review", tmp_path)
    server.stop()
    archive.close()
    assert not faults, "\n".join(faults)


def test_the_state_stays_in_sight_and_an_alarm_leaves_the_picture_in_its_place(stage: Stage) -> None:
    tops = {}
    for state in (live, alarm, seen):
        state(stage)
        for screen, (size, touch) in SCREENS.items():
            stage.frozen.resize(size, touch=touch)
            tops[state, screen] = stage.page.evaluate(PICTURE_TOP)
            stage.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            assert stage.page.evaluate(STATE_IN_SIGHT), screen
            assert state is live or stage.page.evaluate(ALARM_IN_SIGHT), screen
    assert [screen for screen in SCREENS if len({tops[state, screen] for state in (live, alarm, seen)}) > 1] == []


def test_a_frame_that_is_looked_at_comes_into_sight(stage: Stage) -> None:
    live(stage)
    stage.frozen.resize(PHONE, touch=True)
    stage.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    stage.page.keyboard.press("ArrowLeft")
    stage.until("document.body.dataset.looking === 'back'")
    assert stage.page.evaluate(BELOW_THE_STATE)


def look(frozen: FrozenPage, state: str, left_in: Path) -> list[str]:
    """Judge a state on every screen in both themes. Returns a sentence per fault."""
    faults: list[str] = []
    for screen, (size, touch) in SCREENS.items():
        frozen.resize(size, touch=touch)
        for theme in ("dark", "light"):
            frozen.show_theme(theme)
            judged = frozen.layout()
            faults += [f"{screen}, {theme}: {fault}" for fault in judged["faults"]]
            name = f"{screen}/{state}"
            if theme == "dark":
                faults += moved_boxes(name, judged["boxes"])
            if theme == "dark" or screen in LIGHT_PICTURES:
                shown = name if theme == "dark" else f"{name}-light"
                faults += _unlike(frozen, shown, left_in)
            if (screen, theme) in JUDGED_BY_AXE:
                faults += [f"{screen}, {theme}: {violation}" for violation in violations(frozen.page)]
    return faults


def _unlike(frozen: FrozenPage, name: str, left_in: Path) -> list[str]:
    """Compare pictures, and take them again if they differ: Chromium may paint one layer later than the others."""
    faults: list[str] = []
    for _ in range(_TAKES):
        faults = unlike_picture(name, frozen.pictures(), left_in)
        if not faults:
            break
    return faults


def violations(page: Page) -> list[str]:
    """Return what axe finds that breaks level A or AA."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']][:3]}" for one in found]
