"""The published way of proposing: finds what differs from its surroundings."""

import cv2
import msgspec
import numpy as np

from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from stream.protocol.contracts import Frame
from tests.doubles.tiny_model import microscope_frame
from workers.capillary.analyser import make_analyser
from workers.capillary.background import flat_field
from workers.capillary.proposing import proposer
from workers.capillary.settings import AnalyserSettings


def test_dark_spots_are_found_and_specks_and_expanses_are_not() -> None:
    pixels = np.full((400, 600, 3), 150, np.uint8)
    for x in (100, 250, 400):
        cv2.ellipse(pixels, (x, 200), (18, 8), 30, 0, 360, (100, 80, 120), -1)
    half = Colours.split(halved(pixels))
    found = proposer("helmy2022")(half, flat_field(half, half.halved()))
    centres = sorted(2 * (p.box[0] + p.box[2] / 2) for p in found.proposals)
    assert np.allclose(centres, [100, 250, 400], atol=4)
    assert all(100 <= p.area_px <= 10_000 for p in found.proposals)
    assert found.depth > 0.1


def test_a_plain_picture_has_none() -> None:
    half = Colours.split(np.full((100, 150, 3), 150, np.uint8))
    assert not proposer("helmy2022")(half, flat_field(half, half.halved())).proposals


def test_the_setting_chooses_who_proposes() -> None:
    frame = Frame(microscope_frame())
    published = AnalyserSettings(proposals="helmy2022")
    usual, other = (make_analyser(settings).analyse(frame) for settings in (AnalyserSettings(), published))
    assert other.regions
    assert other.density_pct != usual.density_pct
    again = make_analyser(msgspec.structs.replace(published, proposals="contrast")).analyse(frame)
    assert again.density_pct == usual.density_pct
