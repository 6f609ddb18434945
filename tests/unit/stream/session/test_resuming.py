"""What was begun otherwise does not continue, and why is said in a sentence."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from stream.config.run_plan import RunPlan
from stream.config.sections import AnalyserConfig, CaptureConfig, Config
from stream.session.resuming import StoredRun, covers, facts_of, reason_not_to_resume

PLAN = RunPlan(mode="replay", source="clip.avi", folder=Path("out"), config=Config(), started_ns=0, fingerprint="sha")
STORED = msgspec.convert(facts_of(PLAN) | {"session": "s", "frames": 10, "without_outlines": 10}, StoredRun)


def test_the_same_again_continues() -> None:
    assert reason_not_to_resume(STORED, PLAN) == ""


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({"source": "other.avi"}, "is of clip.avi, not of other.avi"),
        ({"fingerprint": "another"}, "clip.avi has changed since"),
        ({"fingerprint": None}, "clip.avi has changed since"),
        ({"config": Config(analyser=AnalyserConfig(name="helmy2022"))}, "other analyser settings"),
        ({"config": Config(capture=CaptureConfig(rotate_deg=90))}, "begun with another region, flip or rotation"),
        ({"config": Config(capture=CaptureConfig(um_per_px=1.27))}, "begun without a scale; resume it with the same"),
        ({"frames": 9}, "has 10 frames already, more than --frames 9"),
        ({"outlines": True}, "begun without outlines, and 10 frames would have none"),
    ],
)
def test_what_was_begun_otherwise_does_not(now: dict[str, object], says: str) -> None:
    reason = reason_not_to_resume(STORED, replace(PLAN, **now))  # type: ignore[arg-type]
    assert says in reason
    assert "out" in reason


def test_what_is_not_known_is_not_held_against_it() -> None:
    """A source without a file, and a session of an earlier version."""
    assert reason_not_to_resume(msgspec.structs.replace(STORED, asked_content=None), PLAN) == ""


def test_credentials_in_an_address_are_neither_kept_nor_compared() -> None:
    camera = replace(PLAN, source="rtsp://user:secret@camera/1")
    facts = facts_of(camera)
    assert facts["asked_source"] == "rtsp://camera/1"
    stored = msgspec.structs.replace(STORED, asked_source="rtsp://camera/1")
    assert reason_not_to_resume(stored, camera) == ""


def test_outlines_may_be_asked_for_if_every_frame_has_its_own() -> None:
    kept = msgspec.structs.replace(STORED, without_outlines=0)
    assert reason_not_to_resume(kept, replace(PLAN, outlines=True)) == ""


@pytest.mark.parametrize(
    ("begun", "now", "whole"), [(None, None, True), (None, 5, True), (10, 10, True), (10, 11, False), (10, None, False)]
)
def test_a_finished_session_covers_what_it_was_begun_for(begun: int | None, now: int | None, whole: bool) -> None:
    assert covers(msgspec.structs.replace(STORED, asked_frames=begun), replace(PLAN, frames=now)) == whole
