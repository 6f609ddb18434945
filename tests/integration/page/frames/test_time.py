"""Where am I in time: what is in view, what is on its way, and one way back to now."""

import pytest
from playwright.sync_api import Page, Route

from tests.doubles.bedside_page import TABLET, OpenPage, Scope, click_moment, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
BACK = "document.body.dataset.looking === 'back'"
NOW = "document.body.dataset.looking === 'now'"
PAST = "document.getElementById('trend-past').checkVisibility()"
FROM = "Number(document.getElementById('trend').dataset.from)"
TO = "Number(document.getElementById('trend').dataset.to)"
CURSOR = "Number(document.getElementById('trend').ariaValueNow)"


def history(page: Page, scope: Scope, seconds: int = 70) -> float:
    """Show readings of so many seconds, one picture per second; return the time of the newest on the axis."""
    for ago in range(seconds * 5, 0, -1):
        scope.see(ago_s=ago / 5, **({} if ago % 5 == 0 else {"picture": None, "regions": None}))
    scope.until(page, shows(state_word="LIVE"))
    wait(page, "Number(document.getElementById('trend').dataset.points) > 100")
    return float(page.evaluate(TO))


def test_a_click_between_two_kept_pictures_shows_the_nearest_and_says_how_far_it_is(page: Page, scope: Scope) -> None:
    history(page, scope)
    page.hover("#trend")
    page.mouse.wheel(-50, 0)  # it stands still from now on
    wait(page, "!document.getElementById('to-now').hidden")
    at = page.evaluate("fetch('/api/frames/202').then((answer) => answer.json()).then((frame) => frame.x)")
    click_moment(page, at)
    wait(page, f"{BACK} && {says('evidence-snapped', ' s earlier')} && document.getElementById('banner').hidden")
    assert page.get_attribute("#picture", "data-seq") == "200"
    assert page.is_hidden("#nearest-picture")


def test_without_a_picture_near_one_sentence_says_so_and_the_way_to_the_nearest_is_in_sight(
    watched: OpenPage, scope: Scope
) -> None:
    page = watched(scope.server.address, TABLET)
    for ago in range(300, 0, -1):
        scope.see(ago_s=ago / 10, **({"picture": None, "regions": None} if ago < 200 else {}))
    scope.until(page, shows(state_word="LIVE"))
    click_moment(page, page.evaluate(TO) - 12)
    wait(page, f"{BACK} && {shows(banner_word='PICTURE NOT KEPT')}")
    assert page.inner_text("#view").count("is not kept") == 1
    button, panel = page.locator("#nearest-picture").bounding_box(), page.locator("#evidence").bounding_box()
    assert button is not None
    assert panel is not None
    assert button["y"] + button["height"] <= panel["y"] + panel["height"]
    button_says = page.inner_text("#nearest-picture")
    assert button_says.startswith("Nearest picture, ")
    assert button_says.endswith(" s earlier")
    page.click("#nearest-picture")
    wait(page, "document.getElementById('banner').hidden")


def test_one_action_returns_picture_and_trend_to_now(page: Page, scope: Scope) -> None:
    newest = history(page, scope)
    for way_back in ("Escape", "#to-live", "#to-now"):
        page.hover("#trend")
        page.mouse.wheel(-500, 0)
        wait(page, f"{PAST} && {says('trend-past', 'PAST until ')} && {TO} < {newest} - 8")
        assert page.evaluate(NOW), "the trend alone is in the past"
        click_moment(page, page.evaluate(FROM) + 20)
        wait(page, BACK)
        if way_back == "Escape":
            page.keyboard.press("Escape")
        else:
            page.click(way_back)
        scope.until(page, f"{NOW} && !{PAST} && {TO} > {newest}")
        assert page.is_hidden("#to-now")


def test_a_marker_that_is_chosen_is_in_view_with_both_sides(page: Page, scope: Scope) -> None:
    newest = history(page, scope, 110)
    page.get_by_text("Session", exact=True).click()
    wait(page, f"{TO} - {FROM} > 100 && Number(document.getElementById('trend').dataset.points) > 100")
    click_moment(page, newest - 75)
    wait(page, BACK)
    page.keyboard.press("3")
    wait(page, shows(markers_open="Markers 1"))
    page.keyboard.press("Escape")
    page.get_by_text("1 min", exact=True).first.click()
    scope.until(page, f"{NOW} && {TO} - {FROM} < 61")
    at = scope.feed.markers()[0].x
    page.click("#markers-open")
    page.click(".marker-list button")
    page.get_by_text("30 s", exact=True).click()
    wait(page, f"{FROM} <= {at} - 29 && {TO} >= {at} + 29 && {TO} < {newest} && {PAST}")
    page.get_by_text("Show its frame").click()
    wait(page, f"{BACK} && {FROM} < {at} && {TO} > {at} && Math.abs({CURSOR} - {at}) < 0.1")


def test_a_click_moves_the_cursor_at_once_and_only_the_newest_frame_is_shown(page: Page, scope: Scope) -> None:
    newest = history(page, scope)
    held: list[Route] = []
    page.route("**/api/frames?**", lambda route: held.append(route))
    for ago in (50, 40, 30):
        click_moment(page, newest - ago)
        scope.until(page, f"Math.abs({CURSOR} - {newest - ago}) < 1 && {shows(banner_word='LOADING …')}")
    for route in held[:-1]:
        route.abort()
    wait(page, shows(banner_word="LOADING …"))
    held[-1].continue_()
    wait(page, f"{BACK} && document.getElementById('banner').hidden && Math.abs({CURSOR} - {newest - 30}) < 1")
    assert page.is_hidden("#message")


def test_a_frame_that_does_not_come_says_which_and_why(page: Page, scope: Scope) -> None:
    newest = history(page, scope)
    page.route("**/api/frames?**", lambda route: route.abort())
    click_moment(page, newest - 30)
    wait(page, f"{says('message', 'is not shown: The program does not answer.')} && {NOW}")
    page.unroute("**/api/frames?**")
    page.route("**/api/frames/*.jpg", lambda route: route.abort())
    click_moment(page, newest - 30)
    wait(page, f"{BACK} && {shows(banner_word='PICTURE NOT LOADED', banner_say='The program does not answer.')}")


def test_a_frame_that_was_not_good_says_one_thing_everywhere(page: Page, scope: Scope) -> None:
    for ago in range(300, 0, -1):
        scope.see(ago_s=ago / 10, **({"quality": "poor", "quality_reasons": ("moving",)} if ago > 100 else {}))
    scope.until(page, shows(state_word="LIVE"))
    click_moment(page, page.evaluate(TO) - 20)
    wait(page, f"{BACK} && {shows(evidence_density='––')} && {says('evidence-interval', 'was not good')}")
    assert "Not counted" in page.inner_text("#facts")
