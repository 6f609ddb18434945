"""Every state and everything that opens, on seven screens in both themes: without a fault, and as it looked before.

Three judgements: of the layout, which needs nothing to compare with (layout.js); of the places of all named elements;
and of small pictures. CAPILLARY_EXPECTED=renew keeps places and pictures as what is expected from now on.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import ActiveAlarm, AlarmsNow
from stream.protocol.types import RunState
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
    Scope,
    says,
    shows,
    wait,
)
from tests.doubles.readings import START_NS
from tests.integration.page.looks.expected_pictures import moved_boxes, unlike_picture
from tests.integration.page.looks.frozen_page import FrozenPage, StoppedClock

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
JUDGED_BY_AXE: Final = {"laptop", "phone"}
WCAG: Final = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that can differ from theme to theme."""

PICTURE_TOP: Final = "document.querySelector('.stage').getBoundingClientRect().top"
STATE_IN_SIGHT: Final = """(() => {
    const { top, bottom } = document.querySelector(".chip").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
})()"""


class Stage:
    """A microscope whose time stands still, and its page."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.clock = StoppedClock()
        self.scope = Scope(folder, limits=AlarmsConfig(low_pct=4.0, signal_after_s=0.0), clock=self.clock)
        for ago in range(150):
            moving = {"quality": "poor", "quality_reasons": ("moving",)} if 70 < ago < 85 else {}
            self.see(0.4, density_pct=5 + ago % 7 / 10, **moving)
        self._frozen: list[FrozenPage] = []
        self._browser = browser
        self.open(self.scope.server.address)

    def open(self, address: str) -> None:
        """Open a page in place of the one before."""
        self.close_page()
        self._frozen = [FrozenPage(self._browser, address)]

    @property
    def frozen(self) -> FrozenPage:
        return self._frozen[0]

    @property
    def page(self) -> Page:
        return self.frozen.page

    def see(self, seconds: float, **fields: Any) -> None:
        """Show one more reading, so many seconds after the one before."""
        self.clock.forward(seconds)
        self.scope.see(measures={"analysed_pct": 92.4}, **fields)

    def until(self, condition: str) -> None:
        wait(self.page, condition)

    def live(self, **fields: Any) -> None:
        """Show a good reading, and wait until the page has it, with its picture."""
        self.see(0.4, **fields)
        self.until(f"document.getElementById('readings').textContent === '{self.scope.seq}'")
        self.until(f"document.getElementById('picture').dataset.seq === '{self.scope.seq - 1}'")
        self.draw()

    def draw(self) -> None:
        """Let the trend be drawn anew, and wait until the page's clock stands as it did."""
        drawn, age = self.page.get_attribute("#trend", "data-to"), self.page.inner_text("#age")
        self.frozen.forward(0.3)
        self.until(f"document.getElementById('trend').dataset.to !== '{drawn}'")
        self.until(shows(age=age))

    def tell(self, state: RunState, word: str) -> None:
        self.scope.tell(state)
        self.until(shows(state_word=word))

    def click(self, selector: str) -> None:
        """Click an element wherever it is, without moving a pointer over the page."""
        self.page.eval_on_selector(selector, "(element) => element.click()")

    def close_page(self) -> None:
        for page in self._frozen:
            page.close()

    def close(self) -> None:
        self.close_page()
        self.scope.close()


@pytest.fixture
def stage(chromium: Browser, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(chromium, tmp_path)
    yield made
    made.close()


def live(stage: Stage) -> None:
    stage.live()
    stage.until(shows(state_word="LIVE", verdict="Good"))


def poor_signal(stage: Stage) -> None:
    stage.live(quality="poor", quality_reasons=("bubble in the picture: 9 %", "another magnification"))
    stage.clock.forward(0.9)
    stage.live(quality="poor", quality_reasons=("bubble in the picture: 9 %", "another magnification"))
    stage.until(shows(state_word="POOR SIGNAL"))


def stale(stage: Stage) -> None:
    live(stage)
    stage.clock.forward(3)
    stage.until(shows(state_word="STALE"))


def no_camera(stage: Stage) -> None:
    stale(stage)
    stage.tell("no camera", "NO CAMERA")
    stage.clock.forward(6)
    stage.tell("no camera", "NO CAMERA")
    stage.until(says("alarm-list", "no camera"))


def no_analysis(stage: Stage) -> None:
    stale(stage)
    stage.tell("no analysis", "NO ANALYSIS")


def ended(stage: Stage) -> None:
    live(stage)
    stage.tell("ended", "ENDED")


def lost(stage: Stage) -> None:
    live(stage)
    stage.scope.server.stop()
    stage.frozen.forward(10)
    stage.until(shows(state_word="CONNECTION LOST"))


def alarm(stage: Stage) -> None:
    for _ in range(40):
        stage.see(0.4, density_pct=2.34)
    stage.live(density_pct=2.34)
    stage.until(says("alarm-list", "Low density"))
    stage.page.evaluate(
        "Object.assign(document.getElementById('message'), { hidden: false, textContent: 'Marked: Bolus. '.repeat(4) })"
    )


def seen(stage: Stage) -> None:
    """After `alarm`: it was acknowledged, and its sound is paused."""
    stage.page.click("#sound")
    stage.click("#acknowledge")
    stage.click("#pause")
    stage.until(says("alarm-says", "paused"))
    stage.until(says("alarm-list", "(seen)"))


def paused(stage: Stage) -> None:
    alarm(stage)
    seen(stage)


def alarms(stage: Stage) -> None:
    """Show the longest words that the alarm bar can have."""
    poor_signal(stage)
    names = ("kind", "priority", "state", "value", "limit", "suspended", "cause")
    active = [
        ("fall", "high", "acknowledged", 46.7, 45.0, True, ""),
        ("high", "medium", "latched", 12.4, 11.0, False, ""),
        ("technical", "medium", "sounding", 12.0, None, False, "no analysis"),
        ("signal", "low", "acknowledged", 12.0, 10.0, False, ""),
    ]
    fields = [dict(zip(names, one, strict=True), id=i, since_ns=START_NS) for i, one in enumerate(active, 1)]
    told = msgspec.convert(fields, tuple[ActiveAlarm, ...])
    stage.scope.feed.receive(AlarmsNow(active=told))
    stage.until(says("alarm-list", "Density falls"))


def evidence(stage: Stage) -> None:
    live(stage)
    stage.click("#picture")
    stage.until("document.body.dataset.looking === 'back'")
    stage.click("#region-on")


def enlarged(stage: Stage) -> None:
    live(stage)
    stage.click("#enlarge")


def markers(stage: Stage) -> None:
    live(stage)
    for kind in ("bolus", "pressure-released"):
        stage.click(f"#presets button[data-kind={kind}]")
    stage.until(shows(markers_open="Markers 2"))
    stage.click("#markers-open")
    stage.until("document.querySelectorAll('.marker-list button').length === 2")
    stage.click(".marker-list button")
    stage.until(says("markers", "Before and after"))
    stage.until("document.querySelectorAll('.change dd').length > 1")


def sites(stage: Stage) -> None:
    live(stage)
    stage.click("#sites-open")
    stage.click("#site-next")
    stage.until(says("site-how", "Site 1"))
    for _ in range(19):  # the page is told of every tenth reading
        stage.see(0.1)
    stage.until(says("site-how", "long enough"))
    stage.click("#site-next")
    stage.until(says("site-how", "Site 2"))


def limits(stage: Stage) -> None:
    live(stage)
    stage.click("#limits-open")
    stage.until("document.querySelector('#limits form') !== null")


def log(stage: Stage) -> None:
    alarm(stage)
    stage.click("#log-open")
    stage.until("document.querySelectorAll('#log tr').length > 1")


def keys(stage: Stage) -> None:
    live(stage)
    stage.click("#keys-open")


STATES: Final[tuple[Callable[[Stage], None], ...]] = (
    live, poor_signal, stale, no_camera, no_analysis, ended, lost, alarm, paused, alarms,
    evidence, enlarged, markers, sites, limits, log, keys,
)  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_screen(stage: Stage, state: Callable[[Stage], None], tmp_path: Path) -> None:
    state(stage)
    faults = look(stage.frozen, state.__name__, tmp_path)
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
    assert [screen for screen in SCREENS if len({tops[state, screen] for state in (live, alarm, seen)}) > 1] == []


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
                faults += unlike_picture(shown, frozen.pictures(), left_in)
            if screen in JUDGED_BY_AXE:
                faults += [f"{screen}, {theme}: {violation}" for violation in violations(frozen.page, theme)]
    return faults


def violations(page: Page, theme: str) -> list[str]:
    """Return what axe finds that breaks level A or AA."""
    found = Axe().run(page, options=WCAG if theme == "dark" else COLOURS).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']][:3]}" for one in found]
