"""Recordings as the program writes them, small."""

from pathlib import Path
from typing import Any

from capture.recordings.writing.codecs import CODECS
from capture.recordings.writing.recording import Recording
from capture.recordings.writing.sealing import seal
from capture.sources.session.description import Description
from capture.sources.session.frame_table import FrameRow
from stream.pixels.frame_image import image_of
from tests.doubles.media import card


def description(codec: str = "lossless", **values: Any) -> Description:
    """Describe a recording that begins."""
    lossless = CODECS[codec].lossless
    return Description(version="1", session="s", codec=codec, lossless=lossless, quality=90, fps=25.0, **values)


def row(seq: int, *, second: float | None = None) -> FrameRow:
    """Return the row of a frame, of 25 per second."""
    time_s = seq / 25 if second is None else second
    ns = 10**12 + round(time_s * 1e9)
    return FrameRow(seq, f"f{seq}", 0, time_s, ns, ns)


def record(
    folder: Path, codec: str = "lossless", seqs: "range | list[int]" = range(12), *, sealed: bool = True
) -> Path:
    """Record test cards under these seqs."""
    folder.mkdir(exist_ok=True)
    recording = Recording(folder, description(codec))
    for seq in seqs:
        recording.add(image_of(card(seq)), row(seq))
    recording.close()
    if sealed:
        seal(folder)
    return folder
