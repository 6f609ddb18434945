"""Labelled frames: splits that leak nothing, and labels carried to proposals."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import SourceError
from workers.training.data.dataset_info import HELMY
from workers.training.data.labels import filled, read_frame, read_labels, shares
from workers.training.data.samples import samples_of
from workers.training.data.splits import folds_of

NAMES = [f"f{number:02d}" for number in range(1, 23)]


@given(st.integers(2, 6), st.integers(0, 100))
def test_folds_hold_every_frame_once_and_keep_scenes_together(count: int, seed: int) -> None:
    folds = folds_of(NAMES, count, seed, HELMY.same_scene)
    assert sorted(name for fold in folds for name in fold) == NAMES
    assert max(map(len, folds)) - min(map(len, folds)) <= 2
    for scene in HELMY.same_scene:
        assert sum(bool(set(scene) & set(fold)) for fold in folds) == 1
    assert folds == folds_of(NAMES, count, seed, HELMY.same_scene)


def test_shares_are_of_the_polygon_even_at_the_border() -> None:
    mask = np.zeros((50, 50), np.uint8)
    mask[:, :25] = 1
    inside = np.array([[20, 0], [29, 0], [29, 9], [20, 9]], np.int32)
    assert shares(inside, [mask]) == pytest.approx([0.5])
    assert shares(inside - np.array([0, 5], np.int32), [mask]) == pytest.approx([0.5])
    assert shares(inside + np.array([100, 0], np.int32), [mask]) == [0.0]


def test_growing_reaches_as_far_as_it_says() -> None:
    grown = filled([[(20, 20), (30, 20), (30, 30), (20, 30)]], (60, 60), grow=6)
    assert grown[25, 14] == 1
    assert grown[25, 13] == 0


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No labels"):
        read_labels(tmp_path)
    with pytest.raises(SourceError, match="No picture"):
        read_frame(tmp_path, "f01")


@pytest.mark.real
def test_proposals_miss_next_to_no_capillary(labelled_frames: Path) -> None:
    found = total = 0
    for name, label in list(read_labels(labelled_frames).items())[:4]:
        samples = samples_of(read_frame(labelled_frames, name), label)
        found += int((samples.coverage.sum(axis=1) >= 0.25).sum())
        total += len(samples.coverage)
        assert (samples.target[samples.right] == 1).all()
        assert not (samples.right & samples.ignored).any()
    assert found / total > 0.98
