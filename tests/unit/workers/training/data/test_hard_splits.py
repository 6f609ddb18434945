"""Kinds of frames are told apart by measure, and no scene lies on both sides."""

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from workers.training.data.dataset_info import UNKNOWN
from workers.training.data.hard_splits import darkness_of, hard_splits, warmth_of
from workers.training.data.labels import Label, LabelledRegion

BOX = [(60, 60), (90, 60), (90, 90), (60, 90)]


def frame(folder: Path, name: str, darkness: float, red: int = 150) -> Label:
    pixels = np.full((160, 160, 3), (150, 150, red), np.uint8)
    pixels[60:91, 60:91, 1] = round(150 * (1 - darkness))
    (folder / "frames").mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "frames" / f"{name}.png"), pixels)
    regions = [LabelledRegion("capillary", "C", "C", BOX)]
    return Label(frame=name, width_px=160, height_px=160, regions=regions, missed={})


@pytest.fixture
def labels(tmp_path: Path) -> dict[str, Label]:
    kinds = {"a": (0.1, 150), "b": (0.2, 150), "c": (0.3, 190), "d": (0.4, 150), "e": (0.5, 150)}
    return {name: frame(tmp_path, name, *kind) for name, kind in kinds.items()}


def test_faint_frames_and_warm_ones_are_measured(tmp_path: Path, labels: dict[str, Label]) -> None:
    faint, warm = hard_splits(tmp_path, labels, UNKNOWN)
    assert (faint.scored, faint.learned) == (["a", "b"], ["c", "d", "e"])
    assert "30.0 %" in faint.rule
    assert (warm.scored, warm.learned) == (["c"], ["a", "b", "d", "e"])


def test_a_scene_with_a_scored_frame_is_not_learned_from(tmp_path: Path, labels: dict[str, Label]) -> None:
    info = msgspec.structs.replace(UNKNOWN, same_scene=[["a", "e"]], with_objects=["d"])
    faint, _, objects = hard_splits(tmp_path, labels, info)
    assert faint.learned == ["c", "d"]
    assert (objects.scored, objects.learned) == (["d"], ["a", "b", "c", "e"])


def test_darkness_and_warmth() -> None:
    pixels = np.full((160, 160, 3), (100, 200, 130), np.uint8)
    pixels[60:91, 60:91, 1] = 150
    label = Label(
        frame="x",
        width_px=160,
        height_px=160,
        regions=[LabelledRegion("capillary", "C", "C", BOX)],
        missed={},
    )
    assert darkness_of(pixels, label) == pytest.approx(0.25)
    assert darkness_of(pixels, msgspec.structs.replace(label, regions=[])) == 0.0
    assert warmth_of(pixels) == pytest.approx(1.3, abs=0.01)
