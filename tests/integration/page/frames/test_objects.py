"""What is in the picture and is not tissue is hatched and named, and the share of tissue stands by the density."""

import numpy as np
import pytest
from playwright.sync_api import Page

from stream.protocol.readings import ObjectOutline
from tests.doubles.bedside_page import LAPTOP, OpenPage, Scope, Shoot, says, shows, wait

pytestmark = [pytest.mark.real, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
HAIR = ObjectOutline("hair", np.array([(0, 800), (1900, 600), (1900, 700), (0, 900)], "<i2").tobytes())
SPECK = ObjectOutline("dirt", np.array([(300, 100), (330, 100), (330, 130), (300, 130)], "<i2").tobytes())
FOUND = {"objects": (HAIR, SPECK), "measures": {"analysed_pct": 91.06}}
TISSUE = "document.querySelector('[data-measure=analysed_pct]')"
HATCHED = """() => {
    const canvas = document.getElementById("picture");
    const scale = Math.min(canvas.width / 1920, canvas.height / 1080);
    const [left, top] = [(canvas.width - 1920 * scale) / 2, (canvas.height - 1080 * scale) / 2];
    const row = canvas.getContext("2d").getImageData(left + 300 * scale, top + 820 * scale, 400 * scale, 1).data;
    const lit = [...row].filter((_, i) => i % 4 === 2).map((blue) => blue > 215);
    return lit.filter((white, i) => white && !lit[i - 1]).length;
}"""


@pytest.mark.parametrize(("screen", "touch"), [("laptop", False), ("phone", True)])
def test_what_is_not_tissue_is_hatched_in_both_themes(
    watched: OpenPage, scope: Scope, shoot: Shoot, screen: str, touch: bool
) -> None:
    page = watched(scope.server.address, PHONE if touch else LAPTOP, touch=touch)
    scope.until(page, "document.getElementById('picture').dataset.objects === '2'", **FOUND)
    scope.until(page, f"{TISSUE}.innerText === 'Tissue analysed\\n91 %'", **FOUND)
    for theme in ("dark", "light"):
        if page.evaluate("document.documentElement.dataset.theme") != theme:
            page.evaluate("document.getElementById('theme').click()")
        scope.until(page, f"({HATCHED})() > 3", **FOUND)
        shoot(page, f"objects-{screen}-{theme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_evidence_names_it_and_the_switch_of_the_outlines_hides_it(page: Page, scope: Scope, shoot: Shoot) -> None:
    scope.until(page, "document.getElementById('picture').dataset.objects === '2'", **FOUND)
    page.click("#picture", position={"x": 20, "y": 20})
    wait(page, f"document.body.dataset.looking === 'back' && {says('facts', 'hair, dirt')} && {says('facts', '91 %')}")
    assert page.evaluate(HATCHED) > 3
    shoot(page, "objects-evidence")
    page.keyboard.press("o")
    wait(page, "document.getElementById('picture').dataset.objects === '0'")
    assert page.evaluate(HATCHED) == 0


def test_a_hair_across_the_picture_is_something_to_part(page: Page, scope: Scope) -> None:
    reasons = ("hair in the picture: 9 %",)
    told = shows(state_word="POOR SIGNAL", density="––", advice="Part the hair", reason=reasons[0])
    scope.until(page, told, quality="poor", quality_reasons=reasons, **FOUND)
