"""What is measured of a patch: sizes, shapes and colours that a user could check with a ruler."""

import numpy as np
import pytest

from workers.capillary.background import CONTRAST, PLAIN_SKIN
from workers.capillary.regions import Candidates, outlines
from workers.capillary.traits import COMPARED, MEASURED, NAMES, Numbers, compared, design, measured, products, unknown


def patch(width: int, height: int, darkness: float) -> Numbers:
    """Traits of one rectangle, equally dark in blue, half as dark in red."""
    mask = np.zeros((80, 160), np.uint8)
    mask[20 : 20 + height, 20 : 20 + width] = 255
    flat = np.full((80, 160, 3), PLAIN_SKIN, np.uint8)
    flat[mask > 0] = np.rint(PLAIN_SKIN - CONTRAST * np.array([darkness, darkness, darkness / 2]))
    found = Candidates(mask, np.ascontiguousarray(flat[..., 1]), 0.2, outlines(mask))
    traits: Numbers = measured(flat, found, found.proposals)[0]
    return traits


def test_traits_say_what_was_measured() -> None:
    traits = dict(zip(MEASURED, patch(20, 10, 0.1), strict=True))
    assert traits["relative_peak"] == pytest.approx(np.log(0.5), abs=0.03)
    assert traits["red"] == pytest.approx(0.0, abs=0.03)
    assert traits["blue"] == pytest.approx(0.4, abs=0.03)
    assert traits["area"] == pytest.approx(np.log(4 * 19 * 9 / 1000), abs=0.15)


def test_longer_wider_and_darker_patches_measure_so() -> None:
    small, wide, dark = patch(20, 10, 0.1), patch(60, 30, 0.1), patch(20, 10, 0.2)
    area, width, peak = (MEASURED.index(name) for name in ("area", "width", "relative_peak"))
    assert wide[area] - small[area] == pytest.approx(np.log(9), abs=0.2)
    assert wide[width] > small[width]
    assert dark[peak] - small[peak] == pytest.approx(np.log(2), abs=0.03)


def test_patches_are_compared_with_likely_capillaries() -> None:
    traits = np.stack([patch(20, 10, 0.2), patch(20, 10, 0.2), patch(60, 30, 0.1)])
    differences = compared(traits, np.array([1.0, 1.0, 0.0]))
    assert np.abs(differences[:2]).max() < 0.01
    assert differences[2, COMPARED.index("area")] == pytest.approx(np.log(9), abs=0.2)


def test_terms_are_columns_and_their_products() -> None:
    traits, probabilities = patch(20, 10, 0.2)[np.newaxis], np.array([0.8])
    columns = dict(zip(NAMES, design(traits, probabilities)[0], strict=True))
    made = products(traits, probabilities, ["width", "network*area", "red*red"])[0]
    assert made == pytest.approx([columns["width"], columns["network"] * columns["area"], columns["red"] ** 2])


def test_what_is_not_measured_is_named() -> None:
    assert unknown(["width", "width*area", "hue", "width*hue", "a*b*c"]) == ["hue", "width*hue", "a*b*c"]


def test_a_frame_without_patches_has_no_traits() -> None:
    plane = np.zeros((10, 10), np.uint8)
    traits = measured(np.zeros((10, 10, 3), np.uint8), Candidates(plane, plane, 0.1, []), [])
    assert traits.shape == (0, len(MEASURED))
    assert products(traits, np.zeros(0), ["width"]).shape == (0, 1)
