"""The foot of the page says, beside "research use", how good the model is on scenes it had not seen."""

import pytest
from playwright.sync_api import ViewportSize

from tests.doubles.bedside_page import LAPTOP, TABLET, UPRIGHT, OpenPage, Scope, says, wait

pytestmark = pytest.mark.real

SENTENCE = (
    "On scenes new to the model: half of the densities within 10 %, the worst 128 % off (121 good frames of 124)."
)
PHONE: ViewportSize = {"width": 390, "height": 844}
OUTSIDE = """() => {
    const foot = document.querySelector("body > footer").getBoundingClientRect();
    return [...document.querySelectorAll("footer span")].map((part) => part.getBoundingClientRect())
        .filter((part) => part.top < foot.top || part.bottom > foot.bottom || part.right > foot.right).length;
}"""


@pytest.mark.parametrize("size", [LAPTOP, TABLET, UPRIGHT, PHONE], ids=lambda size: str(size["width"]))
def test_it_stands_beside_research_use_and_is_not_cut_off(watched: OpenPage, scope: Scope, size: ViewportSize) -> None:
    page = watched(scope.server.address, size)
    wait(page, "document.getElementById('version').textContent !== ''")
    assert page.text_content("#transfer") == ""
    scope.kept.meet("cnn@abc", SENTENCE)
    wait(page, says("transfer", SENTENCE))
    assert page.text_content(".notice span") == "Research use. Not a certified medical device."
    assert page.evaluate(OUTSIDE) == 0
