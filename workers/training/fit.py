"""Fits one network to labelled samples. TensorFlow is imported when it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct
from tqdm import tqdm

from stream.errors import ConfigError
from workers.capillary.classifier import crops_of
from workers.capillary.crops import CHANNELS, cut, square
from workers.runtimes.card import Input, ProposalsName
from workers.training.architectures.compact import capillary_net
from workers.training.augment import Strength, seeded, varied, varied_placement
from workers.training.dataset import Samples

if TYPE_CHECKING:
    import keras

Crops = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float32]


class Plan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a network is trained."""

    view: Input = Input(size_px=32, channels=CHANNELS, context=1.7, min_side_px=28)
    proposals: ProposalsName = "contrast"
    epochs: Annotated[int, Meta(ge=1, description="at most so many")] = 30
    patience: Annotated[
        int,
        Meta(
            ge=0,
            description="stop early after so many epochs without gain on frames set apart for that; 0: never",
        ),
    ] = 0
    batch: Annotated[int, Meta(ge=1)] = 32
    learning_rate: Annotated[float, Meta(gt=0)] = 1e-3
    warm_up: Annotated[float, Meta(ge=0, lt=1, description="share of the steps in which the rate rises from 0")] = 0.0
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.3
    label_smoothing: Annotated[float, Meta(ge=0, lt=1)] = 0.02
    class_weights: Annotated[
        float, Meta(ge=0, le=1, description="0: every region counts the same; 1: the rarer class as much as the other")
    ] = 0.0
    uncertain_weight: Annotated[float, Meta(ge=0, le=1, description="weight of regions that readers disagree on")] = 0.5
    painted: Annotated[int, Meta(ge=0, description="times that vessels are painted into each frame")] = 2
    measured: Annotated[
        bool,
        Meta(description="weigh what is measured of a region beside the network's opinion; else Platt scaling alone"),
    ] = True
    vessel_weight: Annotated[float, Meta(ge=0, description="weight of vessels that are no capillaries")] = 1.0
    augmentation: Strength = Strength()


def read_plan(path: Path) -> Plan:
    """A plan from a TOML file with any of its fields; the others stay as they are by default. Raises ConfigError."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path} is not a plan of training: {error}.") from error


class Epoch(Struct, frozen=True, kw_only=True):
    """Mean loss of one epoch; `watched`: on the frames that are watched, unvaried, None without any."""

    loss: float
    watched: float | None


@dataclass(frozen=True)
class Fitted:
    """A network, what it lost in each epoch, and the number of epochs that its weights come from."""

    network: "keras.Model"
    history: list[Epoch]
    epochs: int


def clean_crops(frames: Sequence[Samples], view: Input) -> Crops:
    """Every proposal of every frame as the network sees it at run time, (n, size, size, channels)."""
    return np.concatenate([crops_of(frame.picture, frame.proposals, view) for frame in frames])


def varied_crops(frames: Sequence[Samples], plan: Plan, random: np.random.Generator) -> Crops:
    """Every proposal of every frame, varied at random, (n, size, size, channels)."""
    view, strength = plan.view, plan.augmentation
    crops = [
        cut(
            frame.picture,
            [
                varied_placement(square(p, view.context, view.min_side_px), view.size_px, random, strength)
                for p in frame.proposals
            ],
            view.size_px,
        )
        for frame in frames
    ]
    return varied(np.concatenate(crops), random, strength)


def wanted(frames: Sequence[Samples], plan: Plan) -> tuple[Numbers, Numbers]:
    """Targets (n, 2), other and capillary, label smoothing included, and weights (n,), for all proposals."""
    target = np.concatenate([frame.target for frame in frames])
    vessel = np.concatenate([frame.ignored & (frame.target == 0) for frame in frames])
    weight = np.where(target == 0.5, plan.uncertain_weight, np.where(vessel, plan.vessel_weight, 1.0))
    share = float(np.clip((weight * target).sum() / weight.sum(), 0.05, 0.95))
    weight = weight * np.where(target > 0.5, 0.5 / share, 0.5 / (1 - share)) ** plan.class_weights
    soft = target * (1.0 - plan.label_smoothing) + plan.label_smoothing / 2
    return np.stack([1.0 - soft, soft], axis=1).astype(np.float32), weight.astype(np.float32)


def repeatable(seed: int) -> None:
    """The same numbers for the same seed, to the bit, on one machine."""
    import keras
    import tensorflow as tf

    keras.backend.clear_session(free_memory=False)  # layers are numbered from 1 again: their names stand in the files
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)


def rate(plan: Plan, steps: int) -> "keras.optimizers.schedules.LearningRateSchedule":
    """The learning rate over `steps`: a linear rise, then a quarter of a cosine's period down to 0."""
    import keras

    rising = round(plan.warm_up * steps)
    if not rising:
        return keras.optimizers.schedules.CosineDecay(plan.learning_rate, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - rising, warmup_target=plan.learning_rate, warmup_steps=rising
    )


def fit(
    frames: Sequence[Samples], plan: Plan, seed: int, what: str = "training", watched: Sequence[Samples] = ()
) -> Fitted:
    """A network trained on all proposals of `frames`, the same for the same seed on the same machine.

    watched: frames to note the loss on after each epoch; with patience in the plan, they decide when to stop, and
    the weights of the best epoch are taken. Else they decide nothing.
    """
    repeatable(seed)
    network = capillary_net(plan.view, plan.dropout)
    steps = plan.epochs * -(-sum(len(frame.proposals) for frame in frames) // plan.batch)
    return continued(network, frames, plan, seed, rate(plan, steps), what, watched)


def continued(
    network: "keras.Model",
    frames: Sequence[Samples],
    plan: Plan,
    seed: int,
    learning_rate: "float | keras.optimizers.schedules.LearningRateSchedule",
    what: str,
    watched: Sequence[Samples] = (),
    callbacks: Sequence["keras.callbacks.Callback"] = (),
) -> Fitted:
    """Train `network` in place for the plan's epochs, see `fit`."""
    import keras

    network.compile(
        keras.optimizers.AdamW(learning_rate, weight_decay=1e-4), keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    targets, weights = wanted(frames, plan)
    history: list[Epoch] = []
    best = network.get_weights()
    for epoch in tqdm(range(plan.epochs), desc=what, unit="epoch", disable=None, leave=False):
        random = seeded(seed, [epoch])
        crops = varied_crops(frames, plan, random)
        order = random.permutation(len(crops))
        done = network.fit(
            crops[order].astype(np.float32),
            targets[order],
            sample_weight=weights[order],
            batch_size=plan.batch,
            shuffle=False,
            verbose=0,
            callbacks=list(callbacks),
        )
        history.append(Epoch(loss=done.history["loss"][0], watched=_loss(network, watched, plan)))
        if _best(history) == len(history):
            best = network.get_weights() if plan.patience else best
        elif plan.patience and len(history) - _best(history) >= plan.patience:
            break
    if not (plan.patience and watched):
        return Fitted(network, history, len(history))
    network.set_weights(best)
    return Fitted(network, history, _best(history))


def _loss(network: "keras.Model", frames: Sequence[Samples], plan: Plan) -> float | None:
    if not frames:
        return None
    targets, weights = wanted(frames, plan)
    crops = clean_crops(frames, plan.view).astype(np.float32)
    return float(network.evaluate(crops, targets, sample_weight=weights, batch_size=256, verbose=0))


def _best(history: Sequence[Epoch]) -> int:
    """The number of the epoch, from 1, with the smallest loss on the watched frames; without such, the last."""
    watched = [epoch.watched for epoch in history if epoch.watched is not None]
    return watched.index(min(watched)) + 1 if watched else len(history)
