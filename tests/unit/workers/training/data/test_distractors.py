"""Painted vessels: repeatable, and never a labelled capillary."""

import numpy as np

from workers.training.data.distractors import with_vessels
from workers.training.data.labels import Label, LabelledRegion

SKIN = np.full((540, 960, 3), (120, 130, 160), np.uint8)


def label(*corners: tuple[int, int]) -> Label:
    regions = [LabelledRegion("capillary", "C", "C", list(corners))] if corners else []
    return Label(frame="x", width_px=960, height_px=540, regions=regions, missed={})


def test_painted_vessels_are_found_as_what_is_no_capillary() -> None:
    samples = with_vessels(SKIN, label(), 1)
    assert len(samples.proposals) >= 3
    assert not samples.target.any()
    assert samples.ignored.all()
    assert len(samples.traits) == len(samples.proposals)


def test_the_same_seed_paints_the_same() -> None:
    once, again, other = (with_vessels(SKIN, label(), seed) for seed in (1, 1, 2))
    assert np.array_equal(once.picture, again.picture)
    assert not np.array_equal(once.picture, other.picture)


def test_what_lies_on_a_labelled_capillary_is_left_out() -> None:
    everywhere = label((0, 0), (959, 0), (959, 539), (0, 539))
    assert with_vessels(SKIN, everywhere, 1).proposals == []
