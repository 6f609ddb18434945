"""Outlines travel as corners alone, and are the same shapes."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stream.protocol.contracts import Region
from stream.protocol.outlines import corners, outline_of


def filled(polygon: np.ndarray) -> np.ndarray:
    mask = np.zeros((80, 80), np.uint8)
    cv2.drawContours(mask, [polygon], -1, (1,), -1)
    return mask


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, (12, 12), elements=st.integers(0, 1)), st.integers(1, 4))
def test_corners_are_the_same_shape_to_the_pixel(seed: np.ndarray, grow: int) -> None:
    mask = seed.repeat(grow, axis=0).repeat(grow, axis=1)
    borders, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for border in borders:
        polygon = border.reshape(-1, 2).astype(np.int32)
        fewer = corners(polygon)
        assert 1 <= len(fewer) <= len(polygon)
        assert (filled(fewer) == filled(polygon)).all()


def test_a_square_has_four_corners() -> None:
    border = [(x, 0) for x in range(9)] + [(9, y) for y in range(9)]
    border += [(x, 9) for x in range(9, 0, -1)] + [(0, y) for y in range(9, 0, -1)]
    square = np.array(border, np.int32)
    region = Region(polygon_px=square, score=0.91239, area_px=100.0)
    sent = outline_of(region)
    assert np.frombuffer(sent.polygon, "<i2").reshape(-1, 2).tolist() == [[0, 0], [9, 0], [9, 9], [0, 9]]
    assert sent.score == 0.9124
