"""Figures that were measured apart from the training come into the card, and none of another model does."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stream.errors import UsageError
from stream.protocol.contracts import Quality
from workers.capillary.analyser import SHIPPED
from workers.models.stress.stress_table import ChangeTotal, StressGroup, StressRow, StressTable
from workers.runtimes.card import RECIPE, Card, read_card
from workers.runtimes.figures import TransferFigures, transfer_sentence
from workers.training.data.labels import Label, LabelledRegion
from workers.training.evaluation.card_figures import read_transfer, renew
from workers.training.evaluation.evaluate import FrameResult
from workers.training.evaluation.failures import failing, picture_of
from workers.training.evaluation.model_card import as_markdown
from workers.training.evaluation.score import FrameScore
from workers.training.evaluation.transfer_table import (
    frame_figures,
    good_figures,
    group_figures,
    hard_split_figures,
    text,
)

GOOD = Quality("good")


def result(frame: str, density: float, low: float, high: float, quality: Quality = GOOD) -> FrameResult:
    """Return a frame whose readers see a density of 4 %, and the program 9 of 10 capillaries."""
    score = FrameScore(
        frame=frame,
        found=9,
        capillaries=10,
        right=9,
        ignored=1,
        predicted=11,
        density=density,
        density_readers=0.04,
        dice=0.8,
        jaccard=0.7,
    )
    return FrameResult(score=score, value=density, low=low, high=high, quality=quality, outlines=[])


def figures_of(frames: list[str]) -> TransferFigures:
    """Return figures of which the first frame is poor and fails."""
    results = [result(name, 0.04 + 0.001 * n, 0.03, 0.055) for n, name in enumerate(frames)]
    results[0] = result(frames[0], 0.08, 0.075, 0.115, Quality("poor", ("hair in the picture: 9 %",)))
    split = hard_split_figures("clear to faint", "by measure", frames[2:], results[:1], {frames[0]: results[1]})
    return TransferFigures(
        method="each scene left out once",
        recipe=RECIPE,
        plan="0" * 64,
        seed=1,
        frames=[frame_figures(one) for one in results],
        every=group_figures(results),
        good=good_figures(results),
        hard_splits=[split],
    )


def stress_of(card: Card) -> bytes:
    """Return stress.json as `models stress` writes it."""
    total = ChangeTotal(median_pct=0.8, mean_pct=0.1, worst_pct=-12.5, worst_frame="f23", good=0.9, held=1.0)
    table = StressTable(
        model_id=card.model_id,
        frames=2,
        good=1.0,
        groups=[StressGroup(group="objects", title="drawn objects", bars="", total=total, met=False)],
        rows=[StressRow(change="hair of 5 px", group="objects", total=total, frames=[])],
        left_out=(),
    )
    return msgspec.json.encode(table)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    for suffix in (".tflite", ".keras", ".json"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path)
    return tmp_path / SHIPPED.name


@pytest.fixture
def measured(weights: Path) -> Path:
    folder = weights.parent / "measured"
    folder.mkdir()
    card = read_card(weights)
    figures = figures_of(card.training.frames)
    if card.training.plan is not None:
        figures = msgspec.structs.replace(figures, plan=card.training.plan)
    (folder / "transfer.json").write_bytes(msgspec.json.encode(figures))
    (folder / f"fails-{card.training.frames[0]}.jpg").write_bytes(b"picture")
    (folder / "stress.json").write_bytes(stress_of(card))
    return folder


def test_people_read_the_errors_of_the_good_frames_in_one_sentence() -> None:
    transfer = figures_of(["f1", "f2", "f3", "f4"])
    card = msgspec.json.decode(SHIPPED.with_suffix(".json").read_bytes(), type=Card)
    figures = card.figures
    assert figures is not None

    def said(known: TransferFigures | None) -> str:
        return transfer_sentence(msgspec.structs.replace(figures, transfer=known))

    assert said(transfer) == (
        "On scenes new to the model: half of the densities within 5 %, the worst 8 % off (3 good frames of 4)."
    )
    assert said(msgspec.structs.replace(transfer, good=None)) == (
        "On scenes new to the model: no picture was good (4 frames)."
    )
    assert transfer_sentence(None) == said(None) == "Not measured on scenes new to the model."


def test_groups_are_summed_over_all_frames_and_over_the_good_ones(measured: Path) -> None:
    figures = read_transfer(measured / "transfer.json", None)
    assert figures.good is not None
    assert figures.every.frames == figures.good.frames + 1
    assert figures.every.density_error_max == 1.0
    assert figures.good.density_error_max < 1.0
    assert figures.good.interval_coverage == 1.0
    assert figures.frames[0].half_width == pytest.approx(0.25)
    assert not figures.frames[0].covered
    assert not figures.frames[0].centred
    assert figures.frames[1].centred
    assert failing(figures.frames)[0] == figures.frames[0]
    assert figures.hard_splits[0].fall == 0.0
    assert "poor, hair in the picture: 9 %" in text(figures)


def test_the_card_begins_with_transfer_and_keeps_the_weights(weights: Path, measured: Path) -> None:
    before = read_card(weights)
    card = renew(weights, measured / "transfer.json", measured / "stress.json", "proposals, on all frames")
    assert read_card(weights) == card
    assert card.litert == before.litert
    page = weights.with_suffix(".md").read_text()
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == [
        "## On scenes of which nothing was seen",
        "## On kinds of frames of which none was seen",
        "## Frames it fails on",
        "## What was chosen on which frames",
        "## If the picture changes and the tissue does not",
        "## In the cross-validation of the training",
        "## Limits",
    ]
    frame = before.training.frames[0]
    assert f"(default-fails-{frame}.jpg)" in page
    assert weights.with_name(f"default-fails-{frame}.jpg").read_bytes() == b"picture"
    assert "| **drawn objects** | 0.8 % | -12 % | f23 | 90 % | 100 % |" in page
    assert "proposals, on all frames" in page


def test_a_card_without_transfer_says_so_by_its_first_heading() -> None:
    card = read_card(SHIPPED)
    assert card.figures is not None
    plain = msgspec.structs.replace(
        card,
        figures=msgspec.structs.replace(card.figures, transfer=None, stress=[]),
        training=msgspec.structs.replace(card.training, chosen_on=""),
    )
    assert "## How good it is" in as_markdown(plain)
    assert "nothing was seen" not in as_markdown(plain)


def test_figures_of_another_model_are_refused(weights: Path, measured: Path) -> None:
    card = read_card(weights)
    figures = figures_of(card.training.frames)
    with pytest.raises(UsageError, match="another plan"):
        read_transfer(measured / "transfer.json", "1" * 64)
    path = measured / "other.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(figures, recipe="another")))
    with pytest.raises(UsageError, match="another"):
        renew(weights, path, None)
    path.write_bytes(msgspec.json.encode(figures_of(["a", "b", "c"])))
    with pytest.raises(UsageError, match="other"):
        renew(weights, path, None)
    path.write_bytes(stress_of(msgspec.structs.replace(card, name="another")))
    with pytest.raises(UsageError, match="stress table is that of another"):
        renew(weights, None, path)
    path.write_text("{}")
    with pytest.raises(UsageError, match="models evaluate --transfer"):
        renew(weights, path, None)
    with pytest.raises(UsageError, match="models stress"):
        renew(weights, None, path)


def test_a_failing_frame_is_drawn_with_both_outlines() -> None:
    label = Label(
        frame="x",
        width_px=640,
        height_px=360,
        regions=[LabelledRegion("capillary", "C", "C", [(100, 100), (200, 100), (200, 200), (100, 200)])],
        missed={},
    )
    outline = np.array([(300, 100), (400, 100), (400, 200)], np.int32)
    shown = msgspec.structs.replace(result("x", 0.08, 0.07, 0.11), outlines=[outline])
    plain = np.full((360, 640, 3), 128, np.uint8)
    pictures = {
        picture_of(plain, label, shown, frame_figures(shown)),
        picture_of(plain, label, msgspec.structs.replace(shown, outlines=[]), frame_figures(shown)),
        picture_of(plain, msgspec.structs.replace(label, regions=[]), shown, frame_figures(shown)),
    }
    assert len(pictures) == 3
