"""Lines of several sources on one terminal: each says whose it is."""

import json

import pytest

from stream.several.terminal import Terminal, named_line


def test_a_line_begins_with_the_name_of_its_source() -> None:
    assert named_line("camera-0-1", "Session: s") == "camera-0-1: Session: s"
    assert named_line("camera-0-1", "{no JSON") == "camera-0-1: {no JSON"


def test_an_entry_of_a_json_log_stays_one_and_names_its_source() -> None:
    entry = json.loads(named_line("camera-0-1", '{"level": "warning", "message": "µ"}'))
    assert entry == {"source": "camera-0-1", "level": "warning", "message": "µ"}


def test_without_a_terminal_there_are_lines_and_no_status_line(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(quiet=False)
    terminal.show(["source 1 STARTING"])
    terminal.say("one line")
    terminal.close()
    assert capsys.readouterr().err == "one line\n"
