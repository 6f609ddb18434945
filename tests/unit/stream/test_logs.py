"""Logs go to stderr, so that stdout stays data; as JSON, a line is an object whatever is in it."""

import json
import logging
from collections.abc import Iterator

import pytest

from stream import logs


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
