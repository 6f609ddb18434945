"""A recording: what is written can be read, every frame, however the writer ended."""

import os
import shutil
import stat
from pathlib import Path

import numpy as np
import pytest

from capture.recordings.writing.codecs import CODECS
from capture.recordings.writing.recording import Recording
from capture.recordings.writing.sealing import seal
from capture.sources.opening import open_source
from capture.sources.session.description import parts_of, read_description
from capture.sources.session.recorded import SessionSource
from stream.errors import SourceError
from stream.pixels.frame_image import image_of
from stream.protocol.contracts import Pixels
from tests.doubles.frames.recorded import description, record, row
from tests.doubles.media import card


def pictures(source: SessionSource) -> list[Pixels]:
    """Return all pictures of a source."""
    found = []
    while (grab := source.grab()) is not None:
        out = np.empty((grab.height, grab.width, 3), np.uint8)
        source.retrieve(out)
        found.append(out)
    source.close()
    return found


@pytest.mark.parametrize("codec", CODECS)
def test_a_codec_keeps_what_it_says_it_keeps(codec: str, tmp_path: Path) -> None:
    found = pictures(SessionSource(record(tmp_path / "s", codec)))
    for number, pixels in enumerate(found):
        if CODECS[codec].lossless:
            np.testing.assert_array_equal(pixels, card(number))
        else:
            assert np.abs(pixels.astype(int) - card(number)).mean() < 4
    assert len(found) == 12


@pytest.mark.parametrize("codec", CODECS)
def test_a_recording_whose_writer_was_killed_has_lost_a_quarter_of_a_second_at_most(codec: str, tmp_path: Path) -> None:
    writing, killed = tmp_path / "writing", tmp_path / "killed"
    writing.mkdir()
    recording = Recording(writing, description(codec))
    for number in range(30):
        recording.add(image_of(card(number)), row(number))  # never closed
    shutil.copytree(writing, killed)
    found = pictures(SessionSource(killed))
    assert 30 - len(found) <= 25 / 4
    assert np.abs(found[-1].astype(int) - card(len(found) - 1)).mean() < 4
    recording.close()


def test_a_writer_that_follows_one_that_died_goes_on_in_a_further_part_and_both_become_one(tmp_path: Path) -> None:
    record(tmp_path, seqs=range(5), sealed=False)
    again = Recording(tmp_path, description())
    assert again.next_seq == 5
    for number in range(8, 12):
        again.add(image_of(card(number)), row(number))
    again.close()
    assert len(parts_of(tmp_path)) == 2
    seal(tmp_path)
    assert len(parts_of(tmp_path)) == 1
    source = SessionSource(tmp_path)
    assert [frame.row.seq for frame in source.frames] == [0, 1, 2, 3, 4, 8, 9, 10, 11]
    for pixels, frame in zip(pictures(source), source.frames, strict=True):
        np.testing.assert_array_equal(pixels, card(frame.row.seq))


def test_frames_of_another_size_begin_a_further_part(tmp_path: Path) -> None:
    recording = Recording(tmp_path, description())
    recording.add(image_of(card(0)), row(0))
    recording.add(image_of(card(1, 96, 64)), row(1))
    recording.close()
    seal(tmp_path)
    assert len(parts_of(tmp_path)) == 2


def test_only_the_last_minutes_stay_until_somebody_keeps_them(tmp_path: Path) -> None:
    recording = Recording(tmp_path, description(last_minutes=0.5, kept=False))
    for seq in range(120):
        recording.add(image_of(card(seq % 12)), row(seq, second=float(seq)))
    assert len(parts_of(tmp_path)) <= 5
    recording.keep()
    for seq in range(120, 150):
        recording.add(image_of(card(seq % 12)), row(seq, second=float(seq)))
    recording.close()
    seal(tmp_path)
    source = SessionSource(tmp_path)
    seqs = [frame.row.seq for frame in source.frames]
    assert seqs == list(range(seqs[0], 150))
    assert 70 <= seqs[0] <= 90
    assert source.frames[0].row.presented_ms == 0
    np.testing.assert_array_equal(pictures(source)[-1], card(149 % 12))


def test_the_last_minutes_are_removed_if_nobody_keeps_them(tmp_path: Path) -> None:
    recording = Recording(tmp_path, description(last_minutes=1, kept=False))
    recording.add(image_of(card(0)), row(0))
    recording.close()
    seal(tmp_path)
    assert parts_of(tmp_path) == []
    assert read_description(tmp_path).recorded == 0


def test_recording_stops_before_the_disk_is_full(tmp_path: Path) -> None:
    recording = Recording(tmp_path, description(), leave_free_mb=1e9)
    with pytest.raises(OSError, match="full"):
        recording.add(image_of(card(0)), row(0))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    record(tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_folder_and_a_session_file_are_known_as_a_recorded_session(tmp_path: Path) -> None:
    record(tmp_path / "s")
    assert open_source(str(tmp_path / "s")).frame_count == 12
    assert open_source(str(tmp_path / "s" / "session.sqlite")).frame_count == 12


def test_a_session_without_pictures_says_so(tmp_path: Path) -> None:
    (tmp_path / "session.sqlite").touch()
    with pytest.raises(SourceError, match="no pictures"):
        open_source(str(tmp_path / "session.sqlite"))


def test_a_video_that_lost_its_end_is_an_error_not_an_end(tmp_path: Path) -> None:
    video = record(tmp_path) / "video.mkv"
    os.truncate(video, video.stat().st_size // 2)
    with pytest.raises(SourceError):
        pictures(SessionSource(tmp_path))


def test_a_folder_with_a_colon_in_its_name_is_read_joined_and_counted_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = record(Path("ward:21"), seqs=range(5), sealed=False)
    record(folder, seqs=range(5, 9), sealed=False)
    sealed = seal(folder)
    assert sealed is not None
    assert len(parts_of(folder)) == 1
    assert len(pictures(SessionSource(folder))) == 9


def test_pictures_that_did_not_reach_the_disk_are_counted_and_have_no_row(tmp_path: Path) -> None:
    record(tmp_path, seqs=range(9), sealed=False)
    with (tmp_path / "video.mkv").open("r+b") as video:
        video.truncate((tmp_path / "video.mkv").stat().st_size // 2)
    seal(tmp_path, frames_read=12)
    found = read_description(tmp_path)
    assert 0 < found.recorded < 9
    assert found.not_recorded == {"not received": 12 - found.recorded}
    assert len(pictures(SessionSource(tmp_path))) == found.recorded
