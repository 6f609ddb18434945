"""How well probabilities separate capillaries from other regions, and mean what they say. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workers.training.calibrate import Judged

Float64Array = npt.NDArray[np.float64]


def agreed(judged: Sequence[Judged]) -> tuple[Float64Array, npt.NDArray[np.bool_]]:
    """Return the probability of each proposal that the measure counts, and whether it is a capillary: (n,) both."""
    keep = ~np.concatenate([j.frame.ignored for j in judged])
    p = np.concatenate([j.probabilities for j in judged])[keep]
    return p.astype(np.float64), np.concatenate([j.frame.right for j in judged])[keep]


def accuracy(judged: Sequence[Judged], threshold: float) -> float:
    """Return the share of proposals on the right side of the threshold."""
    p, right = agreed(judged)
    return float(((p >= threshold) == right).mean())


def roc(judged: Sequence[Judged]) -> tuple[Float64Array, Float64Array]:
    """Return the share of other regions and of capillaries accepted, for each threshold from 1 to 0."""
    p, right = agreed(judged)
    order = np.argsort(-p, kind="stable")
    last = np.append(np.diff(p[order]) != 0, True)  # equal probabilities are accepted together
    hits, alarms = (np.cumsum(side[order])[last] / max(1, side.sum()) for side in (right, ~right))
    return np.append(0.0, alarms), np.append(0.0, hits)


def auc_roc(judged: Sequence[Judged]) -> float:
    """Return the area under `roc`: the chance that a capillary is more probable than another region (Fawcett 2006)."""
    alarms, hits = roc(judged)
    return float(np.trapezoid(hits, alarms))


def reliability(judged: Sequence[Judged], bins: int = 10) -> Float64Array:
    """Sort proposals by probability into equal bins; returns a row for each bin that is not empty, (filled bins, 3).

    Columns: mean probability, share of capillaries, share of all regions.
    """
    p, right = agreed(judged)
    number = np.minimum((p * bins).astype(int), bins - 1)
    rows = [(p[number == b].mean(), right[number == b].mean(), (number == b).mean()) for b in np.unique(number)]
    return np.array(rows).reshape(-1, 3)


def calibration_error(judged: Sequence[Judged], bins: int = 10) -> float:
    """Return the expected calibration error over equal bins (Naeini 2015), without regions that readers disagree on."""
    said, true, share = reliability(judged, bins).T
    return float((np.abs(said - true) * share).sum())
