"""Plots of a cross-validation. Draws figures; does not know any file."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from workers.training.calibrate import Judged
from workers.training.evaluation.classification import auc_roc, calibration_error, reliability, roc
from workers.training.evaluation.score import FrameScore
from workers.training.fit import Epoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIRST: Final = "#16697a"
SECOND: Final = "#db3a34"
FAINT: Final = "#9aa5ab"


def plots(
    histories: Sequence[Sequence[Epoch]], judged: Sequence[Sequence[Judged]], scores: Sequence[Sequence[FrameScore]]
) -> Mapping[str, "Figure"]:
    """Draw every plot; returns figures by name. Each argument has one entry per fold, with calibrated probabilities."""
    return {
        "loss": loss_curves(histories),
        "roc": roc_curves(judged),
        "calibration": calibration(judged),
        "bland-altman": bland_altman([score for fold in scores for score in fold]),
    }


def loss_curves(histories: Sequence[Sequence[Epoch]]) -> "Figure":
    """Draw the loss over epochs, of each fold's training and of its watched frames."""
    figure, axes = _canvas("epoch", "loss (cross-entropy)", "Loss, a line a fold")
    for number, history in enumerate(histories):
        epochs = np.arange(1, len(history) + 1)
        axes.plot(epochs, [e.loss for e in history], color=FIRST, lw=1, label=None if number else "training, varied")
        if all(e.watched is not None for e in history):
            watched = [e.watched for e in history]
            axes.plot(epochs, watched, color=SECOND, lw=1, label=None if number else "frames not trained on")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure


def roc_curves(judged: Sequence[Sequence[Judged]]) -> "Figure":
    """Draw capillaries accepted over other regions accepted, for each fold and for all."""
    figure, axes = _canvas("other regions accepted", "capillaries accepted", "ROC of held-out proposals")
    for number, fold in enumerate(judged):
        axes.plot(*roc(fold), color=FAINT, lw=0.8, label=None if number else "each fold")
    pooled = [one for fold in judged for one in fold]
    axes.plot(*roc(pooled), color=FIRST, lw=2, label=f"all, area {auc_roc(pooled):.3f}")
    axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8, ls=":")
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.legend(frameon=False, loc="lower right")
    return figure


def calibration(judged: Sequence[Sequence[Judged]]) -> "Figure":
    """Draw the share of capillaries among regions of like probability, and how many regions there are."""
    pooled = [one for fold in judged for one in fold]
    said, true, share = reliability(pooled).T
    title = f"Calibration, expected error {calibration_error(pooled):.3f}"
    figure, axes = _canvas("probability", "share that are capillaries", title)
    axes.bar(said, share, width=0.06, color=FAINT, alpha=0.5, label="share of all regions")
    axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8, ls=":")
    axes.plot(said, true, color=FIRST, marker="o", ms=4, label="capillaries")
    axes.set(xlim=(-0.02, 1.02), ylim=(0, 1.02), aspect="equal")
    axes.legend(frameon=False, loc="upper left")
    return figure


def bland_altman(scores: Sequence[FrameScore]) -> "Figure":
    """Draw each frame's difference of density to the readers' over the mean of both (Bland and Altman 1986)."""
    figure, axes = _canvas("mean of program and readers, density %", "program - readers, density %", "Density")
    pairs = 100 * np.array([(score.density, score.density_readers) for score in scores])
    middle, difference = pairs.mean(axis=1), pairs[:, 0] - pairs[:, 1]
    axes.scatter(middle, difference, s=16, color=FIRST)
    named = scores if len(scores) <= 40 else []
    for score, x, y in zip(named, middle, difference, strict=False):
        axes.annotate(score.frame, (x, y), xytext=(4, 2), textcoords="offset points", fontsize=7, color="#555555")
    bias = float(difference.mean())
    reach = 1.96 * float(difference.std(ddof=1)) if len(scores) > 1 else 0.0
    for value, name in ((bias + reach, "+1.96 SD"), (bias, "bias"), (bias - reach, "-1.96 SD")):
        axes.axhline(value, color=SECOND, ls="-" if name == "bias" else "--", lw=1)
        place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom", "fontsize": 8}
        axes.annotate(f"{name} {value:+.2f}", (1.0, value), **place)
    return figure


def _canvas(x: str, y: str, title: str) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
