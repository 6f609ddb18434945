"""What a person reads at the terminal: the state first, and a value only while there is one."""

import sys
import time
from itertools import count

import pytest

from stream.console.run_display import ProgressBar, ProgressLines, Silent, StatusLine, display, status_text
from stream.protocol.readings import RunStatus


def progress(state: str = "good", mode: str = "live", **fields: object) -> RunStatus:
    return RunStatus(session="s", source="s", mode=mode, state=state, **fields)  # type: ignore[arg-type]


def test_a_current_value_is_shown_with_its_state() -> None:
    text = status_text(progress(density_pct=12.345, frames_per_s=29.7, published=100, dropped=3, failed=1))
    assert text == "LIVE  density 12.35 %  30/s  100 frames, 3 dropped, 1 failed"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("stale", "STALE"),
        ("no camera", "NO CAMERA"),
        ("no analysis", "NO ANALYSIS"),
        ("poor signal", "POOR SIGNAL (too dark, blurred)"),
        ("ended", "ENDED"),
    ],
)
def test_without_a_value_there_is_a_word_and_a_dash(state: str, words: str) -> None:
    text = status_text(progress(state, quality_reasons=("too dark", "blurred")))
    assert text.startswith(f"{words}  density --.-- %")


def test_a_demonstration_is_never_taken_for_a_patient() -> None:
    assert status_text(progress(mode="demo")).startswith("DEMO ")


def test_nothing_is_drawn_where_no_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(display(replay=True, quiet=True), Silent)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(display(replay=False, quiet=False), Silent)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(display(replay=False, quiet=False), StatusLine)
    assert isinstance(display(replay=True, quiet=False), ProgressBar)


def test_the_line_and_the_bar_leave_stdout_alone(capsys: pytest.CaptureFixture[str]) -> None:
    for shown in (StatusLine(), ProgressBar(), Silent()):
        shown.show(progress(frames_expected=None))
        shown.show(progress(published=3, frames_expected=10))
        shown.show(progress(published=12, frames_expected=10))
        shown.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")


def test_a_line_of_the_log_has_a_rate_only_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "capillary.progress")
    lines = ProgressLines()
    clock = count(time.monotonic() + 100, 100)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    for rate in (0.0, 12.5):
        lines.show(progress(published=5, frames_expected=10, frames_per_s=rate))
    assert caplog.messages == ["5 of 10 frames", "5 of 10 frames, 12.5 frames/s"]


def test_a_bar_that_never_began_closes_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressBar().close()
    assert capsys.readouterr() == ("", "")
