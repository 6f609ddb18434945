"""`scale` prints lines for the configuration file, or says in a sentence why it cannot."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from stream.config.loading import load
from tests.doubles.frames.rulers import DrawnRuler
from tests.doubles.media import write_video
from tests.unit.stream.commands.conftest import Type

DRAWN = DrawnRuler(spacing_px=25, width=480, height=320, degrees=8)


@pytest.fixture
def ruler(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "ruler.png"), DRAWN.on())
    return tmp_path / "ruler.png"


def test_what_it_prints_is_a_configuration(typed: Type, ruler: Path, tmp_path: Path) -> None:
    done = typed("scale", ruler, "--spacing-um", "100", "--output", "found.png")
    assert done.code == 0
    printed = "".join(line + "\n" for line in done.text.splitlines() if not line.startswith("Check"))
    (tmp_path / "scale.toml").write_text(printed, encoding="utf-8")
    capture = load(tmp_path / "scale.toml", {}, {}).capture
    assert capture.um_per_px == pytest.approx(4.0, rel=0.002)
    assert (capture.scale_width_px, "± 0.1 %" in printed) == (480, True)
    checked = cv2.imread(str(tmp_path / "found.png"))
    assert checked is not None
    assert checked.shape == (320, 480, 3)


def test_two_points_and_their_distance_do_too(typed: Type, ruler: Path) -> None:
    done = typed("scale", ruler, "--length-um", "1000", "--from", "10,20", "--to", "410,320")
    assert "um_per_px = 2  # ± 0.3 %: two points, 500.00 px apart" in done.text


def test_of_a_recording_the_first_frame_is_measured(typed: Type, tmp_path: Path) -> None:
    write_video(tmp_path / "clip.avi", frames=2)
    done = typed("scale", "clip.avi", "--length-um", "100", "--from", "1,1", "--to", "41,1")
    assert "Measured in the first frame of clip.avi." in done.text
    done = typed("scale", "synthetic:?frames=1", "--spacing-um", "100")
    assert "no evenly spaced marks are clear in the first frame of synthetic:?frames=1" in done.text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "give --spacing-um, for a ruler to be found, or --length-um with --from and --to"),
        (["--length-um", "9", "--from", "1,1"], "give --spacing-um"),
        (["--spacing-um", "9", "--from", "1,1"], "give --spacing-um"),
        (["--length-um", "9", "--from", "1,1", "--to", "9"], "'9' is no point: write X,Y in pixels"),
        (["--length-um", "9", "--from", "1,1", "--to", "9,900"], "9,900 lies outside the picture, which has 480x320"),
        (["--length-um", "9", "--from", "1,1", "--to", "2,2"], "the points are 1.4 px apart"),
        (["--spacing-um", "90000"], "3.6e+03 µm per pixel is no scale of a microscope"),
        (["--spacing-um", "9", "--output", "x.nothing"], "its ending names no kind of picture"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(typed: Type, ruler: Path, options: list[str], says: str) -> None:
    done = typed("scale", ruler, *options)
    assert done.code != 0
    assert says in done.text


def test_a_picture_without_a_ruler_gives_no_number(typed: Type, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "plain.png"), np.full((120, 160, 3), 128, np.uint8))
    done = typed("scale", "plain.png", "--spacing-um", "100")
    assert done.code == 3
    assert "no evenly spaced marks are clear in plain.png" in done.text
    assert "um_per_px" not in done.text
