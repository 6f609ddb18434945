"""A run that follows another one: it says which limits the last session had, sets them again if asked, and opens it."""

import signal
from pathlib import Path

import pytest

from tests.doubles.bedside_page import OpenPage, says, shows, wait
from tests.running import free_port, page_address, running

pytestmark = [pytest.mark.real, pytest.mark.slow]

CURRENT = "document.body.dataset.current === 'true'"


def test_the_limits_of_the_last_session_are_named_on_every_page_and_set_again_by_one(
    watched: OpenPage, tmp_path: Path
) -> None:
    settings = {
        "CAPILLARY_STREAM_SOURCE": "synthetic:?seed=1&fps=5&episodes=steady",
        "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path),
        "CAPILLARY_STREAM_PUBLISH_ENABLED": "false",
    }
    arguments = ("demo", "--keep", "--workers", "1", "--port", str(free_port()))
    with running(*arguments, **settings) as first:
        page = watched(page_address(first))
        wait(page, CURRENT)
        page.click("#limits-open")
        page.fill("input[name=low_pct]", "0.5")
        page.click("#limits button.strong")
        wait(page, shows(alarm_limits="Limit: below 0.5 %"))
        assert page.is_hidden("#previous"), "there was no session before"
        page.keyboard.press("1")
        wait(page, shows(markers_open="Markers 1"))
        ended = page.inner_text("#session")
        first.send_signal(signal.SIGINT)
        first.wait(30)
    with running(*arguments, **settings) as second:
        other = watched(page_address(second))
        for one in (page, other):
            wait(one, f"{says('previous', 'had: Low density below 0.5 %.')} && {CURRENT}")
            assert one.is_visible("#previous-set")
            assert one.inner_text("#alarm-limits") == "No density limits set", "limits are never set silently"
        with page.expect_popup() as opened:
            page.click("#previous-open")
        wait(opened.value, shows(state_word="REVIEW", session=ended, markers_open="Markers 1"))
        wait(opened.value, "Number(document.getElementById('trend').dataset.points) > 1")
        assert opened.value.inner_text("#alarm-limits") == "Limit: below 0.5 %"
        other.click("#previous-set")
        for one in (page, other):
            wait(one, shows(alarm_limits="Limit: below 0.5 %"))
            one.wait_for_selector("#previous", state="hidden")
        assert page.inner_text("#markers-open") == "Markers 0"
