"""The model card for people, in Markdown, from the same facts as the card for the program."""

from collections.abc import Sequence
from typing import Final

from workers.runtimes.card import Card
from workers.runtimes.figures import FrameFigures, GroupFigures, ModelFigures, StressFigures, TransferFigures
from workers.training.evaluation.failures import failing


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

{measured(card)}

## Limits

{limits}
"""


def measured(card: Card) -> str:
    """Return all that was measured, as Markdown: first how it transfers to scenes of which nothing was seen."""
    figures = card.figures
    parts: list[tuple[str, str]] = []
    if figures is not None and figures.transfer is not None:
        transfer = figures.transfer
        pictures = card.litert.file.removesuffix(".tflite")
        parts = [
            ("On scenes of which nothing was seen", transfer_table(transfer)),
            ("On kinds of frames of which none was seen", hard_splits_table(transfer)),
            ("Frames it fails on", failures(failing(transfer.frames), pictures)),
        ]
    if card.training.chosen_on:
        parts.append(("What was chosen on which frames", card.training.chosen_on))
    if figures is not None and figures.stress:
        parts.append(("If the picture changes and the tissue does not", stress_table(figures.stress)))
    title = "In the cross-validation of the training" if parts and figures is not None and figures.transfer else _PLAIN
    parts.append((title, figures_table(figures)))
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in parts)


def transfer_table(transfer: TransferFigures) -> str:
    """Return the headline: all frames, and those that the analysis calls good."""
    groups = [transfer.every, *([transfer.good] if transfer.good else [])]
    heads = [f"all {transfer.every.frames}", *([f"the {transfer.good.frames} called good"] if transfer.good else [])]
    rows = [(title, *(_cell(group, name) for group in groups)) for title, name in _TRANSFER]
    return "\n".join([f"{transfer.method}.", "", *_table(["measure", *heads], rows)])


def hard_splits_table(transfer: TransferFigures) -> str:
    """Return the hard splits: F1 with the kind unseen, with the scene alone unseen, and the fall between them."""
    if not transfer.hard_splits:
        return "Not measured."
    head = [
        "learned, scored",
        "learned from",
        "scored",
        "F1",
        "F1, scene alone unseen",
        "fall",
        "density error",
        "rule",
    ]
    rows = [
        (
            split.name,
            f"{len(split.learned)}",
            ", ".join(split.scored),
            f"{split.unseen_kind.f1:.3f}",
            f"{split.unseen_scene.f1:.3f}",
            f"{split.fall:.3f}",
            _error(split.unseen_kind),
            split.rule,
        )
        for split in transfer.hard_splits
    ]
    return "\n".join(_table(head, rows))


def failures(frames: Sequence[FrameFigures], pictures: str) -> str:
    """Return the frames that fail, each with a link to its picture. pictures: stem of the weights' file."""
    if not frames:
        return "None: every interval holds the readers' mean, and no error is above 35 %."
    head = ["frame", "density (interval), %", "readers, %", "error", "called", "picture"]
    rows = [
        (
            frame.frame,
            f"{100 * frame.value:.2f} ({100 * frame.low:.2f} to {100 * frame.high:.2f})",
            f"{100 * frame.density_readers:.2f}",
            f"{100 * frame.density_error:.0f} %",
            ", ".join((frame.verdict, *frame.reasons)),
            f"[{frame.frame}]({pictures}-fails-{frame.frame}.jpg)",
        )
        for frame in frames
    ]
    return "\n".join(_table(head, rows))


def stress_table(rows: Sequence[StressFigures]) -> str:
    """Return the stress table: per group its total in bold, then its changes."""
    head = [
        "change of the picture",
        "change of density, median",
        "worst",
        "frame",
        "called good",
        "held or called poor",
    ]
    return "\n".join(
        _table(
            head,
            [
                (
                    f"**{row.change}**" if row.change == row.group else row.change,
                    "-" if row.median_pct is None else f"{row.median_pct:.1f} %",
                    "-" if row.worst_pct is None else f"{row.worst_pct:+.0f} %",
                    row.worst_frame,
                    f"{100 * row.good:.0f} %",
                    f"{100 * row.held:.0f} %",
                )
                for row in rows
            ],
        )
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _error(group: GroupFigures) -> str:
    return f"{100 * group.density_error_median:.0f} %, worst {100 * group.density_error_max:.0f} %"


def _cell(group: GroupFigures, name: str) -> str:
    value = getattr(group, name)
    return "-" if value is None else f"{value:.3f}"


_PLAIN: Final = "How good it is"
_TRANSFER: Final = (
    ("regions: F1", "f1"),
    ("regions: recall", "recall"),
    ("regions: precision", "precision"),
    ("density error against the readers' mean, median frame", "density_error_median"),
    ("density error, worst frame", "density_error_max"),
    ("density correlation", "density_correlation"),
    ("frames whose 90 % interval holds the readers' mean", "interval_coverage"),
    ("half of the interval's width over the value, median frame", "half_width_median"),
    ("frames whose value is in the middle half of its interval", "centred"),
)


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
