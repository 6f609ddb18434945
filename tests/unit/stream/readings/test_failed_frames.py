"""A damaged recording of ten thousand frames gives a few lines of log."""

import logging

import pytest

from stream.readings.failed_frames import FailedFrames


def test_a_line_is_written_for_the_first_failed_frame_and_each_tenfold_number(caplog: pytest.LogCaptureFixture) -> None:
    failures = FailedFrames(logging.getLogger("capillary.capture"))
    for number in range(10_000):
        failures.note(str(number), "it is damaged")
    assert [line.split(":")[0] for line in caplog.messages] == [
        "frame 0 set aside as failed",
        "frame 9 set aside as failed, number 10 so far",
        "frame 99 set aside as failed, number 100 so far",
        "frame 999 set aside as failed, number 1000 so far",
        "frame 9999 set aside as failed, number 10000 so far",
    ]
