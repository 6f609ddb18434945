"""The page for everyone: by keyboard alone, by touch, read aloud; and a report that axe-core does not object to."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.doubles.bedside_page import LAPTOP, PHONE, UPRIGHT, OpenPage, Scope, shows, wait

pytestmark = pytest.mark.real
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.mark.slow
def test_axe_finds_nothing_in_the_report(watched: OpenPage, scope: Scope) -> None:
    """Judge the report; the states of the page itself are judged with their looks: looks/test_screens.py."""
    for _ in range(5):
        scope.see()
    page = watched(scope.server.address)
    page.goto(f"{scope.server.address}/report")
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        found = Axe().run(page, options=WCAG).response["violations"]
        assert not found, [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found]


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
