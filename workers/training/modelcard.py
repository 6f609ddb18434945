"""The model card for people, from the same facts as the card for machines."""

from workers.runtimes.card import Card, Figures


def as_markdown(card: Card) -> str:
    """The card as Markdown."""
    training, size = card.training, card.input.size_px
    held_out = ", ".join(training.held_out) or "none: figures come from models of the same kind that saw fewer frames"
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
| frames seen | {", ".join(training.frames)} |
| frames held out | {held_out} |
| seed, epochs | {training.seed}, {training.epochs} |
| threshold | {card.threshold:.2f} on the calibrated probability |
| SHA-256 | `{card.litert.sha256}` |

## How good it is

{figures_table(card.figures)}

## Limits

{limits}
"""


def figures_table(figures: Figures | None) -> str:
    """What was measured, as a Markdown table."""
    if figures is None:
        return "Not measured."
    folds = ", ".join(f"{f1:.3f}" for f1 in figures.f1_folds)
    correlation = "-" if figures.density_correlation is None else f"{figures.density_correlation:.3f}"
    error = f"median {100 * figures.density_error_median:.1f} %, worst frame {100 * figures.density_error_max:.0f} %"
    return f"""{figures.method}; {figures.frames} frames.

| measure | value |
| --- | --- |
| regions: F1 | {figures.f1:.3f} (folds: {folds}) |
| regions: recall, precision | {figures.recall:.3f}, {figures.precision:.3f} |
| density error against the readers' mean | {error} |
| density correlation | {correlation} |
| calibration error of probabilities | {figures.calibration_error:.3f} |
| frames whose 90 % interval holds the readers' mean | {100 * figures.interval_coverage:.0f} % |"""
