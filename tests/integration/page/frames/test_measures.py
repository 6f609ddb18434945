"""A measure that an analyser finds beside density has a line on the page."""

import pytest
from playwright.sync_api import Page

from stream.protocol import measures
from stream.protocol.measures import Measure
from tests.doubles.bedside_page import Scope, wait

pytestmark = pytest.mark.real

VELOCITY = Measure("velocity", "red cell velocity", unit="µm/s", key_unit="um_per_s", has_interval=True)
FOUND = dict(zip(VELOCITY.keys, (310.04, 290.0, 330.0), strict=True))
LINE = "document.querySelector('[data-measure=velocity_um_per_s]')"


def test_a_measure_beside_density_is_shown_while_it_is_current(
    page: Page, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.evaluate(LINE) is None
    monkeypatch.setattr(measures, "MEASURES", (*measures.MEASURES, VELOCITY))
    page.reload()
    scope.until(page, f"{LINE}?.innerText === 'Red cell velocity\\n310 µm/s (290 – 330)'", measures=FOUND)
    wait(page, f"{LINE}.querySelector('dd').textContent === '––'")
