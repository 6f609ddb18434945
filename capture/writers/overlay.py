"""A recording to be looked at: read once more, its capillaries outlined, what is not tissue hatched."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from capture.sources.containers.recognise import recognise
from capture.sources.opencv import hush
from capture.sources.opening import SourceLimits, open_source
from stream.errors import FrameError, OutputError, SourceError
from stream.protocol.contracts import FrameSource, Pixels

FILE_NAME: Final = "overlay.mkv"
_CODEC: Final = "mp4v"  # MPEG-4 part 2: the OpenCV wheel has no H.264 encoder, and Motion JPEG is ten times as large
_SMALLEST_PX: Final = 16  # a side; the encoder aborts the program where there is next to nothing to encode
_GREEN: Final = (96, 220, 64)  # BGR
_AMBER: Final = (64, 180, 255)
_DARK: Final = (24, 24, 24)
_WHITE: Final = (255, 255, 255)
_HATCH_PX: Final = 12
"""From one line of a hatching to the next, across: finer, and compression would smear the lines."""
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on one frame, in full-frame px.

    outlines: of capillaries, (n, 2) int32. objects: names and outlines of what is not tissue.
    text: a line about its value. good: whether its quality is.
    """

    outlines: Sequence[npt.NDArray[np.int32]]
    objects: Sequence[tuple[str, npt.NDArray[np.int32]]]
    text: str
    good: bool


def write_overlay(
    source: str,
    limits: SourceLimits,
    drawings: Sequence[Drawn],
    folder: Path,
    stopped: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Write overlay.mkv into `folder`, one frame for each of `drawings`; None and no file if it was stopped.

    A frame that cannot be read is black. Raises SourceError, also if the source has fewer frames, and OutputError if
    the video cannot be written whole.
    """
    hush()
    partial = folder / f"partial-{FILE_NAME}"
    try:
        with closing(open_source(source, limits)) as frames:
            _write(partial, frames, drawings, stopped)
        if stopped():
            return None
        if _frame_count(partial) != len(drawings):  # the writer itself never says that the disk is full
            raise _unwritable(folder)
        return partial.replace(folder / FILE_NAME)
    finally:
        partial.unlink(missing_ok=True)


def draw(pixels: Pixels, drawn: Drawn) -> Pixels:
    """Draw into `pixels`, (height, width, 3) uint8 BGR, and return it. Green if the frame is good, else amber.

    What is not tissue is hatched, with its name.
    """
    colour = _GREEN if drawn.good else _AMBER
    _hatch(pixels, drawn.objects)
    cv2.polylines(pixels, list(drawn.outlines), True, colour, 2, cv2.LINE_AA)
    scale = pixels.shape[0] / 1080
    (width, height), base = cv2.getTextSize(drawn.text, _FONT, scale, 2)
    cv2.rectangle(pixels, (0, 0), (width + 20, height + base + 12), _DARK, -1)
    cv2.putText(pixels, drawn.text, (10, height + 6), _FONT, scale, colour, 2, cv2.LINE_AA)
    return pixels


def _hatch(pixels: Pixels, objects: Sequence[tuple[str, npt.NDArray[np.int32]]]) -> None:
    covered = np.zeros(pixels.shape[:2], np.uint8)
    for _, outline in objects:
        cv2.fillPoly(covered, [outline], 1)
    rows, columns = np.nonzero(covered)
    lines = (rows + columns) % _HATCH_PX < _HATCH_PX // 4
    pixels[rows[lines], columns[lines]] = _WHITE
    for name, outline in objects:
        cv2.polylines(pixels, [outline], True, _WHITE, 1, cv2.LINE_AA)
        left, top, *_ = cv2.boundingRect(outline)
        for ink, thickness in ((_DARK, 4), (_WHITE, 1)):
            cv2.putText(
                pixels,
                name,
                (max(left, 0), max(top - 4, 12)),
                _FONT,
                pixels.shape[0] / 1800,
                ink,
                thickness,
                cv2.LINE_AA,
            )


def _write(path: Path, frames: FrameSource, drawings: Sequence[Drawn], stopped: Callable[[], bool]) -> None:
    size = (frames.width, frames.height)
    if min(size) < _SMALLEST_PX:
        raise OutputError(
            f"frames of {size[0]}x{size[1]} are too small for {FILE_NAME}; it needs {_SMALLEST_PX} pixels"
        )
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*_CODEC), frames.fps or 1.0, size)
    try:
        if not writer.isOpened():
            raise _unwritable(path.parent)
        pixels: Pixels = np.empty((frames.height, frames.width, 3), np.uint8)
        for drawn in tqdm(drawings, "overlay", disable=None):
            if stopped():
                return
            _read(frames, pixels)
            writer.write(draw(pixels, drawn))
    finally:
        writer.release()


def _read(frames: FrameSource, pixels: Pixels) -> None:
    """Return the next frame; black if it cannot be read."""
    if frames.grab() is None:
        raise SourceError(f"{frames.name} has fewer frames than when it was analysed; {FILE_NAME} cannot be made")
    try:
        frames.retrieve(pixels)
    except FrameError:
        pixels[:] = 0


def _unwritable(folder: Path) -> OutputError:
    return OutputError(f"{FILE_NAME} cannot be written in {folder}; is the disk full? The other results are complete")


def _frame_count(video: Path) -> int | None:
    container = recognise(video) if video.exists() else None
    return None if container is None or container.damaged else container.frame_count
