"""In real frames, objects are found and capillaries are not taken for any, in whatever light."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from stream.protocol.contracts import Pixels
from tests.unit.workers.capillary.objects.drawing import found_in, names
from workers.training.data.labels import filled, frame_path, read_labels

WITH_CAPILLARIES_UNDER_A_BUBBLE = "f25"


def same(pixels: Pixels) -> Pixels:
    return pixels


def darker(pixels: Pixels) -> Pixels:
    return np.round(pixels * 0.7).astype(np.uint8)


def warmer(pixels: Pixels) -> Pixels:
    return np.clip(np.round(pixels * (0.8, 1.0, 1.15)), 0, 255).astype(np.uint8)


def compressed(pixels: Pixels) -> Pixels:
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("change", [same, darker, warmer, compressed])
def test_no_capillary_is_taken_for_an_object(labelled_frames: Path, change: Callable[[Pixels], Pixels]) -> None:
    for name, label in read_labels(labelled_frames).items():
        if name == WITH_CAPILLARIES_UNDER_A_BUBBLE:
            continue
        pixels = np.asarray(cv2.imread(str(frame_path(labelled_frames, name))), np.uint8)
        capillaries = filled(label.polygons("capillary", "uncertain"), (label.height_px, label.width_px))[::4, ::4]
        assert found_in(change(pixels)).mask[capillaries > 0].mean() < 0.003, name


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("f23", ["dirt", "dirt", "hair"]),
        ("f25", ["bubble", "bubble", "dirt", "dirt", "dirt"]),
        ("f10", ["hair"]),
        ("f13", []),
        ("f17", []),
    ],
)
def test_real_objects_have_names(labelled_frames: Path, frame: str, expected: list[str]) -> None:
    pixels = np.asarray(cv2.imread(str(frame_path(labelled_frames, frame))), np.uint8)
    assert names(found_in(pixels)) == expected
