"""Synthetic training data has the shape of the labelled frames, and its outlines are the truth."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.writers.synthetic_dataset import write_synthetic_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled")
    write_synthetic_dataset(path, 2, seed=7)
    return path


def test_every_frame_has_its_label(folder: Path) -> None:
    assert [path.name for path in sorted((folder / "frames").iterdir())] == ["s0000.png", "s0001.png"]
    assert [path.name for path in sorted((folder / "labels").iterdir())] == ["s0000.json", "s0001.json"]


def test_the_folder_says_whose_frames_they_are(folder: Path) -> None:
    about = json.loads((folder / "dataset.json").read_text())
    assert about["data"].startswith("2 synthetic frames, seed 7")
    assert "Apache-2.0" in about["licence"]


def test_outlines_lie_in_the_frame_and_on_darker_skin(folder: Path) -> None:
    label = json.loads((folder / "labels" / "s0001.json").read_text())
    pixels = cv2.imread(str(folder / "frames" / "s0001.png"))
    assert pixels is not None
    assert pixels.shape == (label["height_px"], label["width_px"], 3)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    for region in label["regions"]:
        polygon = np.array(region["polygon_px"], np.int32)
        assert polygon.min() >= 0
        assert (polygon.max(axis=0) < [label["width_px"], label["height_px"]]).all()
        cv2.drawContours(mask, [polygon], -1, (1,), -1)
    around = (cv2.dilate(mask, np.ones((31, 31), np.uint8)) > 0) & (mask == 0)
    assert pixels[:, :, 1][mask > 0].mean() < pixels[:, :, 1][around].mean() - 3


def test_the_same_seed_gives_the_same_frames(folder: Path, tmp_path: Path) -> None:
    write_synthetic_dataset(tmp_path, 1, seed=7)
    for name in ("frames/s0000.png", "labels/s0000.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
