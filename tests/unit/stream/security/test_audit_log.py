"""The audit log holds together, and says where it was touched."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import AuditError
from stream.protocol.processes import Hello, SecurityEvent
from stream.security.audit_log import BEGINNING, FILE_NAME, AuditLog, chained, check, verify


def lines_of(count: int) -> list[str]:
    lines, last = [], BEGINNING
    for number in range(count):
        entry = chained({"what": "changed", "n": number, "who": "ü"}, last)
        lines.append(json.dumps(entry, sort_keys=True) + "\n")
        last = entry["hash"]
    return lines


def test_a_whole_log_is_unbroken() -> None:
    assert check(lines_of(5)).lines == 5
    assert not check(lines_of(5)).fault
    assert check([]).lines == 0


@given(st.integers(1, 8), st.data())
def test_the_first_line_that_was_touched_is_named(count: int, data: st.DataObject) -> None:
    lines = lines_of(count)
    at = data.draw(st.integers(0, count - 1))
    match data.draw(st.sampled_from(["edit", "remove", "insert", "swap", "cut", "noise"])):
        case "edit":
            lines[at] = lines[at].replace('"n": ', '"n": 7')
        case "remove" if at < count - 1:
            del lines[at]
        case "insert":
            lines.insert(at, json.dumps(chained({"what": "changed"}, BEGINNING if at else "1" * 64)) + "\n")
        case "swap" if at < count - 1:
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case "cut":
            lines[at] = lines[at][:-2]
        case _:
            lines[at] = data.draw(st.text(max_size=50)) + "\n"
    chain = check(lines)
    assert chain.lines == at
    assert chain.fault.startswith(f"line {at + 1} ")


def test_a_log_is_written_gone_on_with_and_verified(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.run_started("s-1", "live", "0.1", config_sha256="a")
    for _ in range(2):
        log.hello(Hello(role="worker", index=0, incarnation=0, endpoint="x", pid=1, detail="cnn@abc"))
    log.security_event(SecurityEvent(what="refused", where="page", who="10.0.0.7", detail="no token", count=3))
    assert "no end" in verify(tmp_path)
    again = AuditLog(tmp_path)
    again.write("ended", exit_code=0)
    assert verify(tmp_path / "session.sqlite").startswith("4 lines, unbroken")
    assert "no end" not in verify(tmp_path)
    entries = [json.loads(line) for line in (tmp_path / FILE_NAME).read_text().splitlines()]
    assert [entry["what"] for entry in entries] == ["begun", "model", "refused", "ended"]
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_left_is_cut_off_and_noted(tmp_path: Path) -> None:
    AuditLog(tmp_path).write("begun")
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"what": "chan')
    AuditLog(tmp_path).write("ended")
    assert verify(tmp_path).startswith("3 lines, unbroken")
    assert "mended" in (tmp_path / FILE_NAME).read_text()


def test_a_broken_log_stays_broken_where_it_was(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    for number in range(3):
        log.write("changed", n=number)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text().replace('"n": 1', '"n": 9'))
    AuditLog(tmp_path).write("ended")
    with pytest.raises(AuditError, match="line 2 was changed"):
        verify(tmp_path)


@pytest.mark.parametrize("line", ["9" * 5000, "[]", "\0"])
def test_a_last_line_that_is_none_does_not_stop_a_run(tmp_path: Path, line: str) -> None:
    (tmp_path / FILE_NAME).write_text(line + "\n")
    AuditLog(tmp_path).write("begun")
    assert len((tmp_path / FILE_NAME).read_text().splitlines()) == 2
    with pytest.raises(AuditError, match="line 1"):
        verify(tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda line: line.replace("{", '{"what": "refused", ', 1),
        lambda line: line.replace(": ", ":  ", 1),
        lambda line: " " + line,
        lambda line: line.replace("\n", "\r\n"),
        lambda line: line.replace("\\u00fc", "ü"),
    ],
    ids=["a key put in front", "a blank", "a blank in front", "a carriage return", "another spelling"],
)
def test_bytes_that_say_the_same_are_named_too(edit: Callable[[str], str], tmp_path: Path) -> None:
    lines = lines_of(3)
    lines[1] = edit(lines[1])
    (tmp_path / FILE_NAME).write_bytes("".join(lines).encode())
    with pytest.raises(AuditError, match="line 2 was changed"):
        verify(tmp_path)


@pytest.mark.parametrize("deep", ["[", '{"a":'])
def test_a_line_that_is_nested_without_end_is_named_and_stops_no_run(deep: str, tmp_path: Path) -> None:
    log = tmp_path / FILE_NAME
    log.write_text(deep * 100_000 + "\n")
    with pytest.raises(AuditError, match="line 1 is cut off or is not JSON"):
        verify(tmp_path)
    AuditLog(tmp_path).write("begun")
    assert log.read_text().count("\n") == 2


def test_however_deep_a_line_is_nested_it_is_judged() -> None:
    """Where the interpreter's own limit lies depends on who calls."""
    for depth in range(100, 1100, 7):
        line = f'{{"a": {"[" * depth}{"]" * depth}, "before": "{BEGINNING}"}}\n'
        assert check([line]).fault.startswith("line 1 ")


def test_no_log_is_said(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="cannot be read"):
        verify(tmp_path)
    with pytest.raises(AuditError, match="nowhere cannot be read"):
        verify(tmp_path / "nowhere")
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(AuditError, match="empty"):
        verify(tmp_path)


def test_after_a_full_disk_the_log_goes_on_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, write = AuditLog(tmp_path), os.write
    log.write("begun")
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:10]))
    for _ in range(2):
        log.write("changed")
    monkeypatch.undo()
    log.write("ended")
    assert verify(tmp_path).startswith("2 lines, unbroken")
    assert '"lost_before": 2' in (tmp_path / FILE_NAME).read_text()


def test_a_folder_that_takes_no_more_stops_the_log_and_not_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = AuditLog(tmp_path / "none")
    for _ in range(3):
        log.write("changed")
    assert len(caplog.records) == 1
