"""Puts figures that were measured apart from the training into a card: transfer, and the stress table."""

import shutil
from pathlib import Path

import msgspec
from msgspec import Struct

from stream.errors import OutputError, UsageError
from workers.runtimes.card import RECIPE, Card, read_card
from workers.runtimes.figures import StressFigures, TransferFigures
from workers.training.evaluation.failures import failing
from workers.training.evaluation.model_card import as_markdown


class StressTotal(Struct, frozen=True):
    """What stress.json says of one change, or of a group of them, over all frames."""

    median_pct: float | None
    worst_pct: float | None
    worst_frame: str
    good: float
    held: float


class ChangeRow(Struct, frozen=True):
    """One change in stress.json."""

    change: str
    group: str
    total: StressTotal


class GroupRow(Struct, frozen=True):
    """One group of changes in stress.json."""

    group: str
    title: str
    total: StressTotal


class StressFile(Struct, frozen=True):
    """The part of stress.json that a card takes."""

    model_id: str
    groups: list[GroupRow]
    rows: list[ChangeRow]


def read_transfer(path: Path, plan: str | None) -> TransferFigures:
    """Read transfer.json. Raises UsageError if it is none, or was measured with another recipe or plan.

    plan: hash of the plan that it must have been measured with; None: not known.
    """
    try:
        figures = msgspec.json.decode(path.read_bytes(), type=TransferFigures)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path} is not written by `models evaluate --transfer`: {error}.") from error
    if figures.recipe != RECIPE:
        raise UsageError(f"{path} was measured with the recipe {figures.recipe!r}, this program's is {RECIPE!r}.")
    if plan not in (None, figures.plan):
        raise UsageError(f"{path} was measured with another plan of training: measure it again.")
    return figures


def read_stress(path: Path) -> StressFile:
    """Read stress.json. Raises UsageError if it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=StressFile)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path} is not written by `models stress`: {error}.") from error


def with_transfer(card: Card, transfer: TransferFigures) -> Card:
    """Return the card with these figures. Raises UsageError if they are of other frames."""
    if card.figures is None:
        raise UsageError(f"The card of {card.name} has no figures at all: these are no weights as training made them.")
    if sorted(frame.frame for frame in transfer.frames) != sorted(card.training.frames):
        raise UsageError(f"The transfer was measured on other frames than {card.name} was trained on.")
    return msgspec.structs.replace(card, figures=msgspec.structs.replace(card.figures, transfer=transfer))


def with_stress(card: Card, stress: StressFile) -> Card:
    """Return the card with this stress table. Raises UsageError if it is another model's."""
    if card.figures is None:
        raise UsageError(f"The card of {card.name} has no figures at all: these are no weights as training made them.")
    if stress.model_id != card.model_id:
        raise UsageError(f"The stress table is that of {stress.model_id}, not of {card.model_id}: make it again.")
    rows = [
        stressed
        for group in stress.groups
        for stressed in [
            _stressed(group.title, group.title, group.total),
            *(_stressed(row.change, group.title, row.total) for row in stress.rows if row.group == group.group),
        ]
    ]
    return msgspec.structs.replace(card, figures=msgspec.structs.replace(card.figures, stress=rows))


def _stressed(change: str, group: str, total: StressTotal) -> StressFigures:
    return StressFigures(
        change=change,
        group=group,
        median_pct=total.median_pct,
        worst_pct=total.worst_pct,
        worst_frame=total.worst_frame,
        good=total.good,
        held=total.held,
    )


def renew(weights: Path, transfer: Path | None, stress: Path | None, chosen_on: str | None = None) -> Card:
    """Put figures into the card beside `weights`, write it for program and people, and return it.

    Pictures of failing frames are copied from beside transfer.json. Raises ModelError, UsageError, OutputError.
    """
    card = read_card(weights)
    if transfer is not None:
        card = with_transfer(card, read_transfer(transfer, card.training.plan))
    if stress is not None:
        card = with_stress(card, read_stress(stress))
    if chosen_on is not None:
        card = msgspec.structs.replace(card, training=msgspec.structs.replace(card.training, chosen_on=chosen_on))
    try:
        write_card(weights, card)
        if transfer is not None:
            copy_pictures(card, transfer.parent, weights)
    except OSError as error:
        raise OutputError(f"Cannot write {error.filename}: {error.strerror}.") from error
    return card


def write_card(weights: Path, card: Card) -> None:
    """Write .json and .md beside the weights."""
    weights.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    weights.with_suffix(".md").write_text(as_markdown(card))


def copy_pictures(card: Card, folder: Path, weights: Path) -> None:
    """Copy the pictures of the failing frames from `folder` beside the weights, as the card for people names them."""
    if card.figures is None or card.figures.transfer is None:
        return
    for frame in failing(card.figures.transfer.frames):
        picture = folder / f"fails-{frame.frame}.jpg"
        if picture.is_file():
            shutil.copyfile(picture, weights.with_name(f"{weights.stem}-{picture.name}"))
