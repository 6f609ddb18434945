"""What happens on one page, or in another run, is on every page at once; and nothing of an earlier session is left."""

import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, ViewportSize

from stream.view.live.session_info import PreviousSession
from tests.doubles.bedside_page import LAPTOP, TABLET, UPRIGHT, OpenPage, Scope, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]

PHONE: ViewportSize = {"width": 390, "height": 844}
STOP_SITE = """fetch("api/sites", {
    method: "POST", body: JSON.stringify({action: "stop"}), headers: {"Content-Type": "application/json"},
})"""


@pytest.fixture
def other(watched: OpenPage, scope: Scope) -> Page:
    """Open a second page of the same run."""
    return watched(scope.server.address)


@pytest.fixture
def next_run(scope: Scope, tmp_path: Path) -> Iterator[Scope]:
    """End the run of `scope` and begin another one in its place."""
    port = scope.server.port
    scope.server.stop()
    folder = tmp_path / "next"
    folder.mkdir()
    made = Scope(folder, session="s2", port=port)
    yield made
    made.close()


def overlap(one: FloatRect | None, two: FloatRect | None) -> bool:
    """Return whether two boxes on the page overlap."""
    assert one is not None
    assert two is not None
    beside = one["x"] + one["width"] <= two["x"] or two["x"] + two["width"] <= one["x"]
    return not (beside or one["y"] + one["height"] <= two["y"] or two["y"] + two["height"] <= one["y"])


def set_limit(page: Page, value: str) -> None:
    page.click("#limits-open")
    page.fill("input[name=low_pct]", value)
    page.click("#limits button.strong")


def test_limits_that_are_set_on_one_page_are_on_every_page_within_a_second_and_off_again(
    page: Page, other: Page, scope: Scope
) -> None:
    for one in (page, other):
        scope.until(one, shows(state_word="LIVE", alarm_limits="No density limits set"))
    set_limit(page, "9")
    other.wait_for_selector("#alarm-limits >> text=Limit: below 9.0 %", timeout=1000)
    set_limit(other, "")
    page.wait_for_selector("#alarm-limits >> text=No density limits set", timeout=1000)


def test_an_open_dialog_of_limits_says_what_another_page_changed_and_keeps_what_is_typed(
    page: Page, other: Page, scope: Scope
) -> None:
    for one in (page, other):
        scope.until(one, shows(state_word="LIVE", alarm_limits="No density limits set"))
    page.click("#limits-open")
    page.fill("input[name=high_pct]", "12")
    set_limit(other, "3")
    wait(page, says("limits-changed", "Changed on another page: Low density below 3"))
    assert page.input_value("input[name=high_pct]") == "12"
    assert page.input_value("input[name=low_pct]") == "3", "what nobody typed follows"
    page.click("#limits button.strong")
    wait(other, shows(alarm_limits="Limits 3.0 % to 12.0 %"))
    assert page.is_hidden("#limits")


def test_an_open_sheet_of_markers_lists_those_of_the_other_page_and_keeps_what_is_typed(
    page: Page, other: Page, scope: Scope
) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.keyboard.press("1")
    wait(page, shows(markers_open="Markers 1"))
    page.click("#markers-open")
    page.click(".marker-list button")
    page.fill("#markers input[name=text]", "250 ml")
    other.keyboard.press("2")
    wait(page, "document.querySelectorAll('.marker-list button').length === 2")
    assert page.input_value("#markers input[name=text]") == "250 ml"


def test_the_notice_of_the_session_before_covers_nothing_and_leaves_every_page_at_once(
    page: Page, other: Page, scope: Scope
) -> None:
    scope.until(page, f"{shows(state_word='LIVE')} && document.body.dataset.current === 'true'")
    notice = PreviousSession(session="s0", ended_ns=time.time_ns(), limits={"low_pct": 9.0, "delay_s": 3.0})
    scope.feed.name_previous(notice)
    for one in (page, other):
        wait(one, says("previous", "had: Low density below 9.0 %"))
        for size in (PHONE, UPRIGHT, TABLET, LAPTOP):
            one.set_viewport_size(size)
            boxes = [one.locator(f"#{name}").bounding_box() for name in ("previous", "alarms", "density")]
            assert not any(overlap(*pair) for pair in combinations(boxes, 2)), (size, boxes)
    other.click("#previous-dismiss")
    page.wait_for_selector("#previous", state="hidden", timeout=1000)
    assert page.inner_text("#alarm-limits") == "No density limits set"


def test_nothing_of_a_session_is_left_under_the_name_of_the_next_one(
    page: Page, scope: Scope, request: pytest.FixtureRequest
) -> None:
    scope.until(page, shows(state_word="LIVE", session="s1"))
    page.click("#sites-open")
    page.click("#site-next")
    scope.until(page, says("site-how", "Site 1 is long enough"))
    page.click("#site-stop")
    scope.until(page, says("site-card-1", "✓ done"))
    page.keyboard.press("Escape")
    set_limit(page, "2")
    wait(page, shows(alarm_limits="Limit: below 2.0 %", markers_open="Markers 1"))
    page.fill("#note", "half a note")
    page.click("#markers-open")
    page.click("#limits-open")
    run: Scope = request.getfixturevalue("next_run")
    wait(page, shows(session="s2", alarm_limits="No density limits set", markers_open="Markers 0"))
    assert page.is_hidden("#limits"), "its limits were those of the session before"
    assert page.is_hidden("#markers")
    assert page.input_value("#note") == ""
    run.server.stop()
    page.click("#sites-open")
    assert "✓ done" not in page.inner_text("#sites")
    assert "6.3 %" not in page.inner_text("#sites")


def test_the_five_sites_are_up_to_date_when_their_panel_opens(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#sites-open")
    page.click("#site-next")
    scope.until(page, says("site-card-1", "measuring"))
    page.keyboard.press("Escape")
    scope.until(page, says("site-how", "Site 1 is long enough"))
    page.evaluate(STOP_SITE)
    wait(page, "document.getElementById('site-card-1').dataset.state === 'done'")
    scope.server.stop()
    page.click("#sites-open")
    assert "✓ done" in page.inner_text("#site-card-1")


def test_an_open_form_follows_a_marker_that_another_page_changes_and_deletes(
    page: Page, other: Page, scope: Scope
) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.keyboard.type("1500 ml")
    page.keyboard.press("Enter")
    for one in (page, other):
        wait(one, shows(markers_open="Markers 1"))
        one.click("#markers-open")
        one.click(".marker-list button")
    text = "#markers input[name=text]"
    page.fill(text, "750 ml")
    page.click(".marker-one .strong")
    wait(page, shows(message="Changed: Bolus: 750 ml"))
    assert page.locator("#marker-changed").inner_text() == ""
    wait(other, says("marker-changed", "Changed on another page: Bolus: 750 ml"))
    assert other.input_value(text) == "750 ml", "what was not typed follows"
    other.select_option("#markers select", "fluid")
    other.click(".marker-one .strong")
    wait(other, shows(message="Changed: Fluid: 750 ml"))
    wait(page, says("marker-changed", "Fluid: 750 ml"))
    page.get_by_text("Delete").click()
    wait(other, says("message", "It was deleted on another page."))
    assert other.locator(".marker-one").count() == 0
    page.get_by_role("button", name="Undo").click()
    wait(page, shows(message="Back again: Fluid: 750 ml"))
    assert [(marker.kind, marker.text) for marker in scope.feed.markers()] == [("fluid", "750 ml")]
