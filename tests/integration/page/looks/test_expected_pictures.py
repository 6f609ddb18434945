"""What the comparison of pictures tolerates, and what it finds."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.integration.page.looks import expected_pictures
from tests.integration.page.looks.expected_pictures import moved_boxes, unlike_picture


def drawn(*words: tuple[str, int], smoothing: int = cv2.LINE_AA) -> bytes:
    """Return a PNG of words, each with its left edge, px, on a dark ground."""
    pixels = np.full((80, 400, 3), 20, np.uint8)
    for word, left in words:
        cv2.putText(pixels, word, (left, 46), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (230, 230, 230), 1, smoothing)
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.fixture(autouse=True)
def expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep two words, and the box of one, as what is expected."""
    monkeypatch.setattr(expected_pictures, "_FOLDER", tmp_path / "expected")
    monkeypatch.setattr(expected_pictures, "_KEPT", None)
    monkeypatch.setattr(expected_pictures, "RENEW", True)
    unlike_picture("phone/live", [drawn(("Limits", 20), ("Log", 200))], tmp_path)
    moved_boxes("phone/live", {"limits-open": [20, 30, 60, 44]})
    monkeypatch.setattr(expected_pictures, "RENEW", False)


def test_letters_that_are_smoothed_in_another_way_are_the_same(tmp_path: Path) -> None:
    assert unlike_picture("phone/live", [drawn(("Limits", 20), ("Log", 200), smoothing=cv2.LINE_8)], tmp_path) == []
    assert moved_boxes("phone/live", {"limits-open": [21, 30, 62, 44]}) == []


@pytest.mark.parametrize(
    "words",
    [[("Limits", 20)], [("Limits", 20), ("Log", 212)], [("Lim", 20), ("Log", 200)]],
    ids=["gone", "moved", "cut"],
)
def test_a_word_that_is_gone_moved_or_cut_is_found_and_the_difference_is_left(
    words: list[tuple[str, int]], tmp_path: Path
) -> None:
    (fault,) = unlike_picture("phone/live", [drawn(*words)], tmp_path / "left")
    assert "phone-live-difference.png" in fault
    assert {path.name for path in (tmp_path / "left").iterdir()} == {"phone-live.png", "phone-live-difference.png"}


def test_elements_that_are_gone_new_or_moved_are_named() -> None:
    assert moved_boxes("phone/live", {"log-open": [0, 0, 9, 9]}) == [
        "phone/live: #limits-open is missing",
        "phone/live: #log-open is new",
    ]
    assert "#limits-open lies at [20, 60, 60, 44]" in moved_boxes("phone/live", {"limits-open": [20, 60, 60, 44]})[0]


def test_a_screen_that_was_never_kept_is_a_fault(tmp_path: Path) -> None:
    (fault,) = unlike_picture("phone/new", [drawn(("Log", 20))], tmp_path)
    assert fault.startswith("phone/new: there is no picture to compare with")
