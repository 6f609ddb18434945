"""The end of a session, through the real program: asked for on the page or at the terminal, kept or not."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from stream.security.audit_log import verify
from tests.doubles.bedside_page import OpenPage, says, shows, wait
from tests.running import eventually, free_port, page_address, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
Demo = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
REPORT = "document.getElementById('report').getAttribute('href')"


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """Start demos whose sessions lie in a folder of this test's own."""

    @contextmanager
    def start(*options: str) -> Iterator["subprocess.Popen[str]"]:
        settings = {
            "CAPILLARY_STREAM_SOURCE": "synthetic:?seed=1&fps=5&episodes=steady",
            "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path / "sessions"),
            "CAPILLARY_STREAM_PUBLISH_ENABLED": "false",
            "CAPILLARY_STREAM_VIEW_PORT": str(free_port()),
        }
        with running("demo", *options, **settings) as process:
            yield process

    return start


def live(watched: OpenPage, address: str) -> Page:
    page = watched(address)
    wait(page, f"{shows(state_word='LIVE')} && Number(document.getElementById('picture').dataset.seq) > 3")
    return page


def sessions(folder: Path) -> list[Path]:
    return [path.parent for path in (folder / "sessions").glob("*/session.sqlite")]


def test_a_session_that_the_page_ends_opens_there_for_review(demo: Demo, watched: OpenPage, tmp_path: Path) -> None:
    with demo("--keep") as process:
        address = page_address(process)
        page, other = live(watched, address), live(watched, address)
        page.keyboard.press("1")
        wait(page, shows(markers_open="Markers 1"))
        page.click("#end-open")
        page.click("#ending .strong")
        for one in (page, other):
            wait(one, shows(state_word="REVIEW", markers_open="Markers 1"))
            assert one.is_hidden("#end-open")
        with page.expect_popup() as opened:
            page.click("#report")
        assert "Capillary density" in opened.value.inner_text("h1")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    (session,) = sessions(tmp_path)
    assert "unbroken" in verify(session)
    assert '"detail": "end of the session", ' in (session / "audit.jsonl").read_text()


def test_after_ctrl_c_the_page_has_the_report_and_says_what_is_left(demo: Demo, watched: OpenPage) -> None:
    with demo("--keep") as process:
        page = live(watched, page_address(process))
        process.send_signal(signal.SIGINT)
        wait(page, f"{shows(state_word='ENDED')} && {REPORT}.startsWith('blob:')")
        wait(page, says("banner-say", "`view --last` shows it again"))
        assert process.wait(10) == 130
        wait(page, "document.getElementById('limits-open').disabled")
        assert page.get_attribute("#note", "aria-description") == "The program has ended; this cannot be done any more."
        page.keyboard.press("ArrowLeft")
        wait(page, says("message", "cannot be shown here any more"))
        with page.expect_popup() as opened:
            page.click("#report")
        report = opened.value
        assert "Capillary density" in report.inner_text("h1")
        assert report.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none", (
            "it has its style"
        )


def test_a_demo_that_keeps_nothing_says_so_and_is_kept_if_a_page_asks(
    demo: Demo, watched: OpenPage, tmp_path: Path
) -> None:
    with demo("--seconds", "29") as process:
        address = page_address(process)
        page, other = live(watched, address), live(watched, address)
        wait(page, says("notices", "nothing of it is kept"))
        page.click("#keep")
        for one in (page, other):
            wait(one, "document.getElementById('keep').hidden && document.getElementById('notices').hidden")
        process.send_signal(signal.SIGINT)
        eventually(lambda: len(sessions(tmp_path)) == 1, "the session is where sessions are kept")
        wait(page, says("banner-say", "is kept"))


def test_an_ended_demo_that_nobody_keeps_is_gone(demo: Demo, watched: OpenPage, tmp_path: Path) -> None:
    with demo() as process:
        page = live(watched, page_address(process))
        page.click("#end-open")
        assert page.inner_text("#ending .body").startswith("End this demo?")
        page.get_by_role("button", name="End", exact=True).click()
        wait(page, shows(state_word="REVIEW"))
        process.send_signal(signal.SIGINT)
        wait(page, says("notices", "Nothing of it is kept"))
        process.wait(10)
        assert sessions(tmp_path) == []
