"""The measure: what it counts, and that it says the same as the program that comes with the labelled frames."""

import msgspec
import numpy as np
import pytest

from workers.training.data.labels import Label, LabelledRegion, Missed
from workers.training.evaluation.score import FrameScore, overlap, score_frame, totals


def box(x: int, y: int, side: int = 20) -> list[tuple[int, int]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def outline(x: int, y: int, side: int = 20) -> np.ndarray:
    return np.array(box(x, y, side), np.int32)


LABEL = Label(
    frame="x",
    width_px=400,
    height_px=300,
    regions=[
        LabelledRegion("capillary", "C", "B", box(20, 20)),
        LabelledRegion("capillary", "C", "C", box(100, 20)),
        LabelledRegion("uncertain", "C", "X", box(200, 20)),
        LabelledRegion("other", "X", "X", box(300, 20)),
    ],
    missed={"reader_a": [Missed((20, 200, 30, 30))]},
)


def test_found_right_ignored_and_wrong() -> None:
    predicted = [outline(20, 20), outline(200, 20), outline(300, 20), outline(25, 205)]
    score = score_frame(predicted, LABEL)
    assert (score.found, score.capillaries) == (1, 2)
    assert (score.right, score.ignored, score.predicted) == (2, 1, 4)
    assert score.density == pytest.approx(4 * 21 * 21 / 120_000)
    assert score.density_readers == pytest.approx(2.5 * 21 * 21 / 120_000)


def test_masks_overlap_with_each_readers_own() -> None:
    a, b = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    a[0], b[:2] = 1, 1
    assert list(overlap(a, b)) == pytest.approx([2 / 3, 1 / 2])
    assert overlap(a * 0, b * 0) == (1.0, 1.0)


def test_nothing_predicted_is_scored() -> None:
    assert totals([score_frame([], LABEL)]).f1 == pytest.approx(0.0, abs=1e-6)


def test_totals_sum_before_they_divide() -> None:
    one = FrameScore(
        frame="a",
        found=1,
        capillaries=1,
        right=1,
        ignored=0,
        predicted=1,
        density=0.02,
        density_readers=0.02,
        dice=1.0,
        jaccard=1.0,
    )
    many = msgspec.structs.replace(one, frame="b", found=0, capillaries=9, right=0, density=0.01, dice=0.5)
    total = totals([one, many])
    assert total.dice == 0.75
    assert (total.recall, total.precision) == (0.1, 0.5)
    assert (total.density_error_median, total.density_error_max) == (0.25, 0.5)


def test_densities_are_those_of_the_tissue_beside_objects() -> None:
    half = np.array([(0, 0), (399, 0), (399, 149), (0, 149)], np.int32)
    score = score_frame([outline(20, 20), outline(25, 205)], LABEL, [half])
    assert score.density == pytest.approx(21 * 21 / 60_000)
    assert score.density_readers == 0.0
    assert (score.found, score.right) == (1, 2)
