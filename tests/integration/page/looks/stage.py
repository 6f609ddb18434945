"""The states of the page, one after the other, on a stage whose time stands still."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from playwright.sync_api import Browser, Page

from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import ActiveAlarm, AlarmsNow
from stream.protocol.outlets import OutletState
from stream.protocol.types import RunState
from stream.view.live.session_info import PreviousSession
from tests.doubles.bedside_page import Scope, says, shows, wait
from tests.doubles.readings import START_NS
from tests.integration.page.looks.frozen_page import FrozenPage, StoppedClock

_CHOOSE_LENGTH: Final = """(() => {
    document.querySelector("#windows :checked").dispatchEvent(new Event("change", { bubbles: true }));
})()"""

NO_ARCHIVE: Final = "the archive at 192.0.2.17:11112 refused the association: its called AE title is not known there"


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
        """Draw the trend anew with its newest readings, as it is drawn when its length is chosen."""
        self.page.evaluate(_CHOOSE_LENGTH)

    def tell(self, state: RunState, word: str) -> None:
        self.scope.tell(state)
        self.until(shows(state_word=word))

    def click(self, selector: str) -> None:
        """Click an element wherever it is, without moving a pointer over the page."""
        self.page.eval_on_selector(selector, "(element) => element.click()")

    def close_what_is_open(self) -> None:
        """Close dialogs, sheets and the picture of the past."""
        self.page.evaluate("document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close())")
        for _ in ("the dose", "markers", "five sites", "evidence"):
            self.page.keyboard.press("Escape")
        self.page.evaluate("document.getElementById('message').hidden = true")

    def close_page(self) -> None:
        for page in self._frozen:
            page.close()

    def close(self) -> None:
        self.close_page()
        self.scope.close()


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
    stage.until("!document.getElementById('pause').hidden")  # it is offered once the sound has been switched on
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


def dose(stage: Stage) -> None:
    live(stage)
    stage.click("#presets button[data-kind=bolus]")
    stage.until(f"{says('markers-open', '1')} && document.querySelector('#dose input') !== null")


def markers(stage: Stage) -> None:
    live(stage)
    stage.click("#presets button[data-kind=pressure-released]")
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


def notices(stage: Stage) -> None:
    """Show the two rows that are there now and then."""
    live(stage)
    named = PreviousSession(session="s0", ended_ns=START_NS, limits={"low_pct": 9.0, "high_pct": 11.5})
    stage.scope.feed.name_previous(named)
    stage.until(says("previous", "had:"))
    stage.scope.kept.stand("good", notices=("The disk is nearly full: 480 MB are free.",))
    stage.until(says("notices", "The disk is nearly full"))


def outlets(stage: Stage) -> None:
    """Show what is said of outlets: one of them fails."""
    live(stage)
    states = (
        OutletState(name="publish", condition="connected", since_ns=START_NS, detail="2 subscribers, not encrypted"),
        OutletState(name="ward-7", condition="connected", since_ns=START_NS),
        OutletState(name="archive", waiting=1840, given_up=3, condition="failing", error=NO_ARCHIVE, since_ns=START_NS),
        OutletState(name="my_outlet:JsonLines", since_ns=START_NS),
    )
    stage.scope.kept.stand("good", outlets=states)
    stage.until(says("notices", "archive"))
    stage.click("#outlets-open")
    stage.until("document.querySelectorAll('#outlets li').length === 4")


def ending(stage: Stage) -> None:
    live(stage)
    stage.click("#end-open")
    stage.until("document.querySelector('#ending[open]') !== null")


TOURS: Final[dict[str, tuple[Callable[[Stage], None], ...]]] = {
    "trouble": (live, stale, no_camera, no_analysis, lost),
    "signal": (poor_signal, alarms, notices, ended),
    "alarm": (alarm, paused, log),
    "dialogs": (limits, keys, ending, outlets),
    "frames": (evidence, dose, markers, sites, enlarged),
}
"""States that one stage goes through."""
