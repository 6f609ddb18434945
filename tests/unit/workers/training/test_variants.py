"""Pruning holds its zeros, and every form runs in the runtime that ships."""

import numpy as np
import pytest

from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from tests.doubles.tiny_model import microscope_frame
from workers.capillary.background import flat_field
from workers.capillary.crops import evened, picture
from workers.capillary.regions import propose
from workers.capillary.traits import measured
from workers.runtimes.litert import LiteRtRuntime
from workers.training.architectures.compact import COMPACT
from workers.training.data.labels import Label
from workers.training.data.samples import Samples
from workers.training.fit import clean_crops
from workers.training.folds import shape
from workers.training.plan import TrainingPlan
from workers.training.prune import SPARSITY, zeros
from workers.training.variants import files_of

PLAN = TrainingPlan()


@pytest.fixture(scope="module")
def frame() -> Samples:
    half = Colours.split(halved(microscope_frame()))
    flat = flat_field(half, half.halved())
    found = propose(flat)
    source = picture(flat, found)
    n = len(found.proposals)
    right = np.arange(n) % 2 == 0
    label = Label(frame="s", width_px=1920, height_px=1080, regions=[], missed={})
    target = right.astype(np.float32)
    return Samples(
        label,
        evened(source, found.depth),
        found.proposals,
        right,
        np.zeros(n, bool),
        target,
        np.zeros((0, n), np.float32),
        measured(source, found, found.proposals),
    )


@pytest.mark.slow
def test_four_forms_of_one_network(frame: Samples) -> None:
    network = COMPACT.build(PLAN.view, PLAN.dropout)
    files = files_of(network, [frame], PLAN, seed=1)
    assert zeros(network) == pytest.approx(SPARSITY, abs=0.02)
    crops = clean_crops([frame], PLAN.view)
    said = {name: LiteRtRuntime(content, shape(PLAN)).probabilities(crops) for name, content in files.items()}
    assert list(said) == ["float32", "int8", "pruned", "pruned + int8"]
    assert np.abs(said["float32"] - said["int8"]).max() < 0.1
    assert np.abs(said["pruned"] - said["pruned + int8"]).max() < 0.1
    assert len(files["int8"]) < len(files["float32"]) / 3
