"""A recording to be looked at: read once more, its capillaries outlined, what is not tissue hatched."""

import functools
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from capture.recordings.writing.codecs import CODECS
from capture.recordings.writing.video_writer import VideoWriter
from capture.sources.opening import SourceLimits, open_source
from capture.sources.video.containers.recognise import recognise
from stream.errors import FrameError, OutputError, SourceError
from stream.pixels.frame_image import image_of
from stream.protocol.contracts import FrameSource, Pixels
from stream.readings.scale import scale_bar

FILE_NAME: Final = "overlay.mkv"
_CODEC: Final = "h264"
_QUALITY: Final = 85
_SMALLEST_PX: Final = 16  # a side; the encoder aborts the program if there is next to nothing to encode
_GREEN: Final = (96, 220, 64)  # BGR
_AMBER: Final = (64, 180, 255)
_DARK: Final = (24, 24, 24)
_WHITE: Final = (255, 255, 255)
_HATCH_PX: Final = 12
"""From one line of a hatching to the next, across: finer, and compression would smear the lines."""
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_LONGEST_BAR: Final = 0.2  # as a share of the picture's width


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
    um_per_px: float | None = None,
) -> Path | None:
    """Write overlay.mkv into `folder`, one frame for each of `drawings`; None and no file if it was stopped.

    um_per_px: width of a pixel, µm, for a scale bar; None if it is not known.
    A frame that cannot be read is black. Raises SourceError, also if the source has fewer frames, and OutputError if
    the video cannot be written whole.
    """
    partial = folder / f"partial-{FILE_NAME}"
    try:
        with closing(open_source(source, limits)) as frames:
            _write(partial, frames, drawings, stopped, um_per_px)
        if stopped():
            return None
        if _frame_count(partial) != len(drawings):  # closing it never says that the disk is full
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
    covered &= _lines(*covered.shape)
    cv2.copyTo(np.full_like(pixels, 255), covered, pixels)  # white, if a line is there
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


@functools.lru_cache(maxsize=1)
def _lines(height: int, width: int) -> npt.NDArray[np.uint8]:
    """Return slanting lines over a whole frame, (height, width): 1 on a line, else 0."""
    rows, columns = np.ogrid[:height, :width]
    return ((rows + columns) % _HATCH_PX < _HATCH_PX // 4).astype(np.uint8)


def draw_scale_bar(pixels: Pixels, um_per_px: float) -> None:
    """Draw a scale bar into the lower left corner of `pixels`, (height, width, 3) uint8 BGR: white with a dark rim."""
    height, width = pixels.shape[:2]
    bar = scale_bar(um_per_px, width * _LONGEST_BAR)
    unit = max(1, round(height / 270))
    left, base = 5 * unit, height - 5 * unit
    cv2.rectangle(pixels, (left - 1, base - unit - 1), (left + round(bar.px), base), _DARK, -1)
    cv2.rectangle(pixels, (left, base - unit), (left + round(bar.px) - 1, base - 1), _WHITE, -1)
    for ink, thickness in ((_DARK, 4), (_WHITE, 2)):
        cv2.putText(pixels, bar.text, (left, base - 4 * unit), _FONT, height / 1500, ink, thickness, cv2.LINE_AA)


def _write(
    path: Path,
    frames: FrameSource,
    drawings: Sequence[Drawn],
    stopped: Callable[[], bool],
    um_per_px: float | None,
) -> None:
    width, height = frames.width, frames.height
    if min(width, height) < _SMALLEST_PX:
        raise OutputError(f"frames of {width}x{height} are too small for {FILE_NAME}; it needs {_SMALLEST_PX} pixels")
    # Colour has half the resolution: an odd side gets one more line.
    shown: Pixels = np.zeros((height + height % 2, width + width % 2, 3), np.uint8)
    try:
        writer = VideoWriter(path, CODECS[_CODEC], shown.shape[1], shown.shape[0], _QUALITY, "bgr")
        with closing(writer):
            pixels, at_ms = np.empty((height, width, 3), np.uint8), -1
            for drawn in tqdm(drawings, "overlay", disable=None):
                if stopped():
                    return
                at_ms = max(at_ms + 1, round(_read(frames, pixels) * 1000))
                draw(pixels, drawn)
                if um_per_px is not None:
                    draw_scale_bar(pixels, um_per_px)
                shown[:height, :width] = pixels
                writer.add(image_of(shown), at_ms)
    except SourceError:
        raise
    except OSError as error:
        raise _unwritable(path.parent) from error


def _read(frames: FrameSource, pixels: Pixels) -> float:
    """Read the next frame into `pixels`, black if it cannot be read; return its media time, s."""
    grab = frames.grab()
    if grab is None:
        raise SourceError(f"{frames.name} has fewer frames than when it was analysed; {FILE_NAME} cannot be made")
    try:
        frames.retrieve(pixels)
    except FrameError:
        pixels[:] = 0
    return grab.time_s


def _unwritable(folder: Path) -> OutputError:
    return OutputError(f"{FILE_NAME} cannot be written in {folder}; is the disk full? The other results are complete")


def _frame_count(video: Path) -> int | None:
    container = recognise(video) if video.exists() else None
    return None if container is None or container.damaged else container.frame_count
