"""The page with a tab for each source: alarms of a tab out of view are seen and heard, and all of it works by keys."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

from stream.config.sections import AlarmsConfig
from stream.protocol.outlets import OutletState
from stream.security.events import SecurityEvents
from stream.view.server.access_rules import AccessRules
from stream.view.server.http_server import ViewServer
from stream.view.tabs.answers import AllSources, SourceStatus
from stream.view.tabs.app import make_tabs_app
from stream.view.tabs.page_link import PageLink
from tests.doubles.bedside_page import PHONE, OpenPage, Scope, says, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]

CONTEXTS: Final = """
window.contexts = [];
window.AudioContext = class extends AudioContext { constructor() { super(); window.contexts.push(this); } };
"""
"""Keeps what makes sound in a page, so that a test can see whether the browser lets it."""
LIVE: Final = "document.querySelectorAll('[role=tab][data-state=live]').length === 2"


class Sources:
    """Two microscopes behind one page; the second has a lower limit of density."""

    def __init__(self, folder: Path) -> None:
        limits = AlarmsConfig(low_pct=4.0, delay_s=0, over_s=1)
        self.one, self.other = Scope(folder / "1", session="s1"), Scope(folder / "2", limits=limits, session="s2")
        self.scopes = [self.one, self.other]
        self.server = ViewServer(
            make_tabs_app(
                [PageLink(number, self.address_of(scope), "t" * 32) for number, scope in enumerate(self.scopes, 1)],
                self.status,
                AccessRules(),
                SecurityEvents(),
            ),
            port=0,
        )
        self.server.start()

    def address_of(self, scope: Scope) -> Callable[[], str]:
        return lambda: scope.server.address

    def status(self) -> AllSources:
        sources = [
            SourceStatus(
                number=number,
                source=f"scope-{number}",
                session=f"s{number}",
                path=f"/{number}/",
                page=True,
                state="good",
                running=True,
            )
            for number in (1, 2)
        ]
        return AllSources(sources=sources, version="0.1.0")

    def until(self, page: Page, condition: str, **second: float) -> None:
        """Show readings of both until the page says so."""
        deadline = 200
        while not page.evaluate(condition):
            deadline -= 1
            assert deadline, f"{condition} never came true: {page.inner_text('body')}"
            self.one.see()
            self.other.see(**second)
            page.wait_for_timeout(100)

    def close(self) -> None:
        self.server.stop()
        for scope in self.scopes:
            scope.close()


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Sources]:
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
    made = Sources(tmp_path)
    yield made
    made.close()


def page_of(page: Page, number: int) -> Frame:
    """Return the page in a tab."""
    frame = page.frame(url=lambda url: url.endswith(f"/{number}/"))
    assert frame is not None
    return frame


def test_an_alarm_of_a_tab_out_of_view_is_seen_heard_and_read_aloud(watched: OpenPage, sources: Sources) -> None:
    page = watched(sources.server.address)
    page.context.add_init_script(CONTEXTS)
    page.reload()
    sources.until(page, LIVE)
    assert page.locator("[role=tab]").all_inner_texts()[0].split("\n") == ["1 scope-1", "LIVE", "6.3 %"]
    page_of(page, 1).click("#sound")
    wait(page, "document.getElementById('tab-1').getAttribute('aria-selected') === 'true'")
    sources.until(page, "document.getElementById('tab-2').dataset.unseen === 'true'", density_pct=3.0)
    second = page.locator("#tab-2")
    assert second.locator(".alarm").inner_text() == "High"
    assert page.inner_text("#alarm-announcer") == "Source 2, scope-2: High: Low density"
    assert page.title().startswith("HIGH · Source 2, scope-2")
    hidden = page_of(page, 2)
    sources.until(page, "true")
    assert hidden.inner_text("#sound-word") == "Sound is on", "switched on in one tab, it is on in all"
    assert hidden.evaluate("window.contexts.map(({ state }) => state)") == ["running"]
    assert int(hidden.get_attribute("#sound", "data-bursts") or 0) > 0
    assert sources.one.feed.viewers.wanting_pictures == 1
    assert sources.other.feed.viewers.wanting_pictures == 0, "a page out of view asks for no pictures"


def test_the_outlets_of_a_source_are_shown_in_its_tab_alone(watched: OpenPage, sources: Sources) -> None:
    page = watched(sources.server.address)
    sources.until(page, LIVE)
    failing = OutletState(name="ward", condition="failing", error="the ward does not answer")
    sources.other.tell("good", outlets=(failing,))
    first, second = page_of(page, 1), page_of(page, 2)
    sources.until(page, "true")
    second.wait_for_selector("#outlets-open:not([hidden])", state="attached")
    assert second.evaluate(says("notices", "Outlet ward: failing since"))
    assert first.get_attribute("#outlets-open", "hidden") is not None


def test_tabs_are_chosen_by_keys_and_each_keeps_its_own_page(watched: OpenPage, sources: Sources) -> None:
    page = watched(sources.server.address)
    sources.until(page, LIVE)
    page.focus("#tab-1")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-2"
    assert page.locator("#panel-2 iframe").is_visible()
    assert not page.locator("#panel-1 iframe").is_visible()
    page.keyboard.press("Home")
    page_of(page, 1).focus("#trend")
    page.keyboard.press("s")
    wait(page, "document.activeElement === document.querySelector('#panel-2 iframe')")
    page.keyboard.press("1")  # goes to the page that is in view now: a marker
    sources.until(page, "true")
    marked = "document.getElementById('markers-open').textContent"
    page_of(page, 2).wait_for_selector("#markers-open:has-text('Markers 1')")
    assert page_of(page, 1).evaluate(marked) == "Markers 0"
    page_of(page, 2).click("#keys-open")
    assert "Next source" in page_of(page, 2).inner_text("#keys")
    with page.expect_popup() as alone:
        page.click("#alone")
    alone.value.wait_for_selector("#session:has-text('s2')", state="attached")
    assert alone.value.url.endswith("/2/")


def test_axe_has_nothing_against_the_tabs_and_a_phone_has_room_for_them(watched: OpenPage, sources: Sources) -> None:
    page = watched(sources.server.address, PHONE)
    sources.until(page, LIVE)
    sources.until(page, "document.getElementById('tab-2').dataset.unseen === 'true'", density_pct=3.0)
    for theme in ("dark", "light"):
        page_of(page, 1).evaluate(f"document.documentElement.dataset.theme !== '{theme}' && theme.click()")
        wait(page, f"document.documentElement.dataset.theme === '{theme}'")
        assert page_of(page, 2).evaluate("document.documentElement.dataset.theme") == theme
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response
        assert [one["id"] for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = "[...document.querySelectorAll('[role=tab]')].filter((tab) => tab.scrollWidth > tab.clientWidth).length"
    assert page.evaluate(cut) == 0
