"""Composes the analysis of one frame: quality, regions, verdicts, density. Knows no socket and no process."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from stream.errors import ModelError
from stream.pixels.colours import Colours
from stream.protocol.contracts import Analyser, Analysis, Frame, Region
from stream.protocol.measures import ANALYSED
from workers.capillary.background import flat_field
from workers.capillary.classifier import classify
from workers.capillary.crops import CHANNELS, picture
from workers.capillary.density import estimate
from workers.capillary.likeness import unlike, usual
from workers.capillary.objects import find_objects
from workers.capillary.proposing import proposer
from workers.capillary.quality.facts import FrameFacts
from workers.capillary.quality.verdict import judge
from workers.capillary.settings import AnalyserSettings
from workers.capillary.traits import measured, unknown
from workers.runtimes.base import Runtime
from workers.runtimes.card import Card, read_card
from workers.runtimes.figures import transfer_sentence
from workers.runtimes.loading import load
from workers.scale.working_scale import AtWorkingScale
from workers.shipped import weights_path

CLEAR: Final = 0.8
"""A region this probable is clearly a capillary."""

SHIPPED: Final = Path(__file__).resolve().parent.parent / "weights" / "default.tflite"


class CapillaryAnalyser:
    """Frame in, capillary density out. The same result for the same frame, to the bit, on any worker."""

    def __init__(self, card: Card, runtime: Runtime, settings: AnalyserSettings) -> None:
        """Compose from a model's card, what runs it, and the user's settings."""
        cv2.setNumThreads(1)
        # Other runtimes round otherwise: their numbers are not the shipped weights' to the bit, and say so.
        self.model_id = card.model_id + ("" if settings.runtime == "litert" else f"-{settings.runtime}")
        as_measured = settings == AnalyserSettings(weights=settings.weights, runtime=settings.runtime)
        self.transfer = transfer_sentence(card.figures if as_measured else None)
        self._card, self._runtime, self._settings = card, runtime, settings
        self._propose = proposer(settings.proposals or card.proposals)
        self._threshold = card.threshold if settings.threshold is None else settings.threshold

    def analyse(self, frame: Frame) -> Analysis:
        """Analyse one (height, width, 3) uint8 BGR frame of any size from 64x64 px."""
        half = Colours.split(frame.half)
        quarter = half.halved()
        objects = find_objects(quarter)
        flat = flat_field(half, quarter, objects.mask)
        found = self._propose(half, flat)
        source = picture(flat, found)
        proposals = sorted(found.proposals, key=lambda p: -p.area_px)[: self._settings.max_regions]
        traits = measured(source, found, proposals)
        probabilities = classify(source, found, proposals, traits, self._runtime, self._card)
        areas = np.array([p.area_px for p in proposals])
        tissue = 1.0 - cv2.countNonZero(objects.mask) / objects.mask.size
        tissue_px = tissue * frame.height * frame.width
        strange = unlike(usual(traits), self._card.likeness)
        spread = self._card.outline_spread * max(1.0, strange)
        density = estimate(areas, probabilities, self._threshold, tissue_px, spread)
        facts = FrameFacts(
            covered={thing.name: objects.share(thing.name) for thing in objects.found},
            analysed=tissue,
            clear_vessels=int((probabilities >= CLEAR).sum()),
            doubt=density.doubt,
            unlike=strange,
        )
        regions = [
            Region(polygon_px=p.polygon_px, score=float(score), area_px=p.area_px)
            for p, score in zip(proposals, probabilities, strict=True)
            if score >= self._threshold
        ]
        quality = judge(frame, half, flat, found.green, self._settings.quality, facts)
        measures = {ANALYSED.keys[0]: 100.0 * tissue}
        return Analysis(
            density.density_pct, density.low_pct, density.high_pct, regions, quality, measures, objects.found
        )


def make_analyser(settings: AnalyserSettings) -> Analyser:
    """Make the analyser, with its weights loaded and checked. Raises ModelError."""
    weights = weights_path(settings.weights)
    card = read_card(weights)
    if card.input.channels != CHANNELS:
        raise ModelError(f"{weights} wants {card.input.channels} channels a crop, this program gives {CHANNELS}.")
    if strange := unknown(card.calibration.terms):
        raise ModelError(f"The card of {weights} weighs {strange[0]!r}, which this program does not measure.")
    analyser = CapillaryAnalyser(card, load(card, weights, settings.runtime), settings)
    return AtWorkingScale(analyser, settings.model_um_per_px)
