"""The page of the real program: marks, alarms and evidence through all its processes, one of which dies on the way."""

import contextlib
import subprocess
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Page

from tests.doubles.bedside_page import OpenPage, says, shows, wait
from tests.running import children, eventually, free_port, page_address, running

pytestmark = [pytest.mark.real, pytest.mark.slow]


class Program:
    """A demo at few frames a second, so that any machine keeps up."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.port = process, port

    def page_process(self) -> psutil.Process | None:
        """Return the process that listens on the page's port."""

        def listens(child: psutil.Process) -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):
                return any(link.laddr and link.laddr.port == self.port for link in child.net_connections("tcp"))
            return False

        return next((child for child in children(self.process) if listens(child)), None)


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    port = free_port()
    settings = {
        "CAPILLARY_STREAM_SOURCE": "synthetic:?seed=1&fps=5&episodes=steady",
        "CAPILLARY_STREAM_VIEW_PORT": str(port),
        "CAPILLARY_STREAM_PUBLISH_ENABLED": "false",
    }
    with running("demo", **settings) as process:
        page_address(process)
        yield Program(process, port)


@pytest.fixture
def page(program: Program, watched: OpenPage) -> Page:
    opened = watched(f"http://127.0.0.1:{program.port}")
    wait(
        opened, f"{shows(state_word='LIVE', mode='DEMO')} && Number(document.getElementById('picture').dataset.seq) > 0"
    )
    return opened


def test_what_is_marked_and_limited_on_the_page_outlives_the_page_s_process(page: Page, program: Program) -> None:
    page.keyboard.press("1")
    wait(page, shows(markers_open="Markers 1"))
    page.click("#limits-open")
    wait(page, "document.querySelector('#limits form') !== null")
    for name, value in {"high_pct": "0.5", "over_s": "1", "delay_s": "0"}.items():
        page.fill(f"input[name={name}]", value)
    page.click("#limits button.strong")
    wait(page, says("alarm-list", "High density"))
    drawn = int(page.get_attribute("#trend", "data-points") or 0)
    killed = program.page_process()
    assert killed is not None
    killed.kill()
    eventually(lambda: program.page_process() not in (None, killed), "the page has a process again")
    wait(page, shows(state_word="LIVE", markers_open="Markers 1", alarm_limits="Limit: above 0.5 %"))
    wait(page, f"Number(document.getElementById('trend').dataset.points) >= {drawn}")
    page.keyboard.press("a")
    wait(page, f"{says('alarm-list', '(seen)')}")


def test_the_evidence_of_a_live_frame_has_its_outlines_and_its_truth(page: Page) -> None:
    page.click("#picture", position={"x": 20, "y": 20})
    wait(
        page,
        "document.body.dataset.looking === 'back' && Number(document.getElementById('picture').dataset.outlines) > 5",
    )
    page.click("#evidence summary")
    assert "Truth" in page.inner_text("#technical-facts")
    page.click("#region-on")
    wait(page, says("region-says", "Score"))
    page.keyboard.press("Escape")
    wait(page, "document.body.dataset.looking === 'now'")
