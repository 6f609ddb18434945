"""Alarms on the page: said in words, acknowledged, paused, heard after a click, and limited by what a person sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from stream.config.sections import AlarmsConfig
from tests.doubles.bedside_page import Scope, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
LOW = says("alarm-list", "Low density")
SOUNDING = "document.getElementById('alarms').dataset.sounding === 'true'"
QUIET = "document.getElementById('alarms').dataset.sounding === 'false'"


@pytest.fixture
def scope(tmp_path: Path) -> Iterator[Scope]:
    made = Scope(tmp_path, limits=AlarmsConfig(low_pct=4.0, over_s=1.0, delay_s=0.3, signal_after_s=1.5))
    yield made
    made.close()


def test_a_low_density_is_told_with_its_limit_until_it_is_acknowledged(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE", alarm_says="No alarm"))
    assert page.inner_text("#alarm-limits") == "Limit: below 4.0 %"
    scope.until(page, f"{LOW} && {SOUNDING}", density_pct=2.0)
    assert "HIGH PRIORITY" in page.inner_text("#alarm-list")
    assert "2.0 %, below 4.0 %" in page.inner_text("#alarm-list")
    assert page.inner_text("#alarm-announcer") == "High: Low density"
    page.click("#acknowledge")
    scope.until(page, f"{QUIET} && {says('alarm-list', '(seen)')}", density_pct=2.0)
    assert page.is_hidden("#acknowledge")
    scope.until(page, shows(alarm_says="No alarm"))


def test_an_alarm_that_is_over_stays_until_somebody_has_seen_it(page: Page, scope: Scope) -> None:
    scope.until(page, LOW, density_pct=2.0)
    scope.until(page, f"{says('alarm-list', '(over, not seen)')} && {SOUNDING}")
    page.keyboard.press("a")
    scope.until(page, shows(alarm_says="No alarm"))


def test_poor_signal_is_never_low_density(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    poor = {"density_pct": 1.0, "quality": "poor", "quality_reasons": ("moving",)}
    scope.until(page, says("alarm-list", "Poor signal"), **poor)
    assert "Low density" not in page.inner_text("#alarm-list")
    assert page.get_attribute("#alarms", "data-level") == "low"


def test_a_pause_counts_down_and_can_be_ended(page: Page, scope: Scope) -> None:
    scope.until(page, shows(alarm_says="No alarm"))
    page.click("#sound")
    page.click("#pause")
    scope.until(page, says("alarm-says", "paused 1:5"))
    before = page.inner_text("#alarm-says")
    scope.until(page, f"document.getElementById('alarm-says').textContent !== {before!r}")
    page.click("#pause")
    scope.until(page, shows(alarm_says="No alarm"))


def test_sound_is_off_until_a_click_which_the_bar_says_and_silent_while_paused(page: Page, scope: Scope) -> None:
    bursts = "Number(document.getElementById('sound').dataset.bursts)"
    scope.until(page, f"{LOW} && {SOUNDING}", density_pct=2.0)
    assert page.inner_text("#sound") == "Sound is off"
    assert page.evaluate(bursts) == 0
    assert page.inner_text("#alarm-silent").strip() == "makes no sound"
    assert page.is_hidden("#pause"), "a pause of silence is none"
    page.keyboard.press("p")
    page.click("#sound")
    scope.until(page, f"{bursts} === 1", density_pct=2.0)
    assert page.is_hidden("#alarm-silent")
    assert page.get_attribute("#sound", "aria-pressed") == "true"
    page.click("#pause")
    scope.until(page, says("alarm-says", "paused"), density_pct=2.0)
    page.click("#pause")
    scope.until(page, f"{bursts} === 2", density_pct=2.0)
    page.reload()
    scope.until(page, LOW, density_pct=2.0)
    assert page.inner_text("#sound") == "Sound is off until you touch this page"
    page.keyboard.press("Shift")
    scope.until(page, f"{bursts} === 1", density_pct=2.0)
    assert page.inner_text("#sound") == "Sound is on"


def test_limits_are_set_on_the_page_drawn_and_logged(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#limits-open")
    wait(page, says("limits", "Not an IEC 60601-1-8 alarm system"))
    page.fill("input[name=low_pct]", "")
    page.fill("input[name=high_pct]", "6")
    page.fill("input[name=signal_after_s]", "")
    page.select_option("select[name=priority_high]", "low")
    page.click("#limits button.strong")
    wait(page, shows(alarm_limits="Limit: above 6.0 %"))
    assert page.is_hidden("#limits")
    scope.until(page, says("alarm-list", "High density"))
    assert "LOW PRIORITY" in page.inner_text("#alarm-list")
    page.click("#log-open")
    wait(page, says("log", "began"))
    assert "limits changed" in page.inner_text("#log")
    page.keyboard.press("Escape")
    assert page.is_hidden("#log")


def test_a_limit_that_makes_no_sense_is_refused_in_words(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#limits-open")
    page.fill("input[name=low_pct]", "400")
    page.click("#limits button.strong")
    wait(page, says("limits", "low_pct"))
    assert page.is_visible("#limits")
    page.click("#limits header button")
    assert page.inner_text("#alarm-limits") == "Limit: below 4.0 %"


def test_a_lost_line_is_a_technical_alarm_of_the_page_itself(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    scope.server.stop()
    wait(page, says("alarm-list", "Technical: connection lost"))
    page.click("#acknowledge")
    wait(page, QUIET)
