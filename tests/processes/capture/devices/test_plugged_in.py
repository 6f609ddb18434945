"""Devices are listed in a few seconds, whatever a maker's library does."""

import ctypes
import time
from collections.abc import Callable

import pytest

from capture.devices.plugged_in import found_devices
from stream.errors import SourceError
from stream.machine.devices import Found, FoundKind


def two() -> list[Found]:
    print("a library's own chatter")
    return [Found("toy:1", "one"), Found("toy:2", "two")]


def missing() -> list[Found]:
    raise SourceError("toy: needs toylib, which is not installed")


def hanging() -> list[Found]:
    time.sleep(600)
    return []


def crashing() -> list[Found]:
    ctypes.string_at(0)
    return []


def failing() -> list[Found]:
    raise RuntimeError("toylib 0x80")


def asked(*kinds: Callable[[], list[Found]], longest_s: float) -> list[FoundKind]:
    """Ask kinds of this file."""
    return found_devices({one.__name__: f"{__name__}:{one.__name__}" for one in kinds}, longest_s)


def test_each_kind_says_what_it_has_or_why_it_has_none(capfd: pytest.CaptureFixture[str]) -> None:
    assert asked(two, missing, crashing, failing, longest_s=60) == [
        FoundKind(kind="two", devices=(Found("toy:1", "one"), Found("toy:2", "two"))),
        FoundKind(kind="missing", note="toy: needs toylib, which is not installed"),
        FoundKind(kind="crashing", note="the driver crashed when it was asked"),
        FoundKind(kind="failing", note="the driver failed: toylib 0x80"),
    ]
    assert capfd.readouterr().out == ""


def test_a_driver_that_hangs_is_not_waited_for() -> None:
    began_s = time.monotonic()
    assert asked(hanging, longest_s=0.5) == [
        FoundKind(kind="hanging", note="no answer within 0.5 s; the driver or a device hangs")
    ]
    assert time.monotonic() - began_s < 60
