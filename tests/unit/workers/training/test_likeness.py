"""A model knows frames that are unlike those of its training."""

import numpy as np

from workers.capillary.likeness import FEWEST, unlike, usual
from workers.capillary.regions import Proposal
from workers.capillary.traits import MEASURED
from workers.training.data.labels import Label
from workers.training.data.samples import Samples
from workers.training.likeness import likeness_of


def frame(seed: int, shift: float = 0.0) -> np.ndarray:
    """Traits of 40 patches; shift: of all of them, in standard deviations between patches."""
    random = np.random.default_rng(seed)
    return random.normal(shift, 1.0, (40, len(MEASURED))) + random.normal(0.0, 0.2, len(MEASURED))


def test_single_patches_do_not_move_what_is_usual() -> None:
    traits = frame(1)
    odd = traits.copy()
    odd[:3] = 50.0
    before, after = usual(traits), usual(odd)
    assert before is not None
    assert after is not None
    assert np.abs(after - before).max() < 0.5


def test_of_few_patches_nothing_is_usual() -> None:
    assert usual(frame(1)[: FEWEST - 1]) is None
    assert unlike(None, None) == 0.0


def samples(name: str, traits: np.ndarray) -> Samples:
    square = Proposal(np.zeros((4, 2), np.int32), (0, 0, 5, 5), 100.0)
    label = Label(frame=name, width_px=500, height_px=200, regions=[], missed={})
    none, n = np.zeros(len(traits), bool), len(traits)
    empty = np.zeros((0, n), np.float32)
    return Samples(
        label, np.zeros((2, 2, 4), np.uint8), [square] * n, none, none, none.astype(np.float32), empty, traits
    )


def test_a_frame_like_those_of_the_training_is_within_the_limit_and_another_beyond() -> None:
    likeness = likeness_of([samples(str(seed), frame(seed)) for seed in range(20)])
    assert likeness is not None

    def measured(traits: np.ndarray) -> float:
        return unlike(usual(traits), likeness)

    assert max(measured(frame(seed)) for seed in range(20)) <= 1.0
    assert np.median([measured(frame(seed)) for seed in range(100, 120)]) < 1.0
    assert measured(frame(1, shift=3.0)) > 1.5


def test_frames_of_few_scenes_say_nothing() -> None:
    alike = [[str(seed) for seed in range(8)]]
    assert likeness_of([samples(str(seed), frame(seed)) for seed in range(8)], alike) is None
