"""The live page in a real browser: what a person at the bedside sees, state by state."""

import http.client
import json
import time

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from stream.protocol.bedside import KeepRecording, SetLimits
from stream.protocol.readings import RecordingStatus
from stream.protocol.types import RunState
from tests.doubles.bedside_page import DEADLINE_S, DESK, JPEG, LAPTOP, Scope, says, shows, wait
from tests.running import eventually

pytestmark = pytest.mark.real


def test_number_trend_and_picture_move(page: Page, scope: Scope) -> None:
    wait(page, shows(state_word="STARTING"))
    scope.until(page, shows(state_word="LIVE", density="6.3", interval="5.8 – 6.8 %", count="41", verdict="Good"))
    scope.until(page, "document.getElementById('age').textContent.endsWith(' s ago')")
    scope.until(page, "Number(document.getElementById('picture').dataset.seq) > 0")
    scope.until(page, "Number(document.getElementById('trend').dataset.points) > 5")
    drawn = int(page.get_attribute("#trend", "data-points") or 0)
    scope.until(page, shows(density="12.4"), density_pct=12.4)
    scope.until(page, f"Number(document.getElementById('trend').dataset.points) > {drawn}", density_pct=12.4)


def test_outlines_are_drawn_where_the_capillaries_are_and_can_be_hidden(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('picture').dataset.outlines) === 2")
    green = """() => {
        const canvas = document.getElementById("picture");
        const scale = canvas.width / 1920;
        const edge = canvas.getContext("2d").getImageData(950 * scale, Math.round(400 * scale) - 2, 1, 4).data;
        return [0, 4, 8, 12].some((i) => edge[i + 1] > 200 && edge[i] < 140);
    }"""
    assert page.evaluate(green)
    page.keyboard.press("o")
    wait(page, "document.getElementById('picture').dataset.outlines === '0'")
    assert not page.evaluate(green)
    assert page.get_attribute("#outlines", "aria-pressed") == "false"
    page.click("#outlines")
    scope.until(page, "document.getElementById('picture').dataset.outlines === '2'")
    assert page.get_attribute("#outlines", "aria-pressed") == "true"


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("moving", "Hold still"),
        ("out of focus", "Refocus"),
        ("glare", "Less light"),
        ("too dark", "More light"),
        ("little tissue in view", "Move onto the skin"),
    ],
)
def test_poor_signal_says_what_to_do_instead_of_a_number(page: Page, scope: Scope, reason: str, advice: str) -> None:
    scope.until(page, shows(state_word="LIVE"))
    told = shows(state_word="POOR SIGNAL", density="––", verdict="Poor", advice=advice, reason=reason)
    scope.until(page, told, quality="poor", quality_reasons=(reason,))
    scope.until(page, shows(state_word="LIVE"))


def test_density_that_falls_in_a_sharp_still_picture_asks_for_less_pressure(page: Page, scope: Scope) -> None:
    for ago in range(100, 20, -1):
        scope.see(ago_s=ago / 10, density_pct=8.0)
    told = shows(state_word="LIVE", verdict="Good", advice="Less pressure", reason="density fell with focus steady")
    scope.until(page, told, density_pct=4.0)
    for ago in range(100, 0, -1):  # the same density all along: no pressure on the tissue
        scope.see(ago_s=ago / 10, density_pct=4.0)
    scope.until(page, shows(advice="Keep it like this"), density_pct=4.0)


def test_without_new_readings_the_page_says_stale_and_shows_no_number(page: Page, scope: Scope) -> None:
    scope.until(page, shows(density="6.3"))
    wait(page, shows(state_word="STALE"))
    assert page.inner_text("#density") == "––"
    assert "Not current" in page.inner_text("#last")
    assert page.is_visible("#banner")
    assert page.inner_text("#announcer").startswith("STALE")
    scope.until(page, f"document.getElementById('banner').hidden && {shows(density='6.3')}")


def test_connection_lost_and_found_again_with_the_trend_refilled(page: Page, scope: Scope) -> None:
    scope.until(page, "Number(document.getElementById('trend').dataset.points) > 20")
    port = scope.server.port
    scope.server.stop()
    wait(page, shows(state_word="CONNECTION LOST"))
    assert page.inner_text("#density") == "––"
    assert page.inner_text("#rate") == "––"
    before = len(scope.feed.opening().points)
    for _ in range(50):
        scope.see()
    scope.serve(port)
    scope.until(page, shows(state_word="LIVE"))
    scope.until(page, f"Number(document.getElementById('trend').dataset.points) >= {before + 50}")


@pytest.mark.parametrize("scope", ["demo"], indirect=True)
def test_the_demo_is_never_without_its_word(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    assert page.inner_text("#mode") == "DEMO"
    assert page.inner_text("#announcer").startswith("DEMO")
    wait(page, shows(state_word="STALE"))
    assert page.inner_text("#mode") == "DEMO"
    assert page.is_visible("#mode")


@pytest.mark.parametrize("scope", ["replay"], indirect=True)
def test_a_replay_is_not_live_and_its_end_stays_when_the_program_goes(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="REPLAY", density="6.3"))
    scope.tell("ended")
    wait(page, shows(state_word="ENDED"))
    assert page.inner_text("#mode") == "REPLAY"
    assert page.inner_text("#density") == "––"
    scope.server.stop()
    wait(page, "document.body.dataset.connected === 'false'")
    assert page.title() == "REPLAY · ENDED – Capillary Stream"


def test_a_run_that_ends_says_so_and_alarms_nobody(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    scope.feed.end(5)
    scope.server.stop()
    wait(page, "document.body.dataset.connected === 'false'")
    assert page.inner_text("#state-word") == "ENDED"
    assert page.inner_text("#alarm-says") == "No alarm was active when the run ended"
    assert page.is_hidden("#alarm-list li")
    assert page.is_hidden("#sound")


def test_alarms_that_are_active_at_the_end_stay_listed(page: Page, scope: Scope) -> None:
    scope.kept.ask(SetLimits(request=1, limits={"high_pct": 1, "over_s": 1, "delay_s": 0}))
    scope.until(page, says("alarm-list", "High density"))
    scope.tell("ended")
    scope.feed.end(5)
    wait(page, shows(state_word="ENDED", alarm_says="Active or not seen when the run ended:"))
    assert "High density" in page.inner_text("#alarm-list")
    assert page.is_hidden("#acknowledge")


@pytest.mark.parametrize(("state", "word"), [("no camera", "NO CAMERA"), ("no analysis", "NO ANALYSIS")])
def test_troubles_are_told_in_words(page: Page, scope: Scope, state: RunState, word: str) -> None:
    scope.until(page, shows(state_word="LIVE"))
    scope.tell(state)
    wait(page, shows(state_word=word))
    assert page.inner_text("#banner-word") == word


def test_readings_without_a_picture_do_not_keep_an_old_one_on_the_screen(page: Page, scope: Scope) -> None:
    scope.until(page, "document.getElementById('banner').hidden")
    told = f"!document.getElementById('banner').hidden && {shows(banner_word='NO PICTURE', state_word='LIVE')}"
    scope.until(page, told, picture=None, regions=None)


def test_theme_and_window_are_remembered(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("#theme")
    page.get_by_text("15 min").click()
    page.reload()
    scope.until(page, shows(state_word="LIVE"))
    assert page.get_attribute("html", "data-theme") == "light"
    assert page.is_checked("input[value='900']")


OVERFLOW = """() => [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
}).map((element) => element.id || element.tagName)"""

CONTRAST = """() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = colour.map((c) => linear(c / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const [r, g, b, a = 1] = parse(getComputedStyle(e).backgroundColor);
            if (a > 0.5) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const poor = [];
    for (const element of document.querySelectorAll("body *")) {
        const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!words || !element.checkVisibility()) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) poor.push([element.id || element.textContent, ratio]);
    }
    return poor;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("scope", ["live", "demo", "replay"], indirect=True)
def test_every_state_fits_and_can_be_read(page: Page, scope: Scope) -> None:
    scope.until(page, "document.body.dataset.current === 'true'")
    check_layout(page)
    scope.until(page, shows(state_word="POOR SIGNAL"), quality="unusable", quality_reasons=("out of focus",))
    check_layout(page)
    wait(page, shows(state_word="STALE"))
    check_layout(page)
    scope.tell("no camera")
    wait(page, shows(state_word="NO CAMERA"))
    check_layout(page)
    scope.tell("ended")
    wait(page, shows(state_word="ENDED"))
    check_layout(page)


def check_layout(page: Page) -> None:
    """Nothing sticks out of a small or a large screen, and all words stand out from their ground (WCAG AA: 4.5)."""
    for size in (LAPTOP, DESK):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        wait(page, f"({OVERFLOW})().length === 0")
    for _ in ("one theme", "the other"):
        page.click("#theme")
        wait(page, f"({CONTRAST})().length === 0")


def test_open_pages_are_counted(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    assert scope.feed.viewers.count == 1
    page.goto("about:blank")
    deadline = time.monotonic() + DEADLINE_S
    while scope.feed.viewers.count:
        assert time.monotonic() < deadline
        page.evaluate("1")


def test_a_program_may_listen_too(scope: Scope) -> None:
    scope.see()
    with connect(f"ws://127.0.0.1:{scope.server.port}/ws", proxy=None) as socket:
        hello = json.loads(socket.recv(timeout=DEADLINE_S))
        assert (hello["type"], hello["status"]["density_pct"]) == ("hello", 6.25)
        message = socket.recv(timeout=DEADLINE_S)
        assert isinstance(message, bytes)
        length = int.from_bytes(message[:4], "little")
        assert json.loads(message[4 : 4 + length])["width"] == 1920
        assert message[4 + length :] == JPEG


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_another_host_or_origin_gets_nothing(scope: Scope, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", scope.server.port, timeout=DEADLINE_S)
    connection.request("GET", "/api/status", headers=headers)
    assert connection.getresponse().status == 403
    connection.close()
    if "Origin" in headers:
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"ws://127.0.0.1:{scope.server.port}/ws", additional_headers=headers, proxy=None)
        assert scope.feed.viewers.count == 0


def test_a_recording_is_shown_and_its_last_minutes_are_kept_by_the_keyboard(page: Page, scope: Scope) -> None:
    scope.until(page, shows(state_word="LIVE"))
    assert page.is_hidden("#recording")
    assert page.is_hidden("#keep-pictures")
    rolling = RecordingStatus(recorded=900, not_recorded=2, minutes=9.7, last_minutes=10, stays=False)
    scope.tell("good", recording=rolling)
    scope.until(page, shows(recording_word="REC 10 min", keep_pictures="Keep the last 10 min of pictures"))
    assert "2 frames not recorded" in page.inner_text("#recording-detail")
    page.focus("#keep-pictures")
    page.keyboard.press("Enter")
    scope.until(page, "true")
    eventually(lambda: [wish for wish in scope.kept.wishes if isinstance(wish, KeepRecording)], "it was asked for")
    scope.tell("good", recording=replace(rolling, stays=True))
    scope.until(page, shows(keep_pictures="Pictures are kept"))
    assert page.get_attribute("#keep-pictures", "aria-disabled") == "true"
