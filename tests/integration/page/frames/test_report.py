"""The report in a browser: it prints, shows its picture, and stays within two pages."""

import re

import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import OpenPage, Scope, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_the_button_of_the_report_prints_it_on_two_pages_at_most(page: Page, watched: OpenPage, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 5")
    page.keyboard.press("1")
    wait(page, shows(markers_open="Markers 1"))
    report = watched(f"{scope.server.address}/report")
    report.evaluate("window.print = () => { document.title = 'printed'; }")
    report.click("#print")
    wait(report, "document.title === 'printed'")
    loaded = "fetch(document.querySelector('image').href.baseVal).then((picture) => picture.ok)"
    assert report.evaluate(loaded), "the picture is there"
    pages = re.findall(rb"/Count (\d+)", report.pdf(prefer_css_page_size=True))
    assert max(map(int, pages)) <= 2
