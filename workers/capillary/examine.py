"""Every region that is proposed in a frame, accepted or not, with what the network saw of it and said.

Knows no library that runs networks, and no pictures for people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from stream.protocol.contracts import Analysis, Frame, Pixels, Region
from workers.capillary.analyser import CapillaryAnalyser
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.base import Crops, Probabilities, Runtime
from workers.runtimes.card import Card


@dataclass(frozen=True, slots=True)
class Examined:
    """All proposals of one frame.

    regions: outline, calibrated probability and area of each, whether a capillary or not.
    crops: (n, size, size, channels) uint8, what the network saw of each, in the same order.
    threshold: a region this probable is a capillary.
    analysis: what the analysis says of the frame as a whole.
    """

    regions: Sequence[Region]
    crops: Crops
    threshold: float
    analysis: Analysis


class _RecordingRuntime:
    """A runtime that keeps the crops that it was given."""

    def __init__(self, runtime: Runtime, card: Card) -> None:
        self._runtime = runtime
        self.crops: Crops = np.empty((0, *card.shape), np.uint8)

    def probabilities(self, crops: Crops) -> Probabilities:
        """See `Runtime`."""
        self.crops = np.concatenate([self.crops, crops])
        return self._runtime.probabilities(crops)


def examine(card: Card, runtime: Runtime, pixels: Pixels, settings: AnalyserSettings | None = None) -> Examined:
    """Examine one (height, width, 3) uint8 BGR frame, with the code that analyses frames, but no threshold."""
    settings = settings or AnalyserSettings()
    recording, frame = _RecordingRuntime(runtime, card), Frame(pixels)
    everything = CapillaryAnalyser(card, recording, msgspec.structs.replace(settings, threshold=0.0)).analyse(frame)
    return Examined(
        regions=everything.regions,
        crops=recording.crops,
        threshold=card.threshold if settings.threshold is None else settings.threshold,
        analysis=CapillaryAnalyser(card, runtime, settings).analyse(frame),
    )
