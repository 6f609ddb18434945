"""Frames for an engine: those that can be read, compared with the frame just before them; readings in their order."""

from pathlib import Path

from capture.sources.uri import parse_uri
from capture.sources.video.recording import open_video
from stream.engines.frames import frames_of
from stream.engines.in_order import InOrder
from stream.protocol.readings import DensityReading, unanalysed
from stream.protocol.stamp import FrameStamp
from tests.contracts.engine_contract import recording_with_losses


def test_only_frames_that_follow_each_other_are_compared_and_unreadable_ones_are_told(tmp_path: Path) -> None:
    told: list[tuple[int, str]] = []
    source = open_video(parse_uri(str(recording_with_losses(tmp_path))))
    frames = list(frames_of(source, unreadable=lambda stamp, why: told.append((stamp.seq, why))))
    source.close()
    assert [header.seq for header, _ in frames] == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert [header.seq for header, _ in frames if header.previous is None] == [1, 5, 7]
    assert [seq for seq, _ in told] == [0, 4]
    assert all("JPEG" in why for _, why in told)


def test_readings_come_in_the_order_of_their_frames_whatever_their_seqs() -> None:
    order = InOrder()
    for seq in (1, 2, 5, 9):
        order.handed_out(seq)
    came = [[one.seq for one in order.came(reading(seq))] for seq in (5, 1, 9, 2)]
    assert came == [[], [1], [], [2, 5, 9]]


def reading(seq: int) -> DensityReading:
    stamp = FrameStamp(source="s", seq=seq, frame=str(seq), time_s=0.0, t_capture_ns=1, attempt=1)
    return unanalysed(stamp, "session", "it cannot be read")
