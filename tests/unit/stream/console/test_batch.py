"""The place of a recording in a batch, and the time that is left."""

import pytest

from stream.console.batch import BatchPlace, time_words


def test_the_time_left_is_that_of_all_recordings() -> None:
    place = BatchPlace(3, 50, "clip.mp4", begun_s=100.0)
    assert place.words() == "file 3 of 50, clip.mp4"
    assert place.left_s(0.5, 350.0) == pytest.approx(250 * 47.5 / 2.5)
    assert BatchPlace(1, 50, "clip.mp4", 0.0).left_s(0.01, 5.0) is None


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (42, "42 s"), (600, "10 min"), (9000, "2.5 h")])
def test_a_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert time_words(seconds) == words
