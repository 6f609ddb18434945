"""Pictures as a source: found, sorted, named and checked before the first frame."""

import re
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError, UsageError
from stream.machine.files import natural_key
from tests.contracts.source_contract import frame, grabbed
from tests.doubles.media import card


def write(folder: Path, *names: str) -> None:
    """Pictures under these names, the same test card in each."""
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(path), card(1))


def names(place: str | Path) -> list[str]:
    """Return the frames' names, in order."""
    source = open_source(str(place))
    found = []
    while (grab := source.grab()) is not None:
        found.append(grab.name)
    source.close()
    return found


def test_pictures_come_in_the_order_people_count(tmp_path: Path) -> None:
    write(tmp_path, "f10.png", "f2.png", "F1.png", "f1b.png")
    assert names(tmp_path) == ["F1", "f1b", "f2", "f10"]


@given(st.lists(st.text(max_size=8)), st.randoms(use_true_random=False))
def test_any_names_have_one_order(texts: list[str], chance: Random) -> None:
    def key(text: str) -> tuple[object, str]:
        return natural_key(text), text

    ordered = sorted(texts, key=key)
    chance.shuffle(texts)
    assert sorted(texts, key=key) == ordered


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_in_names_sort_as_numbers(one: int, other: int) -> None:
    assert (natural_key(f"f{one}.png") < natural_key(f"f{other}.png")) == (one < other)


def test_other_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "a.png")
    (tmp_path / "notes.txt").write_text("left hand")
    (tmp_path / "._a.png").write_bytes(b"not a picture")
    (tmp_path / "sub.png").mkdir()
    assert names(tmp_path) == ["a"]


def test_a_folder_with_wildcards_in_its_name(tmp_path: Path) -> None:
    write(tmp_path, "left [1]/a.png")
    assert names(tmp_path / "left [1]") == ["a"]
    assert names(tmp_path / "left [1]" / "a.png") == ["a"]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("left hand")
    with pytest.raises(SourceError, match=r"The folder .* holds no pictures\. Pictures end in \.apng"):
        open_source(str(tmp_path))
    with pytest.raises(SourceError, match=r"The pattern .* holds no pictures"):
        open_source(f"images:{tmp_path}/*.png")


def test_a_missing_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file .*a\.png"):
        open_source(str(tmp_path / "a.png"))


def test_different_sizes_are_refused_naming_two_files(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png")
    cv2.imwrite(str(tmp_path / "c.png"), card(1, 160, 120))
    with pytest.raises(SourceError, match=r"a\.png is 320x240, c\.png is 160x120"):
        open_source(str(tmp_path))


def test_a_name_tells_nothing_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "Smith, John/f1.png", "Smith, John/f2.png")
    assert open_source(str(tmp_path / "Smith, John")).name == "images"
    assert open_source(f"images:{tmp_path}/Smith*/*.png").name == "images"
    assert re.fullmatch("picture-[0-9a-f]{6}", open_source(str(tmp_path / "Smith, John" / "f1.png")).name)


def test_stems_that_collide_keep_their_suffix(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "a.jpg", "b.png")
    assert names(tmp_path) == ["a.jpg", "a.png", "b"]


def test_equal_names_in_two_folders_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "left/a.png", "right/a.png")
    with pytest.raises(SourceError, match=r"would both be called a\.png"):
        open_source(f"images:{tmp_path}/*/*.png")


def test_pages_are_named_by_their_place(tmp_path: Path) -> None:
    pages = [Image.fromarray(card(number)) for number in range(3)]
    pages[0].save(tmp_path / "s.tif", save_all=True, append_images=pages[1:])
    assert names(tmp_path / "s.tif") == ["0", "1", "2"]
    write(tmp_path, "a.png")
    assert names(tmp_path) == ["a", "s-0", "s-1", "s-2"]


def test_pages_of_different_size_are_refused(tmp_path: Path) -> None:
    large, small = Image.fromarray(card(1)), Image.fromarray(card(1, 160, 120))
    large.save(tmp_path / "s.tif", save_all=True, append_images=[large, small])
    with pytest.raises(SourceError, match=r"s\.tif is 320x240, page 2 of s\.tif is 160x120"):
        open_source(str(tmp_path / "s.tif"))


def test_time_counts_seconds_or_frames_of_a_film(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png", "c.png")
    source = open_source(str(tmp_path))
    assert source.fps is None
    assert [grabbed(source).time_s for _ in range(3)] == [0.0, 1.0, 2.0]
    film = open_source(f"images:{tmp_path}?fps=10")
    assert film.fps == 10.0
    assert [grabbed(film).time_s for _ in range(3)] == pytest.approx([0.0, 0.1, 0.2])


def test_a_wrong_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean bits"):
        open_source(f"images:{tmp_path}?bit=12")
    with pytest.raises(UsageError, match="from 8 up to 16"):
        open_source(f"images:{tmp_path}?bits=4")


def test_a_broken_picture_in_the_middle_costs_that_frame_alone_and_names_its_file(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png", "c.png")
    whole = (tmp_path / "b.png").read_bytes()
    (tmp_path / "b.png").write_bytes(whole[: len(whole) // 2])
    source = open_source(str(tmp_path))
    frame(source)
    with pytest.raises(FrameError, match=r"^b\.png is damaged"):
        frame(source)
    np.testing.assert_array_equal(frame(source), card(1))


@pytest.mark.parametrize("fault", ["gone", "another size", "a folder"])
def test_a_frame_that_cannot_be_read_never_names_its_folder(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "Mueller_Hans_1950"
    folder.mkdir()
    write(folder, "a.png", "b.png")
    source = open_source(str(folder))
    (folder / "a.png").unlink()
    if fault == "another size":
        cv2.imwrite(str(folder / "a.png"), card(1, 160, 120))
    elif fault == "a folder":
        (folder / "a.png").mkdir()
    with pytest.raises(FrameError, match=r"a\.png") as raised:
        frame(source)
    assert folder.name not in str(raised.value)


def test_a_picture_without_a_header_is_a_frame_without_pixels(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png", "c.png")
    (tmp_path / "a.png").write_text("no picture")
    source = open_source(str(tmp_path))
    assert (source.frame_count, source.width, source.height) == (3, 320, 240)
    with pytest.raises(FrameError, match=r"^a\.png is damaged"):
        frame(source)
    np.testing.assert_array_equal(frame(source), card(1))


def test_a_folder_of_which_nothing_can_be_read_is_refused(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(SourceError, match=r"a\.png is damaged"):
        open_source(str(tmp_path))


def test_a_picture_that_changes_after_opening_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.png")
    source = open_source(str(tmp_path))
    cv2.imwrite(str(tmp_path / "a.png"), card(1, 160, 120))
    with pytest.raises(SourceError, match="has changed: it is 160x120 now, not 320x240"):
        frame(source)
    (tmp_path / "a.png").unlink()
    source.seek(0)
    with pytest.raises(SourceError, match="There is no file"):
        frame(source)


@pytest.mark.real
def test_labelled_frames_read_as_opencv_reads_them(labelled_frames: Path) -> None:
    source = open_source(str(labelled_frames / "frames"))
    assert (source.frame_count, source.width, source.height) == (24, 1920, 1080)
    for path in sorted((labelled_frames / "frames").iterdir())[:4]:
        np.testing.assert_array_equal(frame(source), cv2.imread(str(path)))
