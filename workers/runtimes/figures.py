"""What was measured of a model, as its card holds it. Shares, not percent, unless a name ends in `_pct`."""

from typing import Annotated

from msgspec import Meta, Struct

from stream.protocol.types import QualityVerdict


class FrameFigures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One frame that nothing of the model had seen: regions, density, interval, and the verdict on the picture.

    found of capillaries: labelled ones that were found. right of counted: predictions that are one; what readers
    disagree on does not count. value, low, high: density and its 90 % interval. density: the same, measured from the
    outlines as the readers' density is. With objects in the picture all densities are of the tissue beside them.
    """

    frame: str
    found: int
    capillaries: int
    right: int
    counted: int
    density: float
    density_readers: float
    value: float
    low: float
    high: float
    verdict: QualityVerdict
    reasons: list[str]

    @property
    def density_error(self) -> float:
        """Error of density relative to the readers' mean."""
        return abs(self.density - self.density_readers) / self.density_readers

    @property
    def covered(self) -> bool:
        """True if the readers' mean density lies inside the interval."""
        return self.low <= self.density_readers <= self.high

    @property
    def half_width(self) -> float:
        """Half of the interval's width, relative to the value; infinite for a value of 0."""
        return (self.high - self.low) / 2 / self.value if self.value else float("inf")

    @property
    def centred(self) -> bool:
        """True if the value lies in the middle half of its interval."""
        quarter = (self.high - self.low) / 4
        return self.low + quarter <= self.value <= self.high - quarter


class GroupFigures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Several such frames together."""

    frames: int
    f1: float
    recall: float
    precision: float
    density_error_median: float
    density_error_max: float
    density_correlation: float | None
    interval_coverage: Annotated[float, Meta(description="share of frames whose 90 % interval holds the readers' mean")]
    half_width_median: Annotated[float | None, Meta(description="half of the interval's width over the value")]
    centred: Annotated[float, Meta(description="share of frames whose value is in the middle half of its interval")]


class HardSplitFigures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Frames of a kind that the model has never seen, beside the same frames with only their own scene left out."""

    name: str
    rule: Annotated[str, Meta(description="how the kind was decided")]
    learned: list[str]
    scored: list[str]
    unseen_kind: GroupFigures
    unseen_scene: Annotated[GroupFigures, Meta(description="the same frames, only their own scene left out")]

    @property
    def fall(self) -> float:
        """How much of F1 is lost because the kind was not seen."""
        return self.unseen_scene.f1 - self.unseen_kind.f1


class TransferFigures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How good a model is on scenes of which nothing was seen: neither by the network nor by anything else fitted."""

    method: str
    recipe: str
    plan: str
    seed: int
    frames: list[FrameFigures]
    every: GroupFigures
    good: Annotated[GroupFigures | None, Meta(description="the frames that the analysis calls good; null: none")]
    hard_splits: list[HardSplitFigures]


class StressFigures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one change of the picture does to the density of the tissue that stays visible, in % of that before it.

    change: what was done, or the group's own name: all changes of the group together.
    good, held: share of changed pictures that are called good; that stay in their interval or are called poor.
    """

    change: str
    group: str
    median_pct: float | None
    worst_pct: float | None
    worst_frame: str
    good: float
    held: float


class ModelFigures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How good the model is on frames that it was not trained on. Shares, not percent."""

    method: str
    frames: int
    f1: float
    f1_folds: Annotated[list[float], Meta(description="F1 of each fold: the spread to expect")]
    recall: float
    precision: float
    accuracy: Annotated[float | None, Meta(description="share of proposals that readers agree on judged right")] = None
    auc_roc: Annotated[float | None, Meta(description="area under the curve of recall over false alarms")] = None
    dice: Annotated[float | None, Meta(description="overlap with the readers' own masks, mean over frames")] = None
    jaccard: float | None = None
    density_error_median: float
    density_error_max: float
    density_correlation: float | None
    calibration_error: Annotated[float, Meta(description="expected calibration error over 10 bins")]
    interval_coverage: Annotated[float, Meta(description="share of frames whose 90 % interval holds the readers' mean")]
    spread: Annotated[dict[str, float], Meta(description="standard deviation over folds, by the measure's name")] = {}
    transfer: Annotated[
        TransferFigures | None, Meta(description="the figures to go by: on scenes of which nothing was seen")
    ] = None
    stress: Annotated[
        list[StressFigures], Meta(description="what the density does if a picture changes and its tissue does not")
    ] = []


def transfer_sentence(figures: ModelFigures | None) -> str:
    """Say for people who read its densities how good a model is on scenes it had not seen.

    The errors are those of the frames called good: the page shows the density of no other.
    """
    if figures is None or figures.transfer is None:
        return "Not measured on scenes new to the model."
    good, frames = figures.transfer.good, figures.transfer.every.frames
    if good is None:
        return f"On scenes new to the model: no picture was good ({frames} frames)."
    return (
        f"On scenes new to the model: half of the densities within {100 * good.density_error_median:.0f} %, "
        f"the worst {100 * good.density_error_max:.0f} % off ({good.frames} good frames of {frames})."
    )
