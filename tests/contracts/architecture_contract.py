"""What every network that can be trained must do: subclass, name the architecture, and the tests run."""

import msgspec
import numpy as np
import pytest

from workers.runtimes.litert import LiteRtRuntime
from workers.training.fit import architecture_of, repeatable
from workers.training.folds import shape
from workers.training.formats.keras import keras_bytes
from workers.training.formats.litert import int8_bytes
from workers.training.plan import TrainingPlan


class ArchitectureContract:
    """name: as in a plan of training."""

    name: str

    def plan(self, size_px: int = 32) -> TrainingPlan:
        plan = TrainingPlan(architecture=self.name)
        return msgspec.structs.replace(plan, view=msgspec.structs.replace(plan.view, size_px=size_px))

    def test_the_card_can_say_in_a_line_what_it_is(self) -> None:
        description = architecture_of(self.plan()).description
        assert description
        assert "\n" not in description

    @pytest.mark.slow
    @pytest.mark.parametrize("size_px", [24, 32, 48])
    def test_crops_go_in_and_two_logits_come_out(self, size_px: int) -> None:
        plan = self.plan(size_px)
        network = architecture_of(plan).build(plan.view, 0.3)
        crops = np.random.default_rng(1).integers(0, 256, (5, *shape(plan))).astype(np.float32)
        logits = np.asarray(network(crops, training=False))
        assert logits.shape == (5, 2)
        assert np.isfinite(logits).all()
        assert not np.allclose(logits.sum(axis=1), 1.0), "these look like probabilities: softmax is the runtime's"

    @pytest.mark.slow
    def test_the_same_seed_gives_the_same_weights(self) -> None:
        plan, files = self.plan(), []
        for seed in (1, 1, 2):
            repeatable(seed)
            files.append([weight.tobytes() for weight in architecture_of(plan).build(plan.view, 0.3).get_weights()])
        assert files[0] == files[1]
        assert files[0] != files[2]

    @pytest.mark.slow
    def test_it_can_be_written_as_int8_and_as_keras(self) -> None:
        plan = self.plan()
        network = architecture_of(plan).build(plan.view, 0.3)
        crops = np.random.default_rng(1).integers(0, 256, (20, *shape(plan)), np.uint8)
        said = LiteRtRuntime(int8_bytes(network, crops), shape(plan)).probabilities(crops)
        assert said.shape == (20,)
        assert keras_bytes(network)
