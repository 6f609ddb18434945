"""What is not tissue is found in one frame and has a name; tissue is left alone."""

import cv2
import numpy as np
import pytest

from stream.pixels.colours import Colours
from stream.protocol.contracts import Pixels
from tests.unit.workers.capillary.objects.drawing import (
    HEIGHT,
    WIDTH,
    blank,
    covered,
    found_in,
    names,
    shaded,
    skin,
)
from workers.capillary.objects import find_objects


def hair(width: int) -> Pixels:
    drawn = blank()
    cv2.line(drawn, (300, -10), (1500, 1090), (1,), width)
    return drawn


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_in_clean_skin(seed: int) -> None:
    objects = found_in(skin(seed))
    assert not objects.found
    assert not objects.mask.any()


@pytest.mark.parametrize("darkness", [0.25, 0.5, 0.85])
@pytest.mark.parametrize("width", [6, 20, 44])
def test_a_hair_is_found_whole_and_little_beside_it(width: int, darkness: float) -> None:
    drawn = hair(width)
    objects = found_in(shaded(skin(), drawn, 1 - darkness, 0.1 * width))
    assert names(objects) == ["hair"]
    assert covered(objects)[drawn > 0].mean() > 0.98
    fringe = cv2.dilate(drawn, np.ones((33, 33), np.uint8))
    assert covered(objects)[fringe == 0].mean() < 0.001


def test_a_long_brown_hair_is_found_though_a_short_piece_of_it_could_be_blood() -> None:
    brown = np.where(hair(10)[..., np.newaxis] > 0, (0.6, 0.7, 0.82), 1.0)
    pixels = np.round(skin() * cv2.GaussianBlur(brown, (0, 0), 1.0)).astype(np.uint8)
    assert names(found_in(pixels)) == ["hair"]
    pixels[:, :880], pixels[:, 960:] = skin()[:, :880], skin()[:, 960:]
    assert not found_in(pixels).found


def test_the_share_is_of_the_frame_and_by_name() -> None:
    drawn = hair(20)
    objects = found_in(shaded(skin(), drawn, 0.5))
    assert drawn.mean() < objects.share("hair") < 2 * drawn.mean()
    assert objects.share("hair") == pytest.approx(objects.mask.mean(), rel=0.05)
    assert objects.share("bubble") == 0.0


def test_specks_are_dirt() -> None:
    drawn = blank()
    for x, y in ((400, 300), (1000, 700), (1600, 200)):
        cv2.circle(drawn, (x, y), 9, (1,), -1)
    objects = found_in(shaded(skin(), drawn, 0.4))
    assert names(objects) == ["dirt"] * 3
    assert covered(objects)[drawn > 0].all()


def test_an_overexposed_patch_is_glare() -> None:
    pixels, drawn = skin(), blank()
    cv2.ellipse(drawn, (900, 500), (90, 50), 30, 0, 360, (1,), -1)
    objects = found_in(shaded(pixels, drawn, 2.5, 3.0))
    assert names(objects) == ["glare"]
    assert covered(objects)[drawn > 0].all()


def test_skin_that_fades_into_too_much_light_is_no_glare() -> None:
    light = np.linspace(1.0, 2.4, WIDTH)[np.newaxis, :, np.newaxis]
    assert not found_in(np.clip(skin() * light, 0, 255).astype(np.uint8)).found


def test_a_bubble_is_found_with_what_it_encloses() -> None:
    pixels, inside, rim, light = skin(), blank(), blank(), blank()
    cv2.ellipse(rim, (800, 500), (200, 160), 20, 0, 360, (1,), 12)
    cv2.ellipse(light, (800, 500), (188, 148), 20, 0, 360, (1,), 6)
    cv2.ellipse(inside, (800, 500), (200, 160), 20, 0, 360, (1,), -1)
    objects = found_in(shaded(shaded(pixels, rim, 0.6, 2.0), light, 1.3, 2.0))
    assert names(objects) == ["bubble"]
    assert covered(objects)[inside > 0].all()


@pytest.mark.parametrize("boxed", [False, True])
def test_a_date_stamp_is_text_and_nothing_between_its_letters_is_tissue(boxed: bool) -> None:
    pixels = skin()
    (width, height), below = cv2.getTextSize("2026-11-27 14:03:22", 0, 1.2, 2)
    left, bottom = 200, HEIGHT - 100
    if boxed:
        cv2.rectangle(pixels, (left - 8, bottom - height - 8), (left + width + 8, bottom + below), (0, 0, 0), -1)
    cv2.putText(pixels, "2026-11-27 14:03:22", (left, bottom), 0, 1.2, (255, 255, 255), 2, cv2.LINE_AA)
    objects = found_in(pixels)
    assert names(objects) == ["text"]
    assert covered(objects)[bottom - height : bottom, left : left + width].mean() > 0.95


def test_regular_strokes_are_a_ruler() -> None:
    drawn = blank()
    for number, x in enumerate(range(30, WIDTH, 40)):
        cv2.line(drawn, (x, 700), (x, 700 + (45 if number % 5 else 80)), (1,), 5)
    assert names(found_in(shaded(skin(), drawn, 0.3))) == ["ruler"]


def test_a_round_aperture_is_a_border() -> None:
    open_part = blank()
    cv2.circle(open_part, (WIDTH // 2, HEIGHT // 2), 500, (1,), -1)
    objects = found_in(np.round(skin() * cv2.GaussianBlur(open_part * 1.0, (0, 0), 3.0)[..., np.newaxis]).astype("u1"))
    assert set(names(objects)) == {"border"}
    assert covered(objects)[open_part == 0].all()
    well_inside = cv2.erode(open_part, np.ones((65, 65), np.uint8), borderValue=0)
    assert not covered(objects)[well_inside > 0].any()


def test_soft_shadows_and_brown_stains_are_tissue() -> None:
    crease = cv2.GaussianBlur(hair(50) * 1.0, (0, 0), 15.0)[..., np.newaxis] * (0.08, 0.08, 0.06)
    stain = blank()
    cv2.ellipse(stain, (1400, 400), (120, 70), 0, 0, 360, (1,), -1)
    melanin = cv2.GaussianBlur(stain * 1.0, (0, 0), 20.0)[..., np.newaxis] * (0.25, 0.2, 0.12)
    assert not found_in(np.round(skin() * (1 - crease) * (1 - melanin)).astype(np.uint8)).found


def test_what_is_found_is_outlined_in_pixels_of_the_frame() -> None:
    drawn = blank()
    cv2.circle(drawn, (1500, 300), 12, (1,), -1)
    (speck,) = found_in(shaded(skin(), drawn, 0.4)).found
    assert cv2.pointPolygonTest(speck.polygon_px.reshape(-1, 1, 2), (1500, 300), False) > 0
    assert speck.area_px < 9 * drawn.sum()


@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 23), (271, 479)])
def test_pictures_of_any_size_are_searched(height: int, width: int) -> None:
    for level in (0, 130, 255):
        quarter = np.full((height, width, 3), level, np.uint8)
        assert find_objects(Colours.split(quarter)).mask.shape == (height, width)
        quarter[:, width // 2 : width // 2 + 3] = 20
        assert find_objects(Colours.split(quarter)).mask.shape == (height, width)
