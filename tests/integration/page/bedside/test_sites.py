"""The five-site protocol: guided from site to site, with time and quality, then mean and heterogeneity."""

import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import LAPTOP, TABLET, UPRIGHT, Scope, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_five_sites_are_measured_one_after_the_other(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#sites-open")
    scope.until(
        page, shows(site_how="Place the microscope on the first site and start. Hold still until the bar is full.")
    )
    for n in range(1, 6):
        page.click("#site-next")
        density = 4.0 + n / 2
        scope.until(page, says("site-how", f"Site {n} is long enough"), density_pct=density)
        assert page.get_attribute(f"#site-card-{n}", "data-state") == "measuring"
    page.click("#site-next")
    scope.until(page, shows(site_how="All five sites are measured."))
    for n in range(1, 6):
        assert f"{4.0 + n / 2:.1f} %" in page.inner_text(f"#site-card-{n}")
        assert "✓ done" in page.inner_text(f"#site-card-{n}")
    assert "5.5 %" in page.inner_text("#site-all")
    assert "0.36" in page.inner_text("#site-all")  # (6.5 - 4.5) / 5.5
    page.keyboard.press("Escape")
    assert page.is_hidden("#sites")
    assert page.inner_text("#markers-open") == "Markers 5"


def test_a_site_of_too_few_good_frames_says_so_and_is_repeated(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#sites-open")
    page.click("#site-next")
    poor = {"quality": "poor", "quality_reasons": ("moving",)}
    scope.until(page, f"{says('site-card-1', 'measuring')} && {shows(state_word='POOR SIGNAL')}", **poor)
    page.click("#site-stop")
    scope.until(page, says("site-card-1", "too short"))
    page.click("#site-repeat")
    scope.until(page, says("site-how", "Site 1 is long enough"))
    page.click("#site-stop")
    scope.until(page, says("site-card-1", "✓ done"))


def test_the_trend_stays_in_sight_beside_the_five_sites(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    page.click("#sites-open")
    for size in (LAPTOP, TABLET, UPRIGHT):
        page.set_viewport_size(size)
        for name in ("picture", "sites", "trend"):
            box = page.locator(f"#{name}").bounding_box()
            assert box is not None
            assert box["height"] >= 100, name
            assert box["y"] >= 0, name
            assert box["y"] + min(box["height"], 150) <= size["height"], name
            assert box["x"] + box["width"] <= size["width"], name
        _stays_in_the_trend_panel(page)
        scope.see()
    page.keyboard.press("Escape")
    wait(page, "document.querySelector('.marking').checkVisibility()")


def _stays_in_the_trend_panel(page: Page) -> None:
    """Check that what marks a moment without a keyboard is within its panel."""
    panel = page.locator(".trend-panel").bounding_box()
    assert panel is not None
    for name in ("#presets [data-kind=bolus]", "#presets [data-kind=pressure-released]"):
        box = page.locator(name).bounding_box()
        assert box is not None, name
        assert box["x"] + box["width"] <= panel["x"] + panel["width"], name
        assert box["y"] + box["height"] <= panel["y"] + panel["height"], name
