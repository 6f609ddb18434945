"""Composes the published analysis: regions, Keras `predict`, overlapping boxes suppressed, density. One thread.

What a reading needs beyond the paper (the frame's quality, an interval) comes from this program's own analysis; it
takes under a hundredth of the time.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.errors import ModelError
from stream.pixels.colours import Colours
from stream.protocol.contracts import Analyser, Analysis, Frame, Region
from workers.capillary.background import flat_field
from workers.capillary.density import estimate
from workers.capillary.quality.facts import FrameFacts
from workers.capillary.quality.verdict import judge
from workers.capillary.regions import smoothed
from workers.capillary.settings import QualityLimits
from workers.helmy2022.regions import CROP_PX, Outline, area_px, crops, propose

WEIGHTS: Final = Path(__file__).resolve().parent / "weights.keras"
CAPILLARY: Final = 0.5
OVERLAP: Final = 0.1
"""Boxes that share more than this of their union are one capillary: the likelier stays (non-maximum suppression)."""


class Helmy2022Analyser:
    """Frame in, density out, as published: capillary pixels inside contours over all pixels."""

    def __init__(self, network: Any, model_id: str) -> None:
        """Take a Keras model: crops (n, 50, 50, 3) uint8 BGR in, probabilities (n, 2) out, capillary second."""
        cv2.setNumThreads(1)
        self.model_id = model_id
        self._network = network

    def analyse(self, frame: Frame) -> Analysis:
        """Analyse one (height, width, 3) uint8 BGR frame."""
        pixels = frame.pixels
        outlines = propose(pixels)
        probabilities = self._probabilities(crops(pixels, outlines))
        areas = np.array([area_px(outline) for outline in outlines])
        capillary = without_overlaps(outlines, probabilities)
        frame_px = pixels.shape[0] * pixels.shape[1]
        density = estimate(areas[capillary], np.ones(int(capillary.sum())), CAPILLARY, frame_px, 0.0)
        regions = [
            Region(outlines[index], float(probabilities[index]), float(areas[index]))
            for index in np.flatnonzero(capillary)
        ]
        half = Colours.split(frame.half)
        flat = flat_field(half, half.halved())
        quality = judge(frame, half, flat, smoothed(flat.green), QualityLimits(), FrameFacts())
        return Analysis(density.density_pct, density.low_pct, density.high_pct, regions, quality)

    def _probabilities(self, seen: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        if not len(seen):
            return np.zeros(0)
        said = self._network.predict(seen.astype(np.float32), verbose=0)
        return np.asarray(said[:, 1], np.float64)


def without_overlaps(outlines: Sequence[Outline], probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return (n,) bool: True for capillaries, except those whose box overlaps a likelier one's."""
    boxes = [cv2.boundingRect(outline) for outline in outlines]
    chosen = np.zeros(len(boxes), np.bool_)
    kept = cv2.dnn.NMSBoxes(boxes, probabilities.tolist(), CAPILLARY, OVERLAP) if boxes else ()
    chosen[np.asarray(kept, np.intp).ravel()] = True
    return chosen


def make() -> Analyser:
    """Make the analyser with its weights. Raises ModelError if the weights are missing or damaged."""
    for kind in ("INTRA", "INTER"):  # read by TensorFlow when it is first loaded
        os.environ.setdefault(f"TF_NUM_{kind}OP_THREADS", "1")
    from workers.runtimes.keras import load_network

    try:
        content = WEIGHTS.read_bytes()
    except OSError as error:
        raise ModelError(f"Cannot read the weights {WEIGHTS}: {error.strerror}.") from error
    network = load_network(content)
    if tuple(network.input_shape[1:]) != (CROP_PX, CROP_PX, 3) or tuple(network.output_shape[1:]) != (2,):
        raise ModelError(f"{WEIGHTS} does not take pictures of {CROP_PX}x{CROP_PX} px and give two probabilities.")
    return Helmy2022Analyser(network, f"helmy2022-{hashlib.sha256(content).hexdigest()[:12]}")
