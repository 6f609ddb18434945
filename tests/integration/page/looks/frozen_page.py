"""A page on which time stands still and letters have the same shape on every machine: two looks are the same."""

import base64
from pathlib import Path
from typing import Any, Final

import matplotlib
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

from tests.doubles.readings import START_NS

LAYOUT: Final = (Path(__file__).parent / "layout.js").read_text()
_FONTS: Final = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
# A font of the document goes before one of the machine; "Inter" is the page's first choice.
_FREEZE: Final = """(() => {
    const started = performance.now();
    window.passedMs = 0;
    performance.now = () => started + window.passedMs;
    Date.now = () => %d + window.passedMs;
    const { setTimeout } = window;
    window.setTimeout = (call, ms, ...given) => (ms > 3000 ? 0 : setTimeout(call, ms, ...given)); // nothing runs out
    document.fonts.add(new FontFace("Inter", "url(/DejaVuSans.ttf)", { weight: "100 500" }));
    document.fonts.add(new FontFace("Inter", "url(/DejaVuSans-Bold.ttf)", { weight: "600 900" }));
})()"""
_SHOW_THEME: Final = """async (theme) => {
    do document.getElementById("theme").click();
    while (document.documentElement.dataset.theme !== theme);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


class StoppedClock:
    """A clock of UTC nanoseconds that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now_ns = START_NS

    def __call__(self) -> int:
        return self.now_ns

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += int(seconds * 1e9)


class FrozenPage:
    """A page that is resized and judged. Its own clock stands still."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._context = browser.new_context(timezone_id="UTC", locale="en-GB")
        self._context.add_init_script(_FREEZE % (START_NS // 1_000_000))
        self.page: Page = self._context.new_page()
        self.page.route("**/*.ttf", lambda route: route.fulfill(path=_FONTS / route.request.url.rpartition("/")[2]))
        self._cdp: CDPSession = self._context.new_cdp_session(self.page)
        self.page.goto(address)
        self.page.evaluate("Promise.all([...document.fonts].map((font) => font.load()))")

    def forward(self, seconds: float) -> None:
        """Let time pass on the page."""
        self.page.evaluate(f"window.passedMs += {seconds * 1000}")

    def resize(self, size: ViewportSize, *, touch: bool) -> None:
        """Give the page the size of another screen, touched by a finger or pointed at with a mouse."""
        self.page.set_viewport_size(size)
        self._cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": touch})
        self._cdp.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1, "mobile": touch})
        self.page.evaluate("window.scrollTo(0, 0)")

    def show_theme(self, theme: str) -> None:
        """Show the dark or the light theme. The trend is drawn anew, whether the theme changed or not."""
        self.page.evaluate(_SHOW_THEME, theme)

    def layout(self) -> dict[str, Any]:
        """Return the faults of the layout (sentences), and the boxes of all elements that have a name, px."""
        judged: dict[str, Any] = self.page.evaluate(LAYOUT)
        return judged

    def pictures(self) -> list[bytes]:
        """Return PNGs of what is seen, screen after screen as one scrolls down.

        One picture of a long page would be drawn without the finger that touches it.
        """
        height, seen = self.page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
        taken = []
        for top in range(0, height, seen):
            self.page.evaluate(f"window.scrollTo(0, {top})")
            taken.append(base64.b64decode(self._cdp.send("Page.captureScreenshot")["data"]))
        self.page.evaluate("window.scrollTo(0, 0)")
        return taken

    def close(self) -> None:
        self._context.close()
