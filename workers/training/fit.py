"""Fits one network to labelled samples. TensorFlow is imported only when a network is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from tqdm import tqdm

from stream.config.plugins import find
from workers.capillary.classifier import crops_of
from workers.capillary.crops import cut, placements, poses
from workers.runtimes.card import Input
from workers.training.architectures.architecture import Architecture
from workers.training.data.augment import seeded, varied, varied_poses
from workers.training.data.samples import Samples
from workers.training.plan import TrainingPlan

if TYPE_CHECKING:
    import keras

Crops = npt.NDArray[np.uint8]
"""(n, size, size, channels) uint8: blue, green, red, outlines."""
Float32Array = npt.NDArray[np.float32]

_WEIGHT_DECAY: Final = 1e-4  # of AdamW (Loshchilov and Hutter 2019)


class Epoch(Struct, frozen=True, kw_only=True):
    """Mean loss of one epoch: on varied crops of the training, and on the watched frames as they are (None: none)."""

    loss: float
    watched: float | None


@dataclass(frozen=True)
class Fitted:
    """A network, the losses of each epoch, and the number of epochs that its weights come from."""

    network: "keras.Model"
    history: list[Epoch]
    epochs: int


def architecture_of(plan: TrainingPlan) -> Architecture:
    """Return the architecture that a plan names. Raises ModelError if there is none of that name."""
    found: Architecture = find("architectures", plan.architecture)
    return found


def clean_crops(frames: Sequence[Samples], view: Input) -> Crops:
    """Cut every proposal of every frame as the network sees it at run time."""
    return np.concatenate([crops_of(frame.picture, frame.proposals, view) for frame in frames])


def varied_crops(frames: Sequence[Samples], plan: TrainingPlan, random: np.random.Generator) -> Crops:
    """Cut every proposal of every frame, varied at random."""
    view, strength = plan.view, plan.augmentation
    crops = []
    for frame in frames:
        at = varied_poses(poses(frame.proposals, view.context, view.min_side_px), random, strength)
        crops.append(cut(frame.picture, placements(at, view.size_px), view.size_px))
    return varied(np.concatenate(crops), random, strength)


def targets_and_weights(frames: Sequence[Samples], plan: TrainingPlan) -> tuple[Float32Array, Float32Array]:
    """Return what the network shall say of all proposals, and how much each counts.

    Targets are (n, 2), other and capillary, label smoothing included; weights (n,).
    """
    target = np.concatenate([frame.target for frame in frames])
    vessel = np.concatenate([frame.ignored & (frame.target == 0) for frame in frames])
    weight = np.where(target == 0.5, plan.uncertain_weight, np.where(vessel, plan.vessel_weight, 1.0))
    share = float(np.clip((weight * target).sum() / weight.sum(), 0.05, 0.95))
    weight = weight * np.where(target > 0.5, 0.5 / share, 0.5 / (1 - share)) ** plan.class_weights
    soft = target * (1.0 - plan.label_smoothing) + plan.label_smoothing / 2
    return np.stack([1.0 - soft, soft], axis=1).astype(np.float32), weight.astype(np.float32)


def repeatable(seed: int) -> None:
    """Make what Keras does from here on the same for the same seed, to the bit, on one machine."""
    import keras
    import tensorflow as tf

    keras.backend.clear_session(free_memory=False)  # layers are numbered from 1 again: their names stand in the files
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)


def rate(plan: TrainingPlan, steps: int) -> "keras.optimizers.schedules.LearningRateSchedule":
    """Return the learning rate over `steps`: a linear rise, then half a cosine's period down to 0."""
    import keras

    rising = round(plan.warm_up * steps)
    if not rising:
        return keras.optimizers.schedules.CosineDecay(plan.learning_rate, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - rising, warmup_target=plan.learning_rate, warmup_steps=rising
    )


def fit(
    frames: Sequence[Samples], plan: TrainingPlan, seed: int, what: str = "training", watched: Sequence[Samples] = ()
) -> Fitted:
    """Train a network on all proposals of `frames`, the same for the same seed on the same machine.

    what: for the progress bar. watched: frames whose loss is measured after each epoch; if the plan stops early, they
    decide when, and the weights of the best epoch are taken. Else they decide nothing.
    """
    repeatable(seed)
    network = architecture_of(plan).build(plan.view, plan.dropout)
    steps = plan.epochs * -(-sum(len(frame.proposals) for frame in frames) // plan.batch)
    return continued(network, frames, plan, seed, rate(plan, steps), what, watched)


def continued(
    network: "keras.Model",
    frames: Sequence[Samples],
    plan: TrainingPlan,
    seed: int,
    learning_rate: "float | keras.optimizers.schedules.LearningRateSchedule",
    what: str,
    watched: Sequence[Samples] = (),
    callbacks: Sequence["keras.callbacks.Callback"] = (),
) -> Fitted:
    """Train `network` in place for the plan's epochs; see `fit`. callbacks: for Keras, in every epoch."""
    import keras

    network.compile(
        keras.optimizers.AdamW(learning_rate, weight_decay=_WEIGHT_DECAY),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    targets, weights = targets_and_weights(frames, plan)
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


def _loss(network: "keras.Model", frames: Sequence[Samples], plan: TrainingPlan) -> float | None:
    if not frames:
        return None
    targets, weights = targets_and_weights(frames, plan)
    crops = clean_crops(frames, plan.view).astype(np.float32)
    return float(network.evaluate(crops, targets, sample_weight=weights, batch_size=256, verbose=0))


def _best(history: Sequence[Epoch]) -> int:
    """Return the number of the epoch, from 1, with the smallest loss on the watched frames; without such, the last."""
    watched = [epoch.watched for epoch in history if epoch.watched is not None]
    return watched.index(min(watched)) + 1 if watched else len(history)
