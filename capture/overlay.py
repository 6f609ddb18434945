"""A recording with its capillaries outlined, to be looked at: the source read once more, the session drawn on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from capture.sources.opencv import hush
from capture.sources.opening import SourceLimits, open_source
from stream.errors import OutputError
from stream.ports import FrameSource, Pixels

FILE_NAME: Final = "overlay.mkv"
_CODEC: Final = "mp4v"  # MPEG-4 part 2: the OpenCV wheel has no H.264 encoder, and Motion JPEG is ten times as large
_GREEN: Final = (96, 220, 64)  # BGR
_AMBER: Final = (64, 180, 255)
_DARK: Final = (24, 24, 24)
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on one frame: (n, 2) int32 outlines in full-frame px, a line of text, and whether it is good."""

    outlines: Sequence[npt.NDArray[np.int32]]
    text: str
    good: bool


def write_overlay(source: str, limits: SourceLimits, drawings: Sequence[Drawn], folder: Path) -> Path:
    """overlay.mkv in `folder`, a frame for each of `drawings`. Raises SourceError, and OutputError where it cannot be
    written."""
    hush()
    frames = open_source(source, limits)
    partial = folder / f"partial-{FILE_NAME}"
    writer = cv2.VideoWriter(
        str(partial), cv2.VideoWriter.fourcc(*_CODEC), frames.fps or 1.0, (frames.width, frames.height)
    )
    try:
        if not writer.isOpened():
            raise OutputError(f"the video {partial} cannot be written")
        progress = tqdm(zip(_pictures(frames), drawings, strict=False), "overlay", len(drawings), disable=None)
        for pixels, drawn in progress:
            writer.write(draw(pixels, drawn))
    finally:
        writer.release()
        frames.close()
    return partial.replace(folder / FILE_NAME)


def draw(pixels: Pixels, drawn: Drawn) -> Pixels:
    """Draw into `pixels`, (height, width, 3) uint8 BGR, and return it. Green where the frame is good, else amber."""
    colour = _GREEN if drawn.good else _AMBER
    cv2.polylines(pixels, list(drawn.outlines), True, colour, 2, cv2.LINE_AA)
    scale = pixels.shape[0] / 1080
    (width, height), base = cv2.getTextSize(drawn.text, _FONT, scale, 2)
    cv2.rectangle(pixels, (0, 0), (width + 20, height + base + 12), _DARK, -1)
    cv2.putText(pixels, drawn.text, (10, height + 6), _FONT, scale, colour, 2, cv2.LINE_AA)
    return pixels


def _pictures(source: FrameSource) -> Iterator[Pixels]:
    pixels: Pixels = np.empty((source.height, source.width, 3), np.uint8)
    while source.grab() is not None:
        source.retrieve(pixels)
        yield pixels
