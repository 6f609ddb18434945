"""The page for everyone: by keyboard alone, by touch, read aloud, and without anything that axe-core objects to."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.doubles.bedside_page import UPRIGHT, OpenPage, Scope, says, shows, wait

pytestmark = pytest.mark.real
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def check(page: Page, where: str) -> None:
    """Check that there is no violation of level A or AA in either theme."""
    for _ in ("one theme", "the other"):
        found = Axe().run(page, options=WCAG).response["violations"]
        assert not found, (where, [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found])
        page.evaluate("document.getElementById('theme').click()")


@pytest.mark.slow
def test_axe_finds_nothing_in_the_states(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    check(page, "live or stale")
    scope.until(page, shows(state_word="POOR SIGNAL"), quality="poor", quality_reasons=("out of focus",))
    check(page, "poor signal or stale")
    scope.tell_until(page, "document.getElementById('alarms').dataset.sounding === 'true'", "no camera")
    assert page.inner_text("#state-word") == "NO CAMERA"
    check(page, "no camera, and the alarm of it")
    scope.server.stop()
    wait(page, shows(state_word="CONNECTION LOST"))
    check(page, "lost")


@pytest.mark.slow
def test_axe_finds_nothing_in_what_opens(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.click("#picture", position={"x": 20, "y": 20})
    wait(page, "document.body.dataset.looking === 'back'")
    page.click("#region-on")
    check(page, "evidence")
    page.keyboard.press("1")
    wait(page, shows(markers_open="Markers 1"))
    page.click("#markers-open")
    page.click(".marker-list button")
    wait(page, says("markers", "Before and after"))
    check(page, "markers")
    page.keyboard.press("Escape")
    page.click("#sites-open")
    check(page, "sites")
    page.keyboard.press("Escape")
    for name in ("limits", "keys", "log"):
        page.click(f"#{name}-open")
        wait(page, f"document.querySelector('#{name} .body, #{name} form') !== null")
        check(page, name)
        page.keyboard.press("Escape")


def test_everything_is_reached_by_keyboard(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    name = "document.activeElement.id || document.activeElement.name || document.activeElement.dataset.kind"
    reached = []
    for _ in range(23):
        scope.see()
        scope.until(page, shows(state_word="LIVE"))  # a banner would hide what belongs to the picture
        page.keyboard.press("Tab")
        reached.append(page.evaluate(name))
        if reached[-1] == "window":
            page.keyboard.press("ArrowRight")
    assert page.is_checked("input[value='300']")
    tools = ["sites-open", "limits-open", "log-open", "report", "end-open", "keys-open", "theme", "sound"]
    kinds = ["bolus", "fluid", "position", *(f"site-{n}" for n in range(1, 6)), "pressure-released"]
    assert reached == [*tools, "enlarge", "outlines", "window", "trend", "markers-open", *kinds, "note"]


def test_single_keys_can_be_switched_off(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#keys-open")
    page.uncheck("#keys input")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    assert page.get_attribute("#outlines", "aria-pressed") == "true"
    page.reload()
    scope.until(page, shows(state_word="LIVE"))
    page.keyboard.press("o")
    assert page.get_attribute("#outlines", "aria-pressed") == "true"
    page.click("#keys-open")
    page.check("#keys input")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    assert page.get_attribute("#outlines", "aria-pressed") == "false"


def test_a_tablet_held_upright_is_used_by_touch(watched: OpenPage, scope: Scope) -> None:
    page = watched(scope.server.address, UPRIGHT, touch=True)
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    small = """() => [...document.querySelectorAll("button, a.button, #windows label, #note")]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
        .map((element) => element.id || element.textContent)"""
    assert page.evaluate(small) == [], "a finger needs 44 px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.tap("#presets button")
    scope.until(page, shows(markers_open="Markers 1"))
    page.tap("#trend")
    scope.until(page, "document.body.dataset.looking === 'back'")
    page.tap("#to-live")
    wait(page, "document.body.dataset.looking === 'now'")


@pytest.mark.slow
def test_who_wants_less_motion_sees_the_trend_move_once_a_second(page: Page, scope: Scope) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.evaluate("""() => {
        const [trend, edges] = [document.getElementById("trend"), (window.edges = [])];
        const seen = new MutationObserver(() => edges.push(Number(trend.dataset.to)));
        seen.observe(trend, { attributeFilter: ["data-to"] });
    }""")
    scope.until(page, "new Set(window.edges).size > 4")
    edges = sorted(set(page.evaluate("window.edges")))[1:]
    assert all(after - before > 0.9 for before, after in pairwise(edges))
    assert page.evaluate("document.getAnimations().length") == 0


def test_a_change_of_state_is_read_aloud_once(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    assert page.inner_text("#announcer") == "LIVE. Readings are current."
    assert page.get_attribute("#announcer", "aria-live") == "polite"
    wait(page, shows(state_word="STALE"))
    assert page.inner_text("#announcer").startswith("STALE")
