"""The place of a recording in a batch, and the time that is left."""

import pytest

from stream.console.batch import BatchPlace, time_words


def test_the_time_left_is_that_of_all_recordings() -> None:
    place = BatchPlace(3, 50, "clip.mp4", begun_s=100.0, done=2, to_do=47)
    assert place.words() == "file 3 of 50, clip.mp4"
    assert place.left_s(0.5, 350.0) == pytest.approx(250 * 47.5 / 2.5)
    assert BatchPlace(1, 50, "clip.mp4", 0.0, done=0, to_do=49).left_s(0.01, 5.0) is None


def test_recordings_that_were_complete_before_take_no_time() -> None:
    resumed = BatchPlace(41, 50, "clip.mp4", begun_s=0.0, done=0, to_do=9)
    assert resumed.left_s(0.5, 30.0) == pytest.approx(30 * 9.5 / 0.5)


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (42, "42 s"), (600, "10 min"), (9000, "2.5 h")])
def test_a_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert time_words(seconds) == words
