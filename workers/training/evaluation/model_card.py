"""The model card for people, in Markdown, from the same facts as the card for the program."""

from collections.abc import Sequence
from typing import Final

from workers.runtimes.card import Card
from workers.runtimes.figures import ModelFigures


def as_markdown(card: Card) -> str:
    """Return the card as Markdown."""
    training, size = card.training, card.input.size_px
    held_out = ", ".join(training.held_out) or "none"
    limits = "\n".join(f"- {limit}" for limit in card.limits)
    return f"""# Model card: {card.name}

Generated from `{card.litert.file.removesuffix(".tflite")}.json`; change that by training, not by hand.

| | |
| --- | --- |
| identifier | `{card.model_id}` |
| task | says of an outlined region in a microscope frame whether it is a capillary |
| architecture | {card.architecture}; full-integer int8 |
| input | {size}x{size} px, {card.input.channels} channels: flat-fielded blue, green, red, and the outlines |
| intended use | {card.intended_use} |
| licence | {card.licence} |
| trained on | {training.data} |
| labels | {training.readers} |
| proposals | {card.proposals} |
| frames seen | {_frames(training.frames)} |
| frames held out | {held_out} |
| seed, epochs | {training.seed}, {training.epochs} |
| threshold | {card.threshold:.2f} on the calibrated probability |
| SHA-256 | `{card.litert.sha256}` |

## How good it is

{figures_table(card.figures)}

## Limits

{limits}
"""


def _frames(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 30 else f"{len(names)}: {names[0]} to {names[-1]}"


def figures_table(figures: ModelFigures | None) -> str:
    """Return what was measured as a Markdown table."""
    if figures is None:
        return "Not measured."
    rows = [_row(figures, title, name) for title, name in _SHARES if getattr(figures, name) is not None]
    folds = ", ".join(f"{f1:.3f}" for f1 in figures.f1_folds)
    correlation = "-" if figures.density_correlation is None else f"{figures.density_correlation:.3f}"
    return "\n".join(
        [
            f"{figures.method}; {figures.frames} frames. Spread: standard deviation over folds.",
            "",
            "| measure | value | spread |",
            "| --- | --- | --- |",
            *rows,
            f"| F1 of each fold | {folds} | |",
            f"| density error against the readers' mean, worst frame | {figures.density_error_max:.3f} | |",
            f"| density correlation | {correlation} | |",
            f"| frames whose 90 % interval holds the readers' mean | {figures.interval_coverage:.2f} | |",
        ]
    )


_SHARES: Final = (
    ("regions: F1", "f1"),
    ("regions: recall", "recall"),
    ("regions: precision", "precision"),
    ("proposals judged right (accuracy)", "accuracy"),
    ("area under the ROC curve", "auc_roc"),
    ("masks: Dice, mean of both readers", "dice"),
    ("masks: Jaccard, mean of both readers", "jaccard"),
    ("calibration error of probabilities", "calibration_error"),
    ("density error against the readers' mean, median frame", "density_error_median"),
)


def _row(figures: ModelFigures, title: str, name: str) -> str:
    spread = f"{figures.spread[name]:.3f}" if name in figures.spread else ""
    return f"| {title} | {getattr(figures, name):.3f} | {spread} |"
