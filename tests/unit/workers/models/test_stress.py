"""The stress table: only what the analysis does to the tissue that stays visible counts as a change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from stream.errors import OutputError, SourceError
from stream.protocol.contracts import Analysis, Frame, Pixels, Quality, Region
from workers.models.stress.changes import BARS, CHANGES, FrameChange
from workers.models.stress.output import frames_within, write
from workers.models.stress.pictures import WorstTrials, side_by_side
from workers.models.stress.stress_table import StressedFrame, StressTable, stress, summed, text
from workers.models.stress.trial import Trial, tried

HEIGHT, WIDTH = 270, 480


class BlueSpots:
    """An analyser to which every spot with much more blue than green is a capillary, wherever it lies."""

    model_id = "blue-spots"

    def analyse(self, frame: Frame) -> Analysis:
        blue, green = (frame.pixels[..., channel].astype(int) for channel in (0, 1))
        spots = (blue > green + 60).astype(np.uint8)
        outlines, _ = cv2.findContours(spots, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        density = 100.0 * float(spots.mean())
        regions = [Region(o[:, 0].astype(np.int32), 1.0, cv2.contourArea(o)) for o in outlines]
        return Analysis(density, 0.9 * density, min(100.0, 1.1 * density), regions, Quality("good"))


class Says:
    """An analyser that answers each frame by a function of its pixels."""

    model_id = "says"

    def __init__(self, answer: Callable[[Pixels], Analysis]) -> None:
        self._answer = answer

    def analyse(self, frame: Frame) -> Analysis:
        return self._answer(frame.pixels)


def named(name: str) -> FrameChange:
    return next(change for change in CHANGES if change.name == name)


def spotted() -> Pixels:
    """Return skin with blue spots, one in the middle."""
    pixels = np.full((HEIGHT, WIDTH, 3), 130, np.uint8)
    for x in range(40, WIDTH, 100):
        for y in range(35, HEIGHT, 50):
            cv2.circle(pixels, (x, y), 8, (220, 90, 130), -1)
    return pixels


def trial(change: str, analyser: BlueSpots | Says | None = None) -> Trial:
    pixels, chosen = spotted(), analyser or BlueSpots()
    return tried("f", pixels, chosen.analyse(Frame(pixels)), named(change), chosen)


@pytest.fixture(scope="module")
def table() -> StressTable:
    return stress(BlueSpots(), [("f1", spotted()), ("f2", spotted()[:, ::-1].copy())])


@pytest.mark.parametrize("change", [change.name for change in CHANGES if change.group == "geometry"])
def test_the_same_tissue_seen_another_way_is_no_change(change: str) -> None:
    assert trial(change).change_pct == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("change", [change.name for change in CHANGES if change.group == "objects"])
def test_what_an_object_hides_counts_on_neither_side(change: str) -> None:
    done = trial(change)
    assert done.changed.hidden is not None
    assert done.changed.hidden.any()
    assert done.change_pct is not None
    assert abs(done.change_pct) < 8, "edges of spots beside the object may differ"


def test_an_analysis_that_loses_the_tissue_beside_a_hair_shows() -> None:
    def misled(pixels: Pixels) -> Analysis:
        found = BlueSpots().analyse(Frame(pixels))
        return found if pixels.min() > 80 else Analysis(0.0, 0.0, 0.0, [], Quality("good"))

    done = trial("hair of 20 px", Says(misled))
    assert done.change_pct == -100.0
    assert not done.held


def test_a_density_that_is_no_sum_of_regions_is_split_as_they_are() -> None:
    def half_as_sure(pixels: Pixels) -> Analysis:
        found = BlueSpots().analyse(Frame(pixels))
        return replace(found, density_pct=found.density_pct / 2, density_low_pct=0.0)

    done, whole = trial("hair of 20 px", Says(half_as_sure)), trial("hair of 20 px")
    assert done.before_pct == pytest.approx(whole.before_pct / 2)
    assert done.change_pct == pytest.approx(whole.change_pct)


def test_an_object_that_the_analysis_knows_is_not_counted_twice() -> None:
    def knowing(pixels: Pixels) -> Analysis:
        found = BlueSpots().analyse(Frame(pixels))
        analysed = float((pixels.min(axis=2) > 80).mean())
        of_it = found.density_pct / analysed
        return replace(
            found,
            density_pct=of_it,
            density_low_pct=0.0,
            density_high_pct=100.0,
            measures={"analysed_pct": 100 * analysed},
        )

    assert trial("hair of 20 px", Says(knowing)).change_pct == pytest.approx(trial("hair of 20 px").change_pct)


def test_halves_count_by_the_area_that_was_analysed() -> None:
    def left_alone(pixels: Pixels) -> Analysis:
        left = bool(pixels[0, 0, 0])
        density = 6.0 if left else 2.0
        return Analysis(density, 0.0, 100.0, [], Quality("good"), {"analysed_pct": 90.0 if left else 30.0})

    pixels = np.full((HEIGHT, WIDTH, 3), 130, np.uint8)
    pixels[:, WIDTH // 2 :] = 0
    analyser = Says(left_alone)
    done = tried("f", pixels, analyser.analyse(Frame(pixels)), named("halves left and right"), analyser)
    assert done.after_pct == pytest.approx((0.9 * 6.0 + 0.3 * 2.0) / 1.2)


def test_a_picture_that_is_called_poor_misleads_nobody() -> None:
    def doubting(pixels: Pixels) -> Analysis:
        plain = pixels.std() < 1
        return Analysis(1.0, 1.0, 1.0, [], Quality("good")) if plain else Analysis(9.0, 9.0, 9.0, [], Quality("poor"))

    pixels = np.full((HEIGHT, WIDTH, 3), 130, np.uint8)
    analyser = Says(doubting)
    done = tried("f", pixels, analyser.analyse(Frame(pixels)), named("noise of 4 grey levels"), analyser)
    assert done.change_pct == pytest.approx(800)
    assert done.held


def test_the_table_is_the_same_every_time(table: StressTable) -> None:
    again = stress(BlueSpots(), [("f1", spotted()), ("f2", spotted()[:, ::-1].copy())])
    assert again == table


def test_every_change_and_every_bar_stands_in_the_text(table: StressTable) -> None:
    said = text(table)
    assert "2 frames, 100 % called good as they are" in said
    assert all(change.name in said for change in CHANGES)
    assert all(bar.title in said for bar in BARS.values())
    assert "left out: H.264" in said
    assert [group.met for group in table.groups if group.group == "geometry"] == [True]


def test_the_median_forgets_signs_and_the_worst_keeps_its_own() -> None:
    def moved(name: str, change: float | None) -> StressedFrame:
        return StressedFrame(
            frame=name, density_pct=2, changed_pct=2, change_pct=change, good=True, reasons=(), held=change != -30
        )

    total = summed([moved("a", 10.0), moved("b", -30.0), moved("c", -5.0), moved("without capillaries", None)])
    assert (total.median_pct, total.worst_pct, total.worst_frame) == (10.0, -30.0, "b")
    assert total.mean_pct == pytest.approx(-25 / 3)
    assert total.held == 0.75


def test_a_frame_without_capillaries_has_no_change() -> None:
    pixels = np.full((HEIGHT, WIDTH, 3), 130, np.uint8)
    table = stress(BlueSpots(), [("empty", pixels)])
    assert all(row.total.median_pct is None for row in table.rows if row.change == "mirrored")
    assert "mirrored" in text(table)


def test_pictures_of_the_worst_frame_of_each_change_are_written(tmp_path: Path) -> None:
    worst = WorstTrials()
    table = stress(BlueSpots(), [("f1", spotted())], worst)
    write(table, worst.files(table), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len(names) == len(CHANGES) + 1
    assert "01-turned-by-90.jpg" in names
    kept = msgspec.json.decode((tmp_path / "out" / "stress.json").read_bytes(), type=StressTable)
    assert [row.change for row in kept.rows] == [row.change for row in table.rows]


@pytest.mark.parametrize("change", ["turned by 90°", "halves above and below", "round aperture", "scale 1.33"])
def test_both_pictures_stand_side_by_side(change: str) -> None:
    picture = side_by_side(trial(change))
    assert picture.shape == (720 + 36, 2 * 1280 + 8, 3)
    assert picture[:700, 1300:].any(), "the changed frame is there"


def test_frames_are_named_if_they_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no frame"):
        stress(BlueSpots(), [])
    with pytest.raises(SourceError, match=r"tiny has 90x80 px; .* 128x128"):
        stress(BlueSpots(), [("tiny", np.zeros((80, 90, 3), np.uint8))])
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Cannot write"):
        write(stress(BlueSpots(), [("f", spotted())]), {}, tmp_path / "file")


def test_a_labelled_folder_gives_its_frames(tmp_path: Path) -> None:
    assert frames_within(str(tmp_path)) == str(tmp_path)
    (tmp_path / "frames").mkdir()
    assert frames_within(str(tmp_path)) == str(tmp_path / "frames")
    assert frames_within("synthetic:?frames=2") == "synthetic:?frames=2"
