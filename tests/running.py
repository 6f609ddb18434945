"""The program run as a user runs it, as a process of its own; waiting is for conditions, never for clocks."""

import csv
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

ROOT = Path(__file__).resolve().parent.parent
TIMING_COLUMNS = frozenset({"t_capture_utc", "latency_ms", "worker", "attempt"})
"""Columns of readings.csv that may differ between two runs on the same frames."""

_LONGEST_RUN_S = 90

Result = TypeVar("Result")


def command(*arguments: str | Path) -> list[str]:
    """Return the command line that starts the program with these arguments."""
    return [sys.executable, str(ROOT / "run_stream.py"), *map(str, arguments)]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, in a process group of its own: nothing of an earlier test can hide in it."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=_LONGEST_RUN_S,
        check=False,
        env=_environment(environment),
        start_new_session=True,
    )


@contextmanager
def running(*arguments: str | Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the program in the background; kill it with its children when the block ends."""
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(environment),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for child in [*children(process), psutil.Process(process.pid)] if process.poll() is None else []:
            child.kill()
        process.communicate(timeout=20)


def children(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Return the living processes below the program's own."""
    try:
        found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
        return found
    except psutil.NoSuchProcess:
        return []


def _environment(extra: dict[str, str]) -> dict[str, str]:
    """Return a user's environment: compiled modules are kept, or every process would compile them again."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | extra


def is_alive(process: psutil.Process) -> bool:
    """Return whether it runs; a zombie does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def command_line(process: psutil.Process) -> str:
    """Return its command line, empty once it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def eventually(condition: Callable[[], Result | None], what: str, deadline_s: float = 30.0) -> Result:
    """Wait for the first true value of `condition` and return it; fail with `what` when the deadline passes."""
    until = time.monotonic() + deadline_s
    while time.monotonic() < until:
        result = condition()
        if result:
            return result
        time.sleep(0.02)  # between two looks at a condition
    raise AssertionError(f"not within {deadline_s:.0f} s: {what}")


def summary(folder: Path) -> dict[str, Any]:
    """Read summary.json of a finished replay."""
    loaded: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return loaded


def rows(folder: Path) -> list[dict[str, str]]:
    """Read readings.csv as dictionaries."""
    with (folder / "readings.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def values(folder: Path) -> list[dict[str, str]]:
    """Read readings.csv without the columns that depend on time and place."""
    return [{key: value for key, value in row.items() if key not in TIMING_COLUMNS} for row in rows(folder)]


def committed(folder: Path) -> int:
    """Count the readings on disk, seen from outside."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'session.sqlite'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT COUNT(*) FROM readings").fetchone()[0])
    except sqlite3.Error:
        return 0


def page_address(process: "subprocess.Popen[str]") -> str:
    """Return the address of the live page, once the program says it."""
    assert process.stderr is not None
    for line in process.stderr:
        address = re.search(r"http://\S+", line)
        if address is not None:
            return address.group()
    raise AssertionError("the program ended without a live page")


def free_port() -> int:
    """Return a TCP port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
