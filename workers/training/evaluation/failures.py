"""The frames that a model fails on, and pictures of them: the readers' outlines beside the program's."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import Pixels
from workers.runtimes.figures import FrameFigures
from workers.training.data.labels import Label, Polygon
from workers.training.evaluation.evaluate import FrameResult

FAR_OFF: Final = 0.35
"""The largest error of density that is accepted of a frame, however wide its interval."""
SHOWN: Final = 6

WIDTH_PX: Final = 1280
LEGEND_PX: Final = 36
READERS: Final = (60, 230, 250)
DISPUTED: Final = (120, 150, 160)
PROGRAM: Final = (230, 160, 30)
INK: Final = (235, 235, 235)
"""BGR."""
QUALITY: Final = 85
"""Of JPEG: outlines one pixel wide stay legible."""


def failing(frames: Sequence[FrameFigures]) -> list[FrameFigures]:
    """Return the worst of the frames whose interval misses the readers' density or whose error exceeds `FAR_OFF`.

    At most six, the largest error first.
    """
    bad = [frame for frame in frames if not frame.covered or frame.density_error > FAR_OFF]
    return sorted(bad, key=lambda frame: -frame.density_error)[:SHOWN]


def picture_of(pixels: Pixels, label: Label, result: FrameResult, figures: FrameFigures) -> bytes:
    """Draw what readers and program outlined into a frame, a legend below; returns a JPEG of 1280 px width.

    pixels: (height, width, 3) uint8 BGR.
    """
    drawn = pixels.copy()
    for polygons, colour in (
        ([outline.tolist() for outline in result.outlines], PROGRAM),
        (label.polygons("uncertain"), DISPUTED),
        (label.polygons("capillary") + label.boxes(), READERS),
    ):
        cv2.polylines(drawn, [_corners(polygon) for polygon in polygons], True, colour, 2, cv2.LINE_AA)
    height = round(WIDTH_PX * pixels.shape[0] / pixels.shape[1])
    page = np.zeros((height + LEGEND_PX, WIDTH_PX, 3), np.uint8)
    page[:height] = cv2.resize(drawn, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    words = (
        f"{figures.frame}: {100 * figures.value:.2f} % ({100 * figures.low:.2f} to {100 * figures.high:.2f}), readers "
        f"{100 * figures.density_readers:.2f} %, {', '.join((figures.verdict, *figures.reasons))}"
    )
    x = 10
    for text, colour in (
        ("both readers", READERS),
        ("one reader", DISPUTED),
        ("program", PROGRAM),
        (words, INK),
    ):
        cv2.putText(page, text, (x, height + 24), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
        x += 20 + cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)[0][0]
    return cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _corners(polygon: Polygon) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    return np.asarray(polygon, np.int32).reshape(-1, 1, 2)
