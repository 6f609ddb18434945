"""What a finished run says of itself."""

import pytest

from stream.protocol.frames import EndOfStream
from stream.protocol.types import Mode
from stream.session.summary import STOPPED, exit_code, why_incomplete


def end(read: int = 600, expected: int | None = 600, reason: str = "") -> EndOfStream:
    return EndOfStream(frames_read=read, frames_expected=expected, reason=reason)


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (end(), ""),
        (end(expected=None), ""),
        (end(read=312), "312 of 600 frames"),
        (end(read=312, reason="clip.avi is damaged"), "clip.avi is damaged (312 of 600 frames)"),
        (end(read=0), "0 of 600 frames"),
        (end(read=0, expected=None), "the source holds no frame"),
    ],
)
def test_a_replay_says_why_it_is_not_whole(ended: EndOfStream, words: str) -> None:
    assert why_incomplete(ended, "replay").startswith(words)
    assert bool(why_incomplete(ended, "replay")) == bool(words)


@pytest.mark.parametrize(
    ("mode", "ended", "failed", "code"),
    [
        ("replay", end(), 0, 0),
        ("replay", end(), 5, 0),
        ("replay", end(), 600, 1),
        ("replay", end(read=312), 0, 5),
        ("replay", end(read=0), 0, 3),
        ("replay", end(read=0, expected=1, reason="a.png is damaged"), 0, 3),
        ("live", end(expected=None), 0, 0),
        ("live", end(expected=None, reason=STOPPED), 0, 0),
        ("live", end(expected=None, reason="the camera stopped giving frames"), 0, 3),
    ],
)
def test_the_exit_code_tells_how_it_ended(mode: Mode, ended: EndOfStream, failed: int, code: int) -> None:
    status = "incomplete" if why_incomplete(ended, mode) else "complete"
    summary = {"frames_failed": failed, "frames_read": ended.frames_read, "status": status}
    assert exit_code(ended, summary, mode) == code
