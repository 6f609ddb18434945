"""Pictures of the worst frame per change: as it is and changed, side by side, with outlines and densities."""

import re
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from stream.protocol.contracts import Analysis, Pixels
from workers.models.stress.stress_table import StressTable
from workers.models.stress.trial import Trial
from workers.training.data.labels import Mask

SIDE_PX: Final = 1280
"""Width of each of the two pictures: two thirds of a labelled frame, whose outlines can still be told apart."""
GAP_PX: Final = 8
TEXT_PX: Final = 36
PAPER: Final = (24, 24, 27)
INK: Final = (235, 235, 235)
"""RGB."""
CAPILLARY: Final = (90, 220, 80)
HIDDEN: Final = (0, 214, 255)
OBJECT: Final = (200, 90, 255)
"""BGR: outlines of capillaries, of what was drawn, and of what the analysis calls an object."""


class WorstTrials:
    """The picture of the worst frame of each change, as JPEG. Fed with every trial, in any order."""

    def __init__(self) -> None:
        """Begin without a picture."""
        self._worst: dict[str, tuple[float, bytes]] = {}

    def __call__(self, trial: Trial) -> None:
        """Keep the trial's picture if its density moved further than in all before."""
        amount = abs(trial.change_pct or 0.0)
        if trial.change.name not in self._worst or amount > self._worst[trial.change.name][0]:
            encoded = cv2.imencode(".jpg", side_by_side(trial), [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
            self._worst[trial.change.name] = amount, encoded.tobytes()

    def files(self, table: StressTable) -> dict[str, bytes]:
        """Return the pictures by file name, numbered in the order of the table."""
        return {
            f"{number:02d}-{_plain(row.change)}.jpg": self._worst[row.change][1]
            for number, row in enumerate(table.rows, start=1)
        }


def side_by_side(trial: Trial) -> Pixels:
    """Draw the frame as it is and changed, a line of words below each. (height, 2568, 3) uint8 BGR."""
    height = round(SIDE_PX * trial.pixels.shape[0] / trial.pixels.shape[1])
    parts = zip(trial.changed.parts, trial.after, strict=True)
    pictures = [
        outlined(trial.pixels, trial.before, trial.changed.hidden),
        joined([outlined(part, analysis, trial.changed.hidden) for part, analysis in parts], trial.pixels.shape[0]),
    ]
    moved = (
        "no capillary before" if trial.change_pct is None else f"density of the same tissue {trial.change_pct:+.1f} %"
    )
    words = [
        f"{trial.frame} as it is: {_words([trial.before])}",
        f"{trial.change.name}: {_words(trial.after)}; {moved}",
    ]
    page = Image.new("RGB", (2 * SIDE_PX + GAP_PX, height + TEXT_PX), PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(18)
    for left, shown, line in zip((0, SIDE_PX + GAP_PX), pictures, words, strict=True):
        page.paste(ImageOps.contain(Image.fromarray(shown[:, :, ::-1]), (SIDE_PX, height)), (left, 0))
        draw.text((left + GAP_PX, height + GAP_PX), line, INK, font)
    return np.ascontiguousarray(np.asarray(page, dtype=np.uint8)[:, :, ::-1])


def outlined(pixels: Pixels, analysis: Analysis, hidden: Mask | None) -> Pixels:
    """Return a copy with the outlines of what was found and of what was drawn. (height, width, 3) uint8 BGR."""
    shown = pixels.copy()
    if hidden is not None:
        edges, _ = cv2.findContours(hidden, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(shown, edges, -1, HIDDEN, 2, cv2.LINE_AA)
    for thing in analysis.objects:
        cv2.polylines(shown, [thing.polygon_px], True, OBJECT, 2, cv2.LINE_AA)
    for region in analysis.regions:
        cv2.polylines(shown, [region.polygon_px], True, CAPILLARY, 3, cv2.LINE_AA)
    return shown


def joined(parts: Sequence[Pixels], height: int) -> Pixels:
    """Put the parts of a frame together again: side by side if they are as high as the frame, `height` px."""
    axis = 1 if parts[0].shape[0] == height else 0
    gap = list(parts[0].shape)
    gap[axis] = GAP_PX
    with_gaps = [parts[0], *(piece for part in parts[1:] for piece in (np.zeros(gap, np.uint8), part))]
    return np.concatenate(with_gaps, axis)


def _words(analyses: Sequence[Analysis]) -> str:
    """Write density, interval and quality of each part."""
    return "  |  ".join(
        f"{a.density_pct:.2f} % ({a.density_low_pct:.2f} to {a.density_high_pct:.2f}), "
        + ", ".join((a.quality.verdict, *a.quality.reasons))
        for a in analyses
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")
