"""Fits one network to labelled samples. TensorFlow is imported when it is called."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct
from tqdm import tqdm

from workers.capillary.classifier import crops_of
from workers.capillary.crops import CHANNELS, cut, square
from workers.runtimes.card import Input
from workers.training.architectures import capillary_net
from workers.training.augment import seeded, varied_light, varied_placement
from workers.training.dataset import Samples

if TYPE_CHECKING:
    import keras


class Plan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a network is trained."""

    view: Input = Input(size_px=32, channels=CHANNELS, context=1.7, min_side_px=28)
    epochs: Annotated[int, Meta(ge=1)] = 22
    batch: Annotated[int, Meta(ge=1)] = 64
    learning_rate: Annotated[float, Meta(gt=0)] = 1e-3
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.4
    label_smoothing: Annotated[float, Meta(ge=0, lt=1)] = 0.05
    uncertain_weight: Annotated[float, Meta(ge=0, le=1, description="weight of regions that readers disagree on")] = 0.5
    vessel_weight: Annotated[float, Meta(ge=0, description="weight of vessels that are no capillaries")] = 1.0


def clean_crops(frames: Sequence[Samples], view: Input) -> npt.NDArray[np.uint8]:
    """Every proposal of every frame as the network sees it at run time, (n, size, size, channels)."""
    return np.concatenate([crops_of(frame.picture, frame.proposals, view) for frame in frames])


def _varied_crops(frames: Sequence[Samples], view: Input, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    maps = [
        [varied_placement(square(p, view.context, view.min_side_px), view.size_px, random) for p in frame.proposals]
        for frame in frames
    ]
    crops = [cut(frame.picture, of_frame, view.size_px) for frame, of_frame in zip(frames, maps, strict=True)]
    return varied_light(np.concatenate(crops), random)


def fit(frames: Sequence[Samples], plan: Plan, seed: int, what: str = "training") -> "keras.Model":
    """A network trained on all proposals of `frames`, the same for the same seed on the same machine."""
    import keras

    keras.utils.set_random_seed(seed)
    network = capillary_net(plan.view, plan.dropout)
    target = np.concatenate([frame.target for frame in frames])
    vessel = np.concatenate([frame.ignored & (frame.target == 0) for frame in frames])
    weight = np.where(target == 0.5, plan.uncertain_weight, np.where(vessel, plan.vessel_weight, 1.0))
    soft = target * (1.0 - plan.label_smoothing) + plan.label_smoothing / 2
    wanted = np.stack([1.0 - soft, soft], axis=1).astype(np.float32)
    steps = plan.epochs * -(-len(target) // plan.batch)
    schedule = keras.optimizers.schedules.CosineDecay(plan.learning_rate, steps)
    network.compile(
        keras.optimizers.AdamW(schedule, weight_decay=1e-4), keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    for epoch in tqdm(range(plan.epochs), desc=what, unit="epoch", disable=None, leave=False):
        random = seeded(seed, [epoch])
        crops = _varied_crops(frames, plan.view, random)
        order = random.permutation(len(crops))
        network.fit(
            crops[order].astype(np.float32),
            wanted[order],
            sample_weight=weight[order].astype(np.float32),
            batch_size=plan.batch,
            shuffle=False,
            verbose=0,
        )
    return network
