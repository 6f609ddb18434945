"""`doctor --tune`: what each runtime costs on this machine, with the crops of frames, and which is worth taking."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, get_args

import numpy as np

from stream.errors import ModelError, SourceError, StreamError
from stream.protocol.contracts import Pixels
from workers.capillary.examine import examine
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.card import RuntimeName, read_card
from workers.runtimes.cost import RuntimeCost, cost_of
from workers.runtimes.loading import load
from workers.shipped import weights_path
from workers.training.side_by_side import side_by_side

FRAMES: Final = 4
CANDIDATES: Final = tuple(name for name in get_args(RuntimeName) if name != "keras")
"""Keras is the reference that others are compared with: it is slow, and takes seconds to load."""

_WORTH: Final = 1.5
"""A runtime that is so many times as fast is advised; for less, densities that move are too high a price."""


def tune(settings: AnalyserSettings, frames: Iterable[Pixels]) -> Iterator[str]:
    """Measure every runtime with the configured model on the first `FRAMES` frames, (height, width, 3) uint8 BGR.

    Yields a table, line by line as it is measured, then what to do. Raises ModelError, SourceError if there is no crop.
    """
    weights = weights_path(settings.weights)
    card = read_card(weights)
    configured = load(card, weights, settings.runtime)
    crops = [examine(card, configured, pixels, settings).crops for pixels in islice(frames, FRAMES)]
    crops = [of_frame for of_frame in crops if len(of_frame)]
    if not crops:
        raise SourceError("No region is proposed in these frames, so the network has nothing to judge: give others.")
    usual = np.concatenate([configured.probabilities(of_frame) for of_frame in crops])
    yield f"{'runtime':<16}{'ms a crop':>10}{'start, ms':>11}{'memory, MB':>12}  a probability differs by at most"
    ms_a_crop: dict[str, float] = {}
    for name in dict.fromkeys((settings.runtime, *CANDIDATES)):
        try:
            [(_, cost)] = side_by_side(cost_of, [(weights, name, crops)], 1)
        except StreamError as error:
            yield f"{name:<16}{error}"
            continue
        ms_a_crop[name] = cost.ms_a_crop
        yield line(name, cost, float(np.abs(cost.probabilities - usual).max()))
    yield ""
    yield advice(settings.runtime, ms_a_crop)


def line(name: str, cost: RuntimeCost, difference: float) -> str:
    """Return a runtime's line of the table."""
    return f"{name:<16}{cost.ms_a_crop:>10.4f}{cost.start_ms:>11.0f}{cost.memory_mb:>12.0f}  {difference:.2g}"


def advice(configured: str, ms_a_crop: dict[str, float]) -> str:
    """Say what to write into the configuration, if another runtime is worth it. Raises ModelError if none runs."""
    if configured not in ms_a_crop:
        raise ModelError(f"The runtime {configured!r} of the configuration does not run here.")
    best = min(ms_a_crop, key=lambda name: ms_a_crop[name])
    gain = ms_a_crop[configured] / ms_a_crop[best]
    if gain < _WORTH:
        return f"{configured}, as configured, is fast enough: no other is {_WORTH:g} times as fast. Nothing to change."
    return (
        f"{best} is {gain:.1f} times as fast as {configured}. To use it, write into the configuration file (only the "
        f'last line, if it has the table):\n\n[analyser.settings]\nruntime = "{best}"\n\n'
        "Densities move a little, by what its probabilities differ; readings name the runtime in `model_id`."
    )
