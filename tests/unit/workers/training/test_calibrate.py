"""Calibration, threshold and spread: fitted numbers mean what they say."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from workers.capillary.regions import outlines
from workers.capillary.traits import MEASURED
from workers.training.calibrate import Judged, best_threshold, counted_area, outline_spread, platt, recalibrated
from workers.training.data.labels import Label, LabelledRegion
from workers.training.data.samples import Samples
from workers.training.evaluation.classification import accuracy, auc_roc, calibration_error, roc
from workers.training.weighing import cross_fitted, weigh_traits


def judged(count: int = 2000, distortion: float = 2.5, seed: int = 0) -> Judged:
    """Return a frame whose true probabilities are known, seen by an over-confident network."""
    random = np.random.default_rng(seed)
    truth = random.uniform(0.02, 0.98, count)
    right = random.random(count) < truth
    said = 1 / (1 + np.exp(-distortion * np.log(truth / (1 - truth))))
    mask = np.zeros((20, 20), np.uint8)
    mask[5:12, 5:12] = 1
    region = outlines(mask)[0]
    label = Label(
        frame="x",
        width_px=1920,
        height_px=1080,
        regions=[LabelledRegion("capillary", "C", "C", [(0, 0), (600, 0), (600, 300), (0, 300)])],
        missed={},
    )
    coverage = np.eye(count, dtype=np.float32)[right]
    samples = Samples(
        label,
        np.zeros((2, 2, 4), np.uint8),
        [region] * count,
        right,
        np.zeros(count, bool),
        right.astype(np.float32),
        coverage,
        np.zeros((count, len(MEASURED))),
    )
    return Judged(samples, said)


def test_platt_scaling_undoes_over_confidence() -> None:
    seen, fresh = judged(seed=1), judged(seed=2)
    calibration = platt([seen])
    assert calibration.slope == pytest.approx(1 / 2.5, rel=0.15)
    assert calibration_error([fresh]) > 0.08
    assert calibration_error(recalibrated([fresh], calibration)) < 0.05


def test_weighing_undoes_over_confidence() -> None:
    seen, fresh = judged(seed=1), judged(seed=2)
    assert calibration_error([fresh]) > 0.08
    assert calibration_error(recalibrated([fresh], weigh_traits([seen]))) < 0.05


def test_weighing_takes_in_what_the_network_does_not_see() -> None:
    """Tell regions apart by a measured trait alone, on which the network is undecided."""
    frames = []
    for seed in (1, 2):
        frame = judged(seed=seed)
        traits = frame.frame.traits.copy()
        traits[:, MEASURED.index("area")] = np.where(frame.frame.right, -0.5, 0.5)
        frames.append(Judged(replace(frame.frame, traits=traits), np.full(len(traits), 0.5)))
    seen, fresh = frames
    said = recalibrated([fresh], weigh_traits([seen]))[0].probabilities
    assert said[fresh.frame.right].min() > 0.75
    assert said[~fresh.frame.right].max() < 0.25


def test_a_scene_is_judged_by_a_calibration_that_has_not_seen_it() -> None:
    first, second = judged(distortion=1.0, seed=1), judged(distortion=1.0, seed=2)
    second = replace(second, frame=replace(second.frame, label=msgspec.structs.replace(second.frame.label, frame="y")))
    fitted = cross_fitted([first, second])
    assert [j.frame.label.frame for j in fitted] == ["x", "y"]
    assert np.allclose(fitted[0].probabilities, recalibrated([first], weigh_traits([second]))[0].probabilities)


def test_the_threshold_balances_recall_and_precision() -> None:
    assert 0.25 < best_threshold([judged(distortion=1.0)]) < 0.6


def test_the_spread_is_what_most_frames_need() -> None:
    frame = judged(distortion=1.0)
    area = counted_area(frame, 0.4)
    spread = outline_spread([frame], 0.4)
    truth = 601 * 301
    sampling = float((frame.probabilities * (1 - frame.probabilities)) @ frame.frame.areas_px**2)
    needed = np.sqrt(((truth - area) / 1.6449) ** 2 - sampling) / area
    assert spread == pytest.approx(needed, rel=1e-3)
    certain = replace(frame, probabilities=frame.frame.target.astype(float))
    assert outline_spread([certain, certain], 0.4) >= 0


def test_the_area_under_the_curve_is_the_chance_of_the_right_order() -> None:
    frame = judged(count=400)
    p, right = frame.probabilities, frame.frame.right
    pairs = p[right][:, None] - p[~right][None, :]
    assert auc_roc([frame]) == pytest.approx(float(((pairs > 0) + 0.5 * (pairs == 0)).mean()))
    flat = replace(frame, probabilities=np.full(400, 0.5))
    assert auc_roc([flat]) == pytest.approx(0.5)
    assert roc([flat])[0].tolist() == [0.0, 1.0]
    assert accuracy([replace(frame, probabilities=right.astype(float))], 0.5) == 1.0
