"""A session of eight hours, 288,000 readings, in the page: how long it takes to open, and how smoothly it is panned.

uv run pytest tests/benchmarks/bench_page.py --benchmark-enable
"""

import math
import shutil
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_benchmark.fixture import BenchmarkFixture

from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading
from tests.running import page_address, running

READINGS = 288_000
BEGUN_NS = 1_800_000_000_000_000_000
PAN_S = 4.0
MOVES = """() => {
    const trend = document.getElementById("trend");
    const moves = (window.moves = []);
    new MutationObserver(() => moves.push(performance.now())).observe(trend, { attributeFilter: ["data-from"] });
}"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten readings a second with a slow wave, and stretches that are not good."""
    folder = tmp_path_factory.mktemp("eight-hours")
    store = Store(folder / FILE_NAME)
    store.set_facts(
        session="eight-hours", source="scope", mode="replay", model_id="cnn@abc", begun_ns=BEGUN_NS, begun_at=0
    )
    for seq in range(READINGS):
        density = 5 + 2 * math.sin(seq / 9000) + 0.2 * math.sin(seq * 1.7)
        fields = {"density_pct": density, "density_low_pct": density - 1, "density_high_pct": density + 1.2}
        quality = "good" if math.sin(seq / 3000) < 0.97 else "poor"
        store.add(reading(seq, time_s=seq / 10, t_capture_ns=BEGUN_NS + seq * 10**8, quality=quality, **fields))
    store.commit()
    store.close()
    return folder


@pytest.fixture(scope="module")
def page(session: Path) -> Iterator[tuple[Page, str]]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine: install Debian's package chromium")
    with running("view", session, "--port", "0") as process, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 1920, "height": 1080}), page_address(process)
        browser.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    while page.evaluate("Number(document.getElementById('trend').dataset.points ?? 0)") < 500:
        time.sleep(0.005)


def test_open(benchmark: BenchmarkFixture, page: tuple[Page, str]) -> None:
    """From the address to the whole session drawn."""
    benchmark.pedantic(opened, page, rounds=3)  # type: ignore[no-untyped-call]


def pan(page: Page) -> None:
    """Drag an hour's window to and fro, as fast as the browser takes moves of the pointer."""
    box = page.locator("#trend .u-over").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1500, y)
    page.mouse.down()
    end = time.monotonic() + PAN_S
    step = 0
    while time.monotonic() < end:
        step += 8
        page.mouse.move(box["x"] + 1500 - step % 1300, y)
    page.mouse.up()


def test_pan(benchmark: BenchmarkFixture, page: tuple[Page, str]) -> None:
    """Pictures of the trend a second, and the time between two, ms (extra_info)."""
    browser, address = page
    opened(browser, address)
    browser.get_by_text("60 min", exact=True).click()
    browser.evaluate(MOVES)
    benchmark.pedantic(pan, (browser,), rounds=1)  # type: ignore[no-untyped-call]
    moves: list[float] = browser.evaluate("window.moves")
    gaps = sorted(after - before for before, after in pairwise(moves))
    benchmark.extra_info["pictures_per_s"] = round(len(moves) / PAN_S, 1)
    benchmark.extra_info["gap_ms_median"] = round(gaps[len(gaps) // 2], 1)
    benchmark.extra_info["gap_ms_p95"] = round(gaps[int(0.95 * len(gaps))], 1)
    print(benchmark.extra_info)
