"""Markers: one key at the moment of the frame in view, edited later, and what changed between before and after."""

import re

import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import TABLET, OpenPage, Scope, click_moment, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
KINDS = ["bolus", "fluid", "position", "site-1", "site-2", "site-3", "site-4", "site-5", "pressure-released"]


def test_each_number_key_marks_its_kind_at_the_frame_in_view(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    for number in range(1, 10):
        page.keyboard.press(str(number))
        page.keyboard.press("Escape")  # a bolus or fluid offers a dose
    scope.until(page, shows(markers_open="Markers 9"))
    kept = scope.feed.markers()
    assert sorted(marker.kind for marker in kept) == sorted(KINDS)
    assert all(marker.seq is not None and 2 < marker.seq <= scope.seq for marker in kept)


def test_a_note_is_written_edited_and_deleted(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.press("n")
    page.keyboard.type("1 patient coughs o")  # digits and letters are text here, not keys
    page.keyboard.press("Enter")
    scope.until(page, shows(markers_open="Markers 1"))
    page.click("#markers-open")
    page.click(".marker-list button")
    page.fill(".marker-one input[name=text]", "patient sneezes")
    page.select_option(".marker-one select", "position")
    page.click(".marker-one button.strong")
    wait(page, says("markers", "Position: patient sneezes"))
    assert [(marker.kind, marker.text) for marker in scope.feed.markers()] == [("position", "patient sneezes")]
    page.get_by_text("Delete").click()
    wait(page, shows(markers_open="Markers 0"))
    page.keyboard.press("Escape")
    page.locator("#markers").wait_for(state="hidden")


def test_a_number_after_the_key_is_the_dose_of_a_bolus(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.type("1250 ml")
    page.keyboard.press("Enter")
    wait(page, shows(message="Marked: Bolus: 250 ml"))
    assert [(marker.kind, marker.text) for marker in scope.feed.markers()] == [("bolus", "250 ml")]
    assert page.locator("#dose").is_hidden()
    page.keyboard.type("1o")  # a letter begins no dose: it keeps its meaning
    assert page.get_attribute("#outlines", "aria-pressed") == "false"
    page.keyboard.press("Escape")
    assert page.locator("#dose").is_hidden()


def test_an_empty_dose_is_none(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.press("1")
    page.click("#dose .strong")
    page.locator("#dose").wait_for(state="hidden")


def test_a_mark_in_the_past_says_so_and_goes_to_a_moment_still_on_its_way(page: Page, scope: Scope) -> None:
    for ago in range(300, 0, -1):
        scope.see(ago_s=ago / 10)
    scope.until(page, shows(state_word="LIVE"))
    wait(page, "Number(document.getElementById('trend').dataset.points) > 200")
    assert page.inner_text("#marks-at") == ""
    page.route("**/api/frames?*", lambda _: None)  # the frame stays on its way
    x = float(scope.feed.trend.rows()[150]["x"])
    click_moment(page, x)
    wait(page, says("marks-at", "Marks "))
    page.keyboard.press("3")
    wait(page, says("message", " s ago: Position"))
    (marker,) = scope.feed.markers()
    assert marker.x == pytest.approx(x, abs=0.3)
    page.keyboard.press("Escape")
    wait(page, shows(marks_at=""))


def test_a_dose_given_before_is_one_touch(watched: OpenPage, scope: Scope) -> None:
    page = watched(scope.server.address, TABLET, touch=True)
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.tap("#presets [data-kind=fluid]")
    page.locator("#dose input").wait_for()
    assert page.evaluate("document.activeElement.tagName") != "INPUT", "no keys come over the screen"
    page.fill("#dose input", "500 ml")
    page.tap("#dose .strong")
    page.locator("#dose").wait_for(state="hidden")
    page.tap("#presets [data-kind=fluid]")
    page.get_by_role("button", name="500 ml").tap()
    wait(page, "document.getElementById('dose').hidden")
    assert [(marker.kind, marker.text) for marker in scope.feed.markers()] == [("fluid", "500 ml")] * 2


def test_a_deleted_marker_comes_back_with_its_kind_text_and_time(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.type("1250 ml")
    page.keyboard.press("Enter")
    wait(page, shows(message="Marked: Bolus: 250 ml"))
    before = scope.feed.markers()[0]
    page.click("#markers-open")
    page.click(".marker-list button")
    page.get_by_text("Delete").click()
    page.get_by_role("button", name="Undo").click()
    wait(page, shows(message="Back again: Bolus: 250 ml"))
    (again,) = scope.feed.markers()
    assert (again.kind, again.text, again.seq) == (before.kind, before.text, before.seq)
    assert abs(again.t_ns - before.t_ns) < 1000, "a browser's numbers have 53 bits"


def test_a_sheet_that_was_closed_meanwhile_stays_closed(page: Page, scope: Scope) -> None:
    """Hold the answer to the request back: the line tells of the deletion before it is there."""
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.press("1")
    scope.until(page, shows(markers_open="Markers 1"))
    page.click("#markers-open")
    page.click(".marker-list button")
    page.evaluate(_SLOW_ANSWERS)
    page.get_by_text("Delete").click()
    wait(page, shows(markers_open="Markers 0"))
    page.keyboard.press("Escape")
    page.evaluate("window.answer()")
    wait(page, says("message", "Removed"))
    assert page.locator("#markers").is_hidden()


_SLOW_ANSWERS = """() => {
    const real = window.fetch;
    const released = new Promise((done) => { window.answer = done; });
    window.fetch = async (...request) => { const found = await real(...request); await released; return found; };
}"""


def test_before_and_after_a_marker_with_the_interval_of_the_change(page: Page, scope: Scope) -> None:
    for ago in range(300, 0, -1):
        scope.see(ago_s=ago / 10, density_pct=(4.0 if ago > 150 else 6.0) + 0.1 * (ago % 5))
    scope.until(page, shows(state_word="LIVE"))
    wait(page, "Number(document.getElementById('trend').dataset.points) > 200")
    rise = page.evaluate("fetch('/api/frames/150').then((answer) => answer.json()).then((frame) => frame.x)")
    click_moment(page, rise)
    wait(page, "document.body.dataset.looking === 'back'")
    page.keyboard.press("2")
    wait(page, shows(markers_open="Markers 1"))
    page.click("#markers-open")
    page.click(".marker-list button")
    page.get_by_text("30 s", exact=True).click()
    wait(page, says("markers", "Density rose."))
    said = page.inner_text(".change")
    assert re.search(r"\+(1\.9|2\.0) points", said)
    assert "90 % interval +" in said


def test_a_flag_in_the_trend_opens_its_marker(page: Page, scope: Scope) -> None:
    for ago in range(300, 0, -1):
        scope.see(ago_s=ago / 10)
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.press("1")
    scope.until(page, shows(markers_open="Markers 1"))
    marker = scope.feed.markers()[0]
    assert marker.x is not None
    wait(page, f"Number(document.getElementById('trend').dataset.to) > {marker.x + 5}")
    click_moment(page, marker.x + 0.4, down=0.05)
    wait(page, says("markers", "Before and after"))


def test_what_is_refused_is_said_and_nothing_is_lost(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.fill("#note", "kept in the field")
    scope.server.stop()
    page.press("#note", "Enter")
    wait(page, shows(message="The program does not answer."))
    assert page.input_value("#note") == "kept in the field"


def test_pointing_at_a_flag_says_what_it_is(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.keyboard.press("1")
    scope.until(page, shows(markers_open="Markers 1"))
    title = "document.getElementById('trend').title"
    box = page.locator("#trend .u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 8)
    scope.see()
    assert page.evaluate(title) == "Bolus"
    page.mouse.move(box["x"] + 300, box["y"] + 40)
    assert page.evaluate(title) == ""
