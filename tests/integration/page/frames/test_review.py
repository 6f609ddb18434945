"""A finished session in the same page, from the real program: scrub, step, mark, export, and the way to its report."""

import json
import shutil
import signal
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page

from stream.security.audit_log import verify
from stream.session.proof.digests import file_sha256
from tests.doubles.bedside_page import OpenPage, says, shows, wait
from tests.running import page_address, run, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
SEQ = "document.getElementById('picture').dataset.seq"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replay twelve seconds of the synthetic microscope."""
    folder = tmp_path_factory.mktemp("session") / "out"
    done = run("replay", "synthetic:?seed=1&fps=5&seconds=12&episodes=steady", "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def program(session: Path) -> Iterator["subprocess.Popen[str]"]:
    with running("view", session, "--port", "0") as process:
        yield process


@pytest.fixture(scope="module")
def address(program: "subprocess.Popen[str]") -> str:
    return page_address(program)


@pytest.fixture
def page(watched: OpenPage, address: str) -> Page:
    opened = watched(address)
    wait(opened, f"{SEQ} === '0' && {shows(state_word='REVIEW')}")
    return opened


def test_it_opens_at_the_first_frame_and_is_never_taken_for_live(page: Page) -> None:
    assert page.inner_text("#density-title") == "Capillary density at 0:00.0"
    assert page.get_attribute("body", "data-current") == "false"
    assert page.inner_text("#announcer") == "REVIEW. A finished session. Nothing here is current."
    assert page.inner_text("#alarm-says") == "A finished session: alarms do not sound"
    assert page.is_hidden("#sound")
    wait(page, "Number(document.getElementById('picture').dataset.outlines) > 5")


def test_frame_by_frame_and_by_the_slider(page: Page) -> None:
    first = page.inner_text("#density")
    page.keyboard.press("ArrowRight")
    wait(page, f"{SEQ} === '1' && {shows(evidence_age='frame 1')}")
    page.keyboard.press("End")
    wait(page, f"{SEQ} === '59'")
    assert page.is_disabled("#step-on")
    page.locator("#scrubber").fill("6")
    wait(page, f"{SEQ} === '30' && {says('density-title', '0:06')}")
    assert page.inner_text("#density") != first
    box = page.locator("#trend .u-over").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    wait(page, f"Math.abs(Number({SEQ}) - 15) < 2")


def test_markers_are_kept_with_the_session(page: Page, address: str, watched: OpenPage) -> None:
    page.locator("#scrubber").fill("3")
    wait(page, f"{SEQ} === '15'")
    page.keyboard.press("1")
    wait(page, shows(markers_open="Markers 1"))
    another = watched(address)
    wait(another, shows(markers_open="Markers 1"))
    another.click("#markers-open")
    another.click(".marker-list button")
    wait(another, says("markers", "0:03"))
    another.get_by_text("Delete").click()
    wait(another, shows(markers_open="Markers 0"))


def test_a_marker_on_the_last_frame_has_its_flag(page: Page) -> None:
    page.keyboard.press("End")
    wait(page, f"{SEQ} === '59'")
    page.keyboard.press("2")
    wait(page, shows(markers_open="Markers 1"))
    box = page.locator("#trend .u-over").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 8)
    wait(page, "!document.getElementById('markers').hidden")
    page.get_by_text("Delete").click()
    wait(page, shows(markers_open="Markers 0"))


def test_what_is_changed_in_review_is_audited_and_lies_in_one_file(session: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(session, folder)
    with running("view", folder, "--port", "0") as process:
        request = urllib.request.Request(
            f"{page_address(process)}/api/markers", b'{"kind": "bolus", "seq": 3}', {"content-type": "application/json"}
        )
        assert urllib.request.urlopen(request).status == 201
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert {path.name for path in folder.iterdir() if path.name.startswith("session.")} == {"session.sqlite"}
    with closing(sqlite3.connect(f"file:{folder / 'session.sqlite'}?immutable=1", uri=True)) as file:
        assert file.execute("SELECT kind FROM markers WHERE seq = 3").fetchall() == [("bolus",)]
    line, seal = map(json.loads, (folder / "audit.jsonl").read_text().splitlines()[-2:])
    assert (line["what"], line["where"], line["detail"]) == ("changed", "review", "POST /api/markers")
    assert (seal["what"], seal["session_sha256"]) == ("sealed", file_sha256(folder / "session.sqlite"))
    assert "unbroken" in verify(folder)
    assert "no end" not in verify(folder)


def test_exports_and_the_report(page: Page, watched: OpenPage, address: str, tmp_path: Path) -> None:
    with page.expect_download() as table:
        page.get_by_text("CSV", exact=True).click()
    table.value.save_as(tmp_path / "readings.csv")
    assert len((tmp_path / "readings.csv").read_text().splitlines()) == 61
    with page.expect_download() as picture:
        page.get_by_text("PNG", exact=True).click()
    picture.value.save_as(tmp_path / "trend.png")
    assert (tmp_path / "trend.png").read_bytes().startswith(PNG)
    assert page.get_attribute("html", "data-theme") == "dark", "paper is light, the screen stays as it was"
    assert page.get_attribute("#report", "href") == "report"
    report = watched(f"{address}/report")
    assert "Capillary density" in report.inner_text("body")


def test_five_sites_cannot_be_measured_any_more(page: Page) -> None:
    page.click("#sites-open")
    wait(page, says("site-how", "No sites were measured in this session."))
    assert page.locator("#site-next").is_hidden()
    assert page.locator("#site-row").is_hidden()


def test_a_review_that_is_closed_says_so_and_nothing_of_alarms(session: Path, watched: OpenPage) -> None:
    with running("view", session, "--port", "0") as process:
        page = watched(page_address(process))
        wait(page, shows(state_word="REVIEW"))
        process.send_signal(signal.SIGINT)
        wait(page, shows(state_word="ENDED", alarm_says="A finished session: alarms do not sound"))


def test_it_plays_in_its_own_time_until_somebody_does_something_else(page: Page) -> None:
    page.keyboard.press("Space")
    wait(page, f"Number({SEQ}) >= 5 && {shows(play_word='Stop')}")
    page.keyboard.press("ArrowRight")
    wait(page, shows(play_word="Play"))
    page.keyboard.press("End")
    wait(page, f"{SEQ} === '59'")
    page.click("#play")
    wait(page, f"Number({SEQ}) < 10 && {shows(play_word='Stop')}")
    page.click("#play")
    wait(page, shows(play_word="Play"))


def test_two_clicks_and_a_length_give_the_session_a_scale(page: Page, address: str) -> None:
    assert page.is_hidden("#scale-bar")
    page.keyboard.press("f")
    page.click("#scale-open")
    box = page.locator("#picture").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    for share in (0.4, 0.6):
        page.mouse.click(box["x"] + share * box["width"], middle)
    page.fill("#scale-um", "0")
    page.click("#scale form .strong")
    page.fill("#scale-um", "1000")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=µm per pixel")
    lines = page.inner_text("#scale pre").splitlines()
    assert (lines[0], lines[2]) == ("[capture]", "scale_width_px = 1920")
    page.click("text=Keep in this session")
    page.wait_for_selector("#scale-bar:not([hidden])")
    um_per_px = json.loads(urllib.request.urlopen(f"{address}/api/scale").read())["um_per_px"]
    assert lines[1] == f"um_per_px = {um_per_px}"
    wait(page, "document.getElementById('facts').textContent.includes('Capillaries/mm²')")
    assert page.inner_text("#scale-length").endswith("m")
    assert page.get_attribute("#scale-open", "aria-pressed") == "false"
    page.keyboard.press("Escape")
