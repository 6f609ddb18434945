"""How a frame lies, and what else is in it, does not matter for what is found."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.protocol.contracts import Pixels
from tests.unit.workers.capillary.objects.drawing import HEIGHT, WIDTH, blank, found_in, shaded, skin

SKIN = skin()


@st.composite
def hairs(draw: st.DrawFn) -> tuple[Pixels, float]:
    """Draw a hair: its mask, and how bright it is next to skin."""
    x, y = st.integers(0, WIDTH), st.integers(0, HEIGHT)
    start, end = (draw(x), draw(y)), (draw(x), draw(y))
    drawn = blank()
    cv2.line(drawn, start, end, (1,), draw(st.integers(4, 44)))
    return drawn, draw(st.floats(0.15, 0.7))


@settings(max_examples=15)
@given(hairs(), st.integers(0, 3), st.booleans())
def test_a_turned_or_mirrored_frame_has_the_same_objects(
    hair: tuple[Pixels, float], quarters: int, mirrored: bool
) -> None:
    pixels = shaded(SKIN, *hair)
    moved = np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters)
    mask = np.rot90(found_in(np.ascontiguousarray(moved)).mask, -quarters)
    assert ((mask[:, ::-1] if mirrored else mask) != found_in(pixels).mask).mean() < 0.002


@settings(max_examples=15)
@given(hairs())
def test_a_hair_in_one_half_changes_nothing_in_the_other(hair: tuple[Pixels, float]) -> None:
    drawn, brightness = hair
    drawn[:, WIDTH // 2 - 200 :] = 0
    speck = blank()
    cv2.circle(speck, (1500, 500), 10, (1,), -1)
    dirty = shaded(SKIN, speck, 0.4)
    right = np.s_[:, WIDTH // 8 :]
    assert (found_in(shaded(dirty, drawn, brightness)).mask[right] == found_in(dirty).mask[right]).all()
