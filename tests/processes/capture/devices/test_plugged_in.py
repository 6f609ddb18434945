"""Devices are listed in a few seconds, whatever a maker's library does."""

import ctypes
import time

import pytest

from capture.devices.plugged_in import found_devices
from stream.errors import SourceError
from stream.protocol.devices import Found, FoundKind


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


def test_each_kind_says_what_it_has_or_why_it_has_none(capfd: pytest.CaptureFixture[str]) -> None:
    here = "tests.processes.capture.devices.test_plugged_in"
    kinds = {one.__name__: f"{here}:{one.__name__}" for one in (two, missing, hanging, crashing, failing)}
    began_s = time.monotonic()
    assert found_devices(kinds, longest_s=3) == [
        FoundKind(kind="two", devices=(Found("toy:1", "one"), Found("toy:2", "two"))),
        FoundKind(kind="missing", note="toy: needs toylib, which is not installed"),
        FoundKind(kind="hanging", note="no answer within 3 s; the driver or a device hangs"),
        FoundKind(kind="crashing", note="the driver crashed when it was asked"),
        FoundKind(kind="failing", note="the driver failed: toylib 0x80"),
    ]
    assert time.monotonic() - began_s < 20
    assert capfd.readouterr().out == ""
