"""The verdict on a frame: what is wrong with it, in plain words."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from stream.pixels.thumbnail import thumbnail
from stream.protocol.contracts import Frame, Pixels, Quality
from workers.capillary.background import flat_field
from workers.capillary.quality.facts import FrameFacts
from workers.capillary.quality.measuring import motion_px
from workers.capillary.quality.verdict import combined, judge, verdict
from workers.capillary.regions import smoothed
from workers.capillary.settings import QualityLimits

LIMITS = QualityLimits()
MEASURED = {
    "sharpness": 20.0,
    "brightness": 120.0,
    "glare": 0.0,
    "coverage": 1.0,
    "motion_px": 1.0,
    "colour": 3.0,
    "contrast": 0.03,
    "line_width": 1.0,
}
GOOD = combined(MEASURED, FrameFacts())


def textured(shift_px: int = 0) -> Pixels:
    noise = np.random.default_rng(3).integers(90, 160, (68, 150)).astype(np.uint8)
    wide = cv2.resize(noise, (2400, 1080), interpolation=cv2.INTER_CUBIC)[:, shift_px : shift_px + 1920]
    return np.repeat(wide[..., np.newaxis], 3, axis=2)


def judged(frame: Frame) -> Quality:
    half = Colours.split(halved(frame.pixels))
    flat = flat_field(half, half.halved())
    return judge(frame, half, flat, smoothed(flat.green), LIMITS, FrameFacts())


def test_a_good_frame_has_no_reasons() -> None:
    quality = verdict(GOOD, {}, LIMITS)
    assert (quality.verdict, quality.reasons) == ("good", ())


@pytest.mark.parametrize(
    ("measure", "poor", "unusable", "reason"),
    [
        ("sharpness", 7.0, 2.0, "out of focus"),
        ("brightness", 40.0, 10.0, "too dark"),
        ("glare", 0.05, 0.5, "glare"),
        ("coverage", 0.8, 0.3, "little tissue in view"),
        ("motion_px", 20.0, 100.0, "moving"),
    ],
)
def test_each_fault_is_named_and_graded(measure: str, poor: float, unusable: float, reason: str) -> None:
    assert verdict({**GOOD, measure: poor}, {}, LIMITS).verdict == "poor"
    worst = verdict({**GOOD, measure: unusable}, {}, LIMITS)
    assert (worst.verdict, worst.reasons) == ("unusable", (reason,))


def test_the_gravest_reason_comes_first() -> None:
    assert verdict({**GOOD, "brightness": 40.0, "glare": 0.5}, {}, LIMITS).reasons == ("glare", "too dark")


def found(facts: FrameFacts) -> Quality:
    return verdict(combined(MEASURED, facts), facts.covered, LIMITS)


def test_an_object_that_covers_much_is_named_with_its_share() -> None:
    assert found(FrameFacts(covered={"hair": 0.04}, analysed=0.96)).verdict == "good"
    hairy = found(FrameFacts(covered={"hair": 0.089, "dirt": 0.01}, analysed=0.9))
    assert (hairy.verdict, hairy.reasons) == ("poor", ("hair in the picture: 9 %",))
    assert (hairy.measures["hair"], hairy.measures["dirt"]) == (0.089, 0.01)


def test_what_covers_the_tissue_is_said_once() -> None:
    assert found(FrameFacts(covered={"bubble": 0.4}, analysed=0.58)).reasons == ("bubble in the picture: 40 %",)
    assert found(FrameFacts(covered={"glare": 0.05}, analysed=0.95)).reasons == ("glare",)
    assert found(FrameFacts(covered={"border": 0.45}, analysed=0.55)).reasons == ("little tissue in view",)


def test_doubtful_vessels_and_an_unlike_frame_are_poor_however_far() -> None:
    assert found(FrameFacts(doubt=0.99)).reasons == ("too few clear vessels",)
    unlike = found(FrameFacts(unlike=50.0))
    assert (unlike.verdict, unlike.reasons) == ("poor", ("unlike what the model has learned from",))


@pytest.mark.parametrize("shift", [0, 16, 48])
def test_motion_is_measured_in_frame_pixels(shift: int) -> None:
    assert motion_px(thumbnail(textured()), thumbnail(textured(shift)), 1920) == pytest.approx(shift, abs=1.0)


def test_the_first_frame_has_no_motion() -> None:
    pixels = textured()
    assert "motion_px" not in judged(Frame(pixels)).measures


def test_a_black_frame_is_unusable() -> None:
    black = np.zeros((480, 640, 3), np.uint8)
    quality = judged(Frame(black))
    assert quality.verdict == "unusable"
    assert quality.reasons[0] == "too dark"


EPISODES = {
    "steady": (),
    "defocus": ("out of focus",),
    "motion": ("moving",),
    "dark": ("too dark",),
    "glare": ("glare",),
}


@pytest.mark.real
def test_verdicts_match_the_episodes_of_a_rough_clip(clips: Path) -> None:
    with (clips / "rough-f20.truth.csv").open() as table:
        episodes = [row["episode"] for row in csv.DictReader(table)]
    video = cv2.VideoCapture(str(clips / "rough-f20.mp4"))
    previous, right, looked_at = None, 0, 0
    for number, episode in enumerate(episodes):
        if number % 15 not in (7, 8):
            video.grab()
            continue
        pixels = np.asarray(video.read()[1], np.uint8)
        if number % 15 == 8:
            looked_at += 1
            right += judged(Frame(pixels, previous)).reasons == EPISODES[episode]
        previous = thumbnail(pixels)
    assert right >= 0.95 * looked_at


@pytest.mark.real
def test_labelled_stills_are_good(labelled_frames: Path) -> None:
    for path in sorted((labelled_frames / "frames").iterdir())[::3]:
        pixels = np.asarray(cv2.imread(str(path)), np.uint8)
        assert judged(Frame(pixels)).verdict == "good", path.stem
