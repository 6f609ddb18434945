"""A decoder in hardware is used only if it was named, is there, and gives the pixels of software.

There is no such hardware here: FFmpeg's own decoder stands in for a card, once with the same video, once with another.
"""

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from capture.sources.opening import SourceLimits, open_source
from capture.sources.video import hardware
from capture.sources.video.containers.container import Container
from capture.sources.video.hardware import first_difference, hardware_decoders
from capture.sources.video.opened import OpenedVideo, opened
from stream.config.sections import HARDWARE_DECODERS
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import Pixels, extras_of
from tests.doubles.frames.encoded import encode
from tests.doubles.media import card


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return encode(tmp_path / "a.mkv", [card(number) for number in range(12)])


def read(source: str, **limits: Any) -> tuple[str, list[Pixels]]:
    """Return how a recording is treated, and its frames."""
    frames = []
    opened = open_source(source, SourceLimits(**limits))
    while opened.grab() is not None:
        frames.append(np.empty((opened.height, opened.width, 3), np.uint8))
        opened.retrieve(frames[-1])
    opened.close()
    return extras_of(opened).treatment, frames


def replace_card(monkeypatch: pytest.MonkeyPatch, shown: Path | None) -> None:
    """Have FFmpeg's own decoder stand in for a card. shown: what it decodes instead; None: the recording itself."""

    def opened_by_card(path: Path, form: Container, card: object = None) -> OpenedVideo:
        return opened(path if card is None or shown is None else shown, form)

    monkeypatch.setattr(hardware, "why_missing", lambda _: "")
    monkeypatch.setattr(hardware, "opened", opened_by_card)


def test_a_decoder_that_gives_the_pixels_of_software_is_used_and_said(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_card(monkeypatch, None)
    treatment, frames = read(str(recording))
    assert treatment == ""
    for named in (read(str(recording), decoder="vaapi"), read(f"video:{recording}?decoder=vaapi")):
        assert named[0] == "decoded by vaapi"
        assert np.array_equal(named[1], frames)


def test_a_decoder_that_gives_other_pixels_is_refused(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [card(number) for number in range(12)]
    cards[3][100:140, 100:140] ^= 64
    replace_card(monkeypatch, encode(tmp_path / "other.mkv", cards))
    with pytest.raises(SourceError, match=r"vaapi gives other pixels than software in frame \d of .*a.mkv"):
        open_source(str(recording), SourceLimits(decoder="vaapi"))


def test_a_decoder_that_is_not_here_is_refused_and_nothing_stands_in_for_it(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "hwdevices_available", lambda: ["cuda"])
    expected = r"This machine cannot decode with vaapi: this FFmpeg was built without it; it has cuda\. Choose another"
    with pytest.raises(SourceError, match=expected):
        open_source(str(recording), SourceLimits(decoder="vaapi"))
    with pytest.raises(SourceError, match=expected):
        open_source(f"video:{recording}?decoder=vaapi")


def test_each_decoder_that_can_be_named_is_there_or_it_is_said_why_not() -> None:
    found = hardware_decoders()
    assert tuple(found) == HARDWARE_DECODERS
    assert all("built without it" in reason or "no such device" in reason for reason in found.values() if reason)


def test_software_is_chosen_unless_another_decoder_is_named(recording: Path) -> None:
    assert read(f"video:{recording}?decoder=software", decoder="vaapi")[0] == ""


def test_a_name_that_is_no_decoder_is_refused_with_those_that_are(recording: Path) -> None:
    with pytest.raises(UsageError, match=r"decoder=vappi will not do\. Did you mean vaapi"):
        open_source(f"video:{recording}?decoder=vappi")


def test_only_recorded_video_has_a_decoder(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "a.png"), card(1))
    assert len(read(str(tmp_path / "a.png"), decoder="vaapi")[1]) == 1


def frames_of(path: Path) -> list[VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def test_samples_that_hardware_only_places_elsewhere_are_the_same(recording: Path) -> None:
    """A card gives NV12, which has both planes of colour in one."""
    frames = frames_of(recording)
    nv12 = [frame.reformat(format="nv12") for frame in frames]
    assert first_difference(frames, nv12) is None
    assert first_difference(frames, nv12[:5]) == 5
    samples = nv12[7].to_ndarray()
    samples[-1, 100] ^= 1
    nv12[7] = VideoFrame.from_ndarray(samples, format="nv12")
    nv12[7].pts = frames[7].pts
    assert first_difference(frames, nv12) == 7


def test_times_belong_to_frames(recording: Path) -> None:
    frames = frames_of(recording)
    assert first_difference(frames, [frames[1], frames[0], *frames[2:]]) == 0
