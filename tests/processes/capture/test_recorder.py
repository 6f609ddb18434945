"""The recorder: every frame that it can, none that it cannot, and nothing waits for it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from capture.recorder import run
from capture.recordings.writing.recording import Recording
from capture.sources.session.description import parts_of, read_description
from capture.sources.session.frame_table import FrameRow
from capture.sources.session.recorded import SessionSource
from stream.config.run_plan import RunPlan
from stream.config.sections import Config, RecordConfig
from stream.pixels.frame_image import FrameImage
from stream.protocol.bedside import KeepRecording
from stream.protocol.contracts import Pixels
from stream.protocol.frames import FrameHeader, SourceInfo
from stream.protocol.readings import Recorded
from stream.transport.frame_ring import Ring
from tests.doubles.harness import Harness
from tests.doubles.media import HEIGHT, WIDTH, card
from tests.doubles.readings import START_NS, header

SOURCE = SourceInfo(
    source="s", width=WIDTH, height=HEIGHT, fps=25.0, frames_expected=None, live=True, started_ns=START_NS
)


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    ring = Ring.create(12, WIDTH * HEIGHT * 3, tmp_path)
    yield ring
    ring.close()


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, "recorder", ("sink",))
    yield harness
    harness.close()


def begin(harness: Harness, incarnation: int = 0, **record: Any) -> Path:
    """Start the recorder, and tell it of its source; return the folder of the session."""
    folder = harness.folder / "session"
    folder.mkdir(exist_ok=True)
    settings = replace(RecordConfig(folder="there", codec="ffv1", leave_free_mb=0.0), **record)
    plan = RunPlan(
        session="x", mode="live", source="camera:0", folder=folder, config=Config(record=settings), started_ns=1
    )
    harness.start(lambda child: run(child, plan), incarnation)
    harness.introduce("sink", incarnation)
    harness.tell(SOURCE)
    return folder


def put(ring: Ring, seq: int, slot: int | None = None) -> FrameHeader:
    """Put a test card into a slot; return its header."""
    slot = seq % ring.slots if slot is None else slot
    ring.begin(slot)
    ring.memory(slot, WIDTH * HEIGHT * 3)[:] = card(seq).reshape(-1)
    generation = ring.finish(slot)
    at_ns = 10**9 + seq * 40_000_000
    size = {"width": WIDTH, "height": HEIGHT}
    return header(seq, ring=ring.path, slot=slot, generation=generation, capture=0, t_grab_monotonic_ns=at_ns, **size)


def until(harness: Harness, recorded: int, not_recorded: int = 0) -> Recorded:
    """Wait for these counts."""
    return harness.hear(
        "sink", Recorded, lambda it: (it.status.recorded, it.status.not_recorded) == (recorded, not_recorded)
    )


def test_every_frame_is_recorded_as_it_lay_in_the_ring(harness: Harness, ring: Ring) -> None:
    folder = begin(harness)
    harness.tell(*(put(ring, seq) for seq in range(6)))
    until(harness, 6)
    harness.stop()
    source = SessionSource(folder)
    pixels: Pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    for seq in range(6):
        source.grab()
        source.retrieve(pixels)
        np.testing.assert_array_equal(pixels, card(seq))
    assert [frame.row.presented_ms for frame in source.frames] == [0, 40, 80, 120, 160, 200]
    source.close()


def test_a_frame_that_was_overwritten_or_never_came_is_counted(harness: Harness, ring: Ring) -> None:
    folder = begin(harness)
    late = put(ring, 0)
    harness.tell(replace(late, generation=late.generation - 2), put(ring, 3))
    until(harness, 1, 3)
    harness.stop()
    assert read_description(folder).not_recorded == {"overwritten": 1, "not received": 2}


def test_a_slow_disk_costs_frames_of_the_recording_and_nobody_waits(
    harness: Harness, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Recording.add

    def slow(self: Recording, image: FrameImage, row: FrameRow) -> None:
        time.sleep(0.2)
        add(self, image, row)

    monkeypatch.setattr(Recording, "add", slow)
    folder = begin(harness)
    for seq in range(24):
        harness.tell(put(ring, seq, slot=seq % 12))
    heard = harness.hear("sink", Recorded, lambda it: it.status.not_recorded > 0)
    assert heard.status.recorded < 8
    harness.stop()
    found = read_description(folder)
    assert found.recorded + sum(found.not_recorded.values()) == 24
    assert set(found.not_recorded) <= {"too slow", "overwritten"}


def test_a_disk_that_is_nearly_full_ends_the_recording_with_its_reason(harness: Harness, ring: Ring) -> None:
    folder = begin(harness, leave_free_mb=1e9)
    harness.tell(put(ring, 0), put(ring, 1))
    assert until(harness, 0, 2).status.stopped == "the disk is full"
    harness.stop()
    assert read_description(folder).stopped == "the disk is full"


def test_a_recorder_after_one_that_died_goes_on_and_counts_what_it_missed(harness: Harness, ring: Ring) -> None:
    folder = begin(harness)
    harness.tell(put(ring, 0), put(ring, 1))
    until(harness, 2)
    harness.stop()
    begin(harness, incarnation=1)
    harness.tell(put(ring, 5))
    until(harness, 3, 3)
    harness.stop()
    assert len(parts_of(folder)) == 2


def test_what_a_page_keeps_stays(harness: Harness, ring: Ring) -> None:
    folder = begin(harness, last_minutes=1.0)
    harness.tell(put(ring, 0))
    assert not until(harness, 1).status.stays
    harness.tell(KeepRecording(request=1))
    harness.hear("sink", Recorded, lambda it: it.status.stays)
    harness.stop()
    assert read_description(folder).kept
