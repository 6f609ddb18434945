"""Any value leads to its evidence: a click on the trend or the picture shows that frame; the present stays in sight."""

import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import Scope, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
BACK = "document.body.dataset.looking === 'back'"
NOW = "document.body.dataset.looking === 'now'"


def click_trend(page: Page, share: float) -> None:
    box = page.locator("#trend .u-over").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.6)


def test_a_click_on_the_trend_shows_that_frame_while_the_present_number_stays(page: Page, scope: Scope) -> None:
    for ago in range(400, 0, -1):
        scope.see(ago_s=ago / 10, density_pct=3.0, drops_total=7, latency_ms=31.0)
    scope.until(page, shows(density="6.3"))
    click_trend(page, 0.5)
    scope.until(page, f"{BACK} && {says('evidence-density', '3.0 %')} && {shows(density='6.3')}")
    assert page.inner_text("#evidence-title").startswith("PAST")
    assert "not live" in page.inner_text("#evidence-age")
    facts = page.text_content("#evidence") or ""  # the technical ones are folded
    for part in ("2.5 – 3.5 %", "41 capillaries", "Good", "cnn@abc", "31 ms", "Dropped", "7"):
        assert part in facts
    page.keyboard.press("Escape")
    wait(page, NOW)
    assert page.is_hidden("#evidence")


def test_a_frame_without_a_picture_says_so_and_leads_to_the_nearest_that_has_one(page: Page, scope: Scope) -> None:
    for ago in range(300, 0, -1):
        scope.see(ago_s=ago / 10, **({"picture": None, "regions": None} if ago < 200 else {}))
    scope.until(page, shows(state_word="LIVE"))
    click_trend(page, 0.75)
    wait(page, f"{BACK} && {shows(banner_word='PICTURE NOT KEPT')}")
    page.get_by_text("Nearest picture").click()
    wait(page, "document.getElementById('banner').hidden")


def test_frame_by_frame_with_the_arrow_keys(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 20")
    page.click("#picture", position={"x": 20, "y": 20})
    wait(page, BACK)
    seq = int(page.get_attribute("#picture", "data-seq") or 0)
    page.keyboard.press("ArrowLeft")
    wait(page, f"document.getElementById('picture').dataset.seq === '{seq - 1}'")
    page.keyboard.press("ArrowLeft")
    wait(page, f"document.getElementById('picture').dataset.seq === '{seq - 2}'")
    page.keyboard.press("ArrowRight")
    wait(page, f"document.getElementById('picture').dataset.seq === '{seq - 1}'")
    page.keyboard.press("Home")
    wait(page, "document.getElementById('picture').dataset.seq === '0'")
    assert page.is_disabled("#step-back")


def test_a_region_under_the_pointer_tells_its_score_and_shows_it_closely(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 2")
    page.click("#picture", position={"x": 20, "y": 20})
    wait(page, f"{BACK} && {says('region-says', 'Point at an outline')}")
    box = page.locator("#picture").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait(page, says("region-says", "Score 0.93. 1 of 2"))
    dark = """() => {
        const crop = document.getElementById("region-crop");
        const [r, g, b] = crop.getContext("2d").getImageData(crop.width / 2, crop.height / 2, 1, 1).data;
        return !crop.hidden && g < 110;
    }"""
    assert page.evaluate(dark), "the crop shows what lies inside the outline"
    page.click("#region-on")
    wait(page, says("region-says", "Score 0.71. 2 of 2"))
    page.keyboard.press("Escape")
    page.hover("#picture")  # the live one: its score is written beside it
    scope.until(page, "document.getElementById('picture').dataset.pointed === '0'")


def test_the_trend_is_panned_and_zoomed_and_comes_back_to_now(page: Page, scope: Scope) -> None:
    for ago in range(900, 0, -1):
        scope.see(ago_s=ago / 10)
    scope.until(page, shows(state_word="LIVE"))
    edges = "[document.getElementById('trend').dataset.from, document.getElementById('trend').dataset.to].map(Number)"
    box = page.locator("#trend .u-over").bounding_box()
    assert box is not None
    before = page.evaluate(edges)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 300, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 600, y, steps=5)
    page.mouse.up()
    wait(page, f"{edges}[1] < {before[1] - 5} && !document.getElementById('to-now').hidden")
    panned = page.evaluate(edges)
    wait(page, "Number(document.getElementById('trend').dataset.points) > 100")
    page.mouse.wheel(0, -120)
    wait(page, f"{edges}[1] - {edges}[0] < {(panned[1] - panned[0]) * 0.9}")
    page.click("#to-now")
    scope.until(page, f"{edges}[1] > {before[1]}")
    page.get_by_text("Session", exact=True).click()
    scope.until(page, f"{edges}[1] - {edges}[0] > 85 && Number(document.getElementById('trend').dataset.points) > 500")
