"""Networks that are trained side by side are those that are trained one after the other, to the bit."""

from pathlib import Path

import pytest

from tests.doubles.frames.labelled_drawings import drawn
from workers.training.data.samples import read_samples
from workers.training.data.splits import Split
from workers.training.folds import train_splits
from workers.training.plan import TrainingPlan


@pytest.mark.slow
def test_two_jobs_give_the_same_bytes_as_one(tmp_path: Path) -> None:
    samples = read_samples(drawn(tmp_path, 3))
    splits = [Split("a", ["n0", "n1"], ["n2"], 1), Split("b", ["n1", "n2"], [], 2), Split("c", ["n2", "n0"], [], 3)]
    one, two = (train_splits(samples, splits, TrainingPlan(epochs=1), jobs=jobs) for jobs in (1, 2))
    assert [weights.int8 for weights in one] == [weights.int8 for weights in two]
    assert [weights.history for weights in one] == [weights.history for weights in two]
    assert [weights.frames for weights in one] == [split.seen for split in splits]
    assert len({weights.int8 for weights in one}) == 3
