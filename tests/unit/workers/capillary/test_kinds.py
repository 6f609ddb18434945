"""Pictures of another kind than skin in colour at this magnification: each is said to be so in one sentence."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.sources.synthetic_microscope.scene import HEIGHT, WIDTH, Scene
from capture.sources.synthetic_microscope.script import SCHEDULES
from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from stream.protocol.contracts import Frame, Pixels, Quality
from workers.capillary.background import flat_field
from workers.capillary.objects.finding import find_objects
from workers.capillary.quality.facts import FrameFacts
from workers.capillary.quality.verdict import judge
from workers.capillary.regions import smoothed
from workers.capillary.settings import QualityLimits

NO_COLOUR = "no colour: a grey picture is not measured as skin"


def judged(pixels: Pixels) -> Quality:
    half = Colours.split(halved(pixels))
    quarter = half.halved()
    objects = find_objects(quarter)
    flat = flat_field(half, quarter, objects.mask)
    facts = FrameFacts(analysed=1.0 - float(objects.mask.mean()))
    return judge(Frame(pixels), half, flat, smoothed(flat.green), QualityLimits(), facts)


@pytest.fixture(scope="module")
def skin() -> Pixels:
    frame = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    Scene(4, SCHEDULES["steady"], 60.0).render(0, 1.0, frame)
    return frame


def tinted(blue: float, green: float, red: float) -> Callable[[Pixels], Pixels]:
    def shaded(picture: Pixels) -> Pixels:
        shade: Pixels = np.clip(picture * np.array([blue, green, red]), 0, 255).astype(np.uint8)
        return shade

    return shaded


def grey(picture: Pixels) -> Pixels:
    return np.repeat(picture[..., 1:2], 3, axis=2)


def bent(gamma: float) -> Callable[[Pixels], Pixels]:
    table = np.rint(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return lambda picture: np.asarray(cv2.LUT(picture, table), np.uint8)


def chroma_noise(picture: Pixels) -> Pixels:
    blocks = np.random.default_rng(1).normal(0, 3, (HEIGHT // 8, WIDTH // 8, 3))
    noise = cv2.resize(blocks - blocks.mean(axis=2, keepdims=True), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    noisy: Pixels = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return noisy


def compressed(picture: Pixels) -> Pixels:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], 1), np.uint8)


def resized(picture: Pixels, scale: float) -> Pixels:
    """Return the picture as another magnification of `scale` would show it: cut, or mirrored at its borders."""
    enlarged = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = enlarged.shape[:2]
    if scale > 1.0:
        return enlarged[(height - HEIGHT) // 2 :, (width - WIDTH) // 2 :][:HEIGHT, :WIDTH].copy()
    mirrored = cv2.copyMakeBorder(enlarged, 0, height - 1, 0, width - 1, cv2.BORDER_REFLECT_101)
    return np.asarray(mirrored[:HEIGHT, :WIDTH], np.uint8)


@pytest.mark.parametrize(
    "shade",
    [
        *(pytest.param(tinted(1, 1, 1), id="grey"), pytest.param(tinted(0.75, 0.95, 1.1), id="sepia")),
        *(pytest.param(tinted(0.25, 1, 0.3), id="green tint"), pytest.param(tinted(0, 1, 0), id="green alone")),
        *(pytest.param(chroma_noise, id="chroma noise"), pytest.param(compressed, id="JPEG")),
    ],
)
def test_a_grey_picture_is_said_to_be_one_whatever_its_tint(skin: Pixels, shade: Callable[[Pixels], Pixels]) -> None:
    quality = judged(shade(grey(skin)))
    assert (quality.verdict, quality.reasons) == ("unusable", (NO_COLOUR,))


@pytest.mark.parametrize(
    "light",
    [
        *(pytest.param(tinted(0.7, 0.7, 0.7), id="less"), pytest.param(tinted(1.3, 1.3, 1.3), id="more")),
        *(pytest.param(tinted(0.8, 1, 1.2), id="warm"), pytest.param(tinted(1.2, 1, 0.8), id="cold")),
        *(pytest.param(bent(0.8), id="gamma 0.8"), pytest.param(bent(1.25), id="gamma 1.25")),
        pytest.param(compressed, id="JPEG"),
    ],
)
def test_skin_in_other_light_is_good(skin: Pixels, light: Callable[[Pixels], Pixels]) -> None:
    assert judged(light(skin)).verdict == "good"


def test_a_photograph_is_not_measured_as_skin() -> None:
    patches = np.random.default_rng(2).integers(30, 220, (27, 48, 3)).astype(np.uint8)
    red_and_dark = patches * np.array([0.4, 0.4, 1.0])
    photograph = cv2.resize(red_and_dark.astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    (reason,) = judged(np.asarray(photograph, np.uint8)).reasons
    assert reason.startswith("not skin")


def test_a_white_wall_is_out_of_focus_and_no_grey_picture() -> None:
    wall = np.random.default_rng(2).normal(128, 2, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    assert judged(wall).reasons == ("out of focus",)


def test_what_cannot_be_seen_in_the_dark_is_not_said(skin: Pixels) -> None:
    assert judged(tinted(0.1, 0.1, 0.1)(grey(skin))).reasons[0] == "too dark"


def test_lines_get_wider_with_the_magnification(skin: Pixels) -> None:
    widths = [judged(resized(skin, scale)).measures["line_width"] for scale in (0.4, 0.75, 1.33, 2.5)]
    assert widths == sorted(widths)
    assert widths[3] > 2 * widths[0]


def test_vessels_of_another_magnification_are_said_to_be_so(skin: Pixels) -> None:
    assert judged(resized(skin, 0.4)).reasons == ("another magnification: vessels are too narrow for this analysis",)


def test_the_smallest_frame_is_judged() -> None:
    assert judged(np.full((64, 64, 3), 128, np.uint8)).verdict == "unusable"


@pytest.mark.real
def test_labelled_frames_are_of_their_kind_at_neighbouring_magnifications(labelled_frames: Path) -> None:
    for path in sorted((labelled_frames / "frames").iterdir())[::4]:
        pixels = np.asarray(cv2.imread(str(path)), np.uint8)
        for scale in (0.75, 1.33):
            assert judged(resized(pixels, scale)).verdict != "unusable", (path.stem, scale)
        assert judged(grey(pixels)).reasons == (NO_COLOUR,), path.stem
