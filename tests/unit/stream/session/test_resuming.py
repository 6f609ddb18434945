"""What was begun otherwise is not gone on with, and why is said in a sentence."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from stream.session.resuming import Asked, Begun, covers, why_not

ASKED = Asked("clip.avi", "analysis", content="sha", frames=None, outlines=False)
BEGUN = Begun(session="s", asked_source="clip.avi", analysis="analysis", asked_content="sha", frames=10, bare=10)


def test_the_same_again_goes_on() -> None:
    assert why_not(BEGUN, ASKED, Path("out")) == ""


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({"source": "other.avi"}, "is of clip.avi, not of other.avi"),
        ({"content": "another"}, "clip.avi is not what it was"),
        ({"content": None}, "clip.avi is not what it was"),
        ({"analysis": "another"}, "other analyser settings"),
        ({"frames": 9}, "has 10 frames already, more than --frames 9"),
        ({"outlines": True}, "begun without outlines, and 10 frames would have none"),
    ],
)
def test_what_was_begun_otherwise_does_not(now: dict[str, object], says: str) -> None:
    reason = why_not(BEGUN, replace(ASKED, **now), Path("out"))  # type: ignore[arg-type]
    assert says in reason
    assert "out" in reason


def test_what_is_not_known_is_not_held_against_it() -> None:
    """A source without a file, and a session of an earlier version."""
    assert why_not(msgspec.structs.replace(BEGUN, asked_content=None), ASKED, Path("out")) == ""


def test_outlines_may_be_asked_for_where_every_frame_has_its_own() -> None:
    kept = msgspec.structs.replace(BEGUN, bare=0)
    assert why_not(kept, replace(ASKED, outlines=True), Path("out")) == ""


@pytest.mark.parametrize(
    ("begun", "now", "whole"), [(None, None, True), (None, 5, True), (10, 10, True), (10, 11, False), (10, None, False)]
)
def test_a_finished_session_covers_what_it_was_begun_for(begun: int | None, now: int | None, whole: bool) -> None:
    asked = replace(ASKED, frames=now)
    assert covers(msgspec.structs.replace(BEGUN, asked_frames=begun), asked) == whole
