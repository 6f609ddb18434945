"""The plan of a training: what a network is, what it is shown, and how it learns. A TOML file may change any of it."""

import hashlib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from stream.errors import ConfigError
from stream.machine.text_files import TextError, read_text
from workers.capillary.crops import CHANNELS
from workers.runtimes.card import Input, ProposalsName
from workers.training.data.augment import Strength


class TrainingPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a network is trained."""

    architecture: Annotated[
        str, Meta(min_length=1, max_length=300, description='a known name, or "package.module:attribute"')
    ] = "compact"
    view: Input = Input(size_px=24, channels=CHANNELS, context=1.7, min_side_px=28)
    proposals: ProposalsName = "contrast"
    epochs: Annotated[int, Meta(ge=1, description="at most so many")] = 12
    patience: Annotated[
        int,
        Meta(
            ge=0,
            description="stop early after so many epochs without gain on frames set apart for that; 0: never",
        ),
    ] = 0
    batch: Annotated[int, Meta(ge=1)] = 64
    learning_rate: Annotated[float, Meta(gt=0)] = 1.5e-3
    warm_up: Annotated[float, Meta(ge=0, lt=1, description="share of the steps in which the rate rises from 0")] = 0.0
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.3
    label_smoothing: Annotated[float, Meta(ge=0, lt=1)] = 0.02
    class_weights: Annotated[
        float, Meta(ge=0, le=1, description="0: every region counts the same; 1: the rarer class as much as the other")
    ] = 0.0
    uncertain_weight: Annotated[float, Meta(ge=0, le=1, description="weight of regions that readers disagree on")] = 0.5
    painted: Annotated[int, Meta(ge=0, description="times that vessels are painted into each frame")] = 2
    disturbed: Annotated[
        int, Meta(ge=0, description="copies of each frame in other light and focus, with drawn objects")
    ] = 4
    measured: Annotated[
        bool,
        Meta(description="weigh what is measured of a region beside the network's opinion; else Platt scaling alone"),
    ] = True
    vessel_weight: Annotated[float, Meta(ge=0, description="weight of vessels that are no capillaries")] = 1.0
    augmentation: Strength = Strength(contrast=0.35, blur=0.6, tint=0.15, compressed=0.1)


def plan_hash(plan: TrainingPlan) -> str:
    """Return the SHA-256 of all fields: two models of one hash were trained in the same way."""
    return hashlib.sha256(msgspec.json.encode(plan)).hexdigest()


def read_plan(path: Path) -> TrainingPlan:
    """Read a TOML file with any of the plan's fields; the others have their defaults. Raises ConfigError."""
    try:
        return msgspec.toml.decode(read_text(path), type=TrainingPlan)
    except (OSError, TextError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path} is not a plan of training: {error}.") from error
