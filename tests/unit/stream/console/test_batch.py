"""The recordings of one command: which one this is, who gets how many workers, and the time that is left."""

import time

import pytest

from stream.console.batch import BatchPlace, BatchProgress, time_words


def test_a_recording_is_named_by_its_place() -> None:
    place = BatchPlace(3, 50, "clip.mp4", BatchProgress([1.0] * 50))
    assert place.words() == "file 3 of 50, clip.mp4"
    place.note(0.25)
    assert place.share == place.progress.share(2) == 0.25


def test_the_time_left_is_that_of_all_recordings_by_their_sizes() -> None:
    progress = BatchProgress([100, 300])
    begun_s = time.monotonic()
    assert progress.left_s(begun_s + 10) is None
    progress.note(0, 1.0)
    assert progress.left_s(begun_s + 10) == pytest.approx(30, abs=0.1)
    progress.note(1, 0.5)
    assert progress.left_s(begun_s + 10) == pytest.approx(6, abs=0.1)


def test_recordings_that_were_complete_before_take_no_time() -> None:
    progress = BatchProgress([100, 100, 100], complete=[True, True, False])
    assert progress.left == 100


def test_a_recording_of_unknown_size_counts_as_the_mean_of_the_others() -> None:
    assert BatchProgress([100, 0, 300]).left == 600
    assert BatchProgress([0, 0]).left == 2


def test_the_longest_begins_first() -> None:
    assert BatchProgress([100, 300, 0, 300]).longest_first() == [1, 3, 2, 0]


def test_workers_go_by_the_part_that_a_recording_is_of_what_is_left() -> None:
    many = BatchProgress([10] * 20)
    assert many.workers_for(0, 8) == 1
    for place in range(18):
        many.note(place, 1.0)
    assert many.workers_for(18, 8) == 4
    many.note(18, 0.9)
    assert many.workers_for(19, 8) == 8
    assert BatchProgress([10] * 3).workers_for(0, 8) == 3
    assert BatchProgress([70, 10, 10, 10]).workers_for(0, 8) == 6


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (42, "42 s"), (600, "10 min"), (9000, "2.5 h")])
def test_a_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert time_words(seconds) == words
