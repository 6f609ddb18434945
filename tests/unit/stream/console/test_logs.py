"""Logs go to stderr, so that stdout stays data; as JSON, a line is an object whatever is in it."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.console import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("capillary")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)


def test_the_log_goes_to_stderr_and_stdout_stays_free(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up(logging.WARNING, "text")
    logging.getLogger("capillary.sink").warning("the disk is slow")
    out, err = capfd.readouterr()
    assert out == ""
    assert err.endswith("capillary.sink: the disk is slow\n")


@pytest.mark.parametrize("text", ["plain", 'quotes " and \\', "two\nlines", "Ünïcode µ", "\x00\x1b[31m"])
def test_a_json_log_has_one_object_a_line(capfd: pytest.CaptureFixture[str], text: str) -> None:
    logs.set_up(logging.INFO, "json")
    logging.getLogger("capillary.worker-0").info("%s", text)
    lines = capfd.readouterr().err.split("\n")
    assert lines[1:] == [""]
    entry = json.loads(lines[0])
    assert (entry["level"], entry["process"], entry["message"]) == ("info", "worker-0", text)
    assert entry["t"].endswith("Z")


def test_a_traceback_stays_on_its_line_in_json(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up(logging.INFO, "json")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("capillary.sink").exception("failed")
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "ZeroDivisionError" in json.loads(lines[0])["traceback"]


def test_libraries_say_only_what_is_wrong_and_we_what_was_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up(logging.DEBUG, "text")
    logging.getLogger("somebodys.library").info("chatter")
    logging.getLogger("capillary.sink").debug("detail")
    err = capfd.readouterr().err
    assert "chatter" not in err
    assert "detail" in err


def test_setting_up_again_doubles_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        logs.set_up(logging.WARNING, "text")
    logging.getLogger("capillary.sink").warning("once")
    assert capfd.readouterr().err.count("once") == 1


def test_a_file_is_not_named_in_the_log(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_hidden", [])
    clip = tmp_path / "Smith, John" / "john-smith-1950.avi"
    logs.set_up(logging.INFO, "text")
    logs.hide(str(clip))
    logs.hide("synthetic:?seed=1")
    logs.hide("video:mary-smith.mp4?decoder=cuda")
    log = logging.getLogger("capillary.capture")
    log.warning("%s is damaged; frame 7 of john-smith-1950 is missing", clip)
    log.warning("mary-smith.mp4 ends")
    try:
        raise ValueError(f"no codec for {clip.name}")
    except ValueError:
        log.exception("synthetic:?seed=1 failed")
    err = capfd.readouterr().err
    assert "(source) is damaged; frame 7 of (source) is missing" in err
    assert "synthetic:?seed=1 failed" in err
    assert not re.search("smith", err, re.IGNORECASE)
