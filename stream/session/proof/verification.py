"""Whether a session is the one that was recorded: the chain of its audit log, its files, its frames, its densities.

What is found is one sentence about the first difference. Knows no source and no analyser: pictures and values come in.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from stream.config.parts import ProvenFrame, RecordedSession
from stream.console.text import counted
from stream.errors import AuditError, StreamError
from stream.protocol.contracts import Analysis, Frame, Pixels
from stream.protocol.thumbnail import thumbnail
from stream.security import audit_log
from stream.session.proof.digests import file_sha256, holds_more, readings_sha256
from stream.session.provenance import analysed_um_per_px
from stream.session.store import FILE_NAME

_SAME_PCT: Final = 0.005
"""Other processors round differently in the last digits; a reading keeps more than that."""


class DifferenceError(StreamError):
    """Something is not as it was recorded."""

    exit_code = 5


@dataclass(slots=True)
class Findings:
    """What was proven, and what cannot be."""

    proven: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChainedHashes:
    """The hashes in a chain: of the session's file and its readings, and of the recording's files; empty if none."""

    session: str = ""
    readings: str = ""
    reviewed_since: int = 0
    files: dict[str, str] = field(default_factory=dict)


def check_files(folder: Path, findings: Findings) -> ChainedHashes:
    """Check the chain and every file in it; return its hashes. Raises DifferenceError at the first difference."""
    try:
        findings.proven.append(f"audit log: {audit_log.verify(folder)}")
    except AuditError as error:
        raise DifferenceError(f"The audit log is not as it was written: {error}.") from None
    sealed = sealed_in(folder)
    for name, sha256 in sealed.files.items():
        if _hash(folder / name) != sha256:
            raise DifferenceError(f"{name} was changed after the session ended: its hash is not the one in the log.")
    if sealed.files:
        findings.proven.append(f"recording: the hash of {', '.join(sorted(sealed.files))}")
    if sealed.session:
        _check_session(folder / FILE_NAME, sealed, findings)
    elif (folder / FILE_NAME).is_file():
        findings.unproven.append("the session's file has no hash in the log: its run was killed, goes on, or is older")
    return sealed


def _check_session(path: Path, sealed: ChainedHashes, findings: Findings) -> None:
    if _hash(path) == sealed.session and not holds_more(path):
        findings.proven.append(f"{path.name}: every byte")
        return
    try:
        same = readings_sha256(path) == sealed.readings
    except StreamError as error:
        raise DifferenceError(f"{error}.") from None
    if not same or not sealed.reviewed_since:
        what = "a reading in it is not as it was written" if not same else "no reading, but another of its bytes"
        raise DifferenceError(f"{path.name} was changed after the session ended: {what}.")
    findings.proven.append(f"{path.name}: every reading")
    findings.unproven.append(f"{path.name} was changed by a review that has not ended in order: markers and scale")


def sealed_in(folder: Path) -> ChainedHashes:
    """Return the hashes that a sound chain holds, the newest of each."""
    found, since = {"session_sha256": "", "readings_sha256": ""}, 0
    files: dict[str, str] = {}
    with (folder / audit_log.FILE_NAME).open(encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            match entry["what"]:
                case "begun":
                    found, files = dict.fromkeys(found, ""), {}
                case "sealed":
                    found, since = {name: str(entry.get(name, "")) for name in found}, 0
                case "recorded":
                    files = entry["files"]
                case "changed" if entry.get("where") == audit_log.REVIEW:
                    since += 1
    return ChainedHashes(found["session_sha256"], found["readings_sha256"], since, files)


def check_frames(
    recording: RecordedSession, folder: Path, findings: Findings, analyse: Callable[[Frame], Analysis] | None
) -> None:
    """Check every picture against the table of frames and the readings. Raises DifferenceError.

    analyse: computes densities again; None if that is not wanted or not possible.
    """
    readings = _readings(folder)
    um_per_px = analysed_um_per_px(_facts(folder))
    frames = computed = 0
    previous: tuple[int, Pixels] | None = None
    for frame in _frames(recording):
        frames += 1
        if not frame.same:
            raise DifferenceError(f"Frame {frame.frame} (seq {frame.seq}): its picture is not the one recorded.")
        row = readings.get(frame.seq)
        if row is not None and (row["frame"], row["t_capture_ns"]) != (frame.frame, frame.t_capture_ns):
            raise DifferenceError(f"Frame {frame.frame} (seq {frame.seq}): session and recording differ in its time.")
        if analyse is None or frame.pixels is None:
            continue
        follows = previous is not None and previous[0] == frame.seq - 1
        before = previous[1] if previous is not None and follows and recording.moving else None
        if row is not None and row["status"] == "ok" and (follows or frame.seq == 0 or not recording.moving):
            _compare(frame, row, analyse(Frame(frame.pixels, before, frame.seq, um_per_px)))
            computed += 1
        previous = frame.seq, thumbnail(frame.pixels)
    findings.proven.append(f"pictures: {counted(frames, 'frame')}")
    if analyse is not None:
        findings.proven.append(f"densities: computed again for {counted(computed, 'frame')}, the same")
    left = sum(row["status"] == "ok" for row in readings.values()) - computed
    if analyse is not None and left > 0:
        findings.unproven.append(f"densities of {counted(left, 'frame')}: the frame or the one before has no picture")


def _frames(recording: RecordedSession) -> Iterator[ProvenFrame]:
    try:
        yield from recording.frames()
    except StreamError as error:
        raise DifferenceError(f"The recording is not as it was written: {str(error).rstrip('.')}.") from None


def _compare(frame: ProvenFrame, row: dict[str, Any], analysis: Analysis) -> None:
    again = {
        "density_pct": analysis.density_pct,
        "density_low_pct": analysis.density_low_pct,
        "density_high_pct": analysis.density_high_pct,
    }
    for name, value in again.items():
        if row[name] is None or abs(row[name] - value) > _SAME_PCT:
            raise DifferenceError(
                f"Frame {frame.frame} (seq {frame.seq}): {name} is {row[name]} in the session, and {value:.4f} "
                "computed again from its picture."
            )
    if row["capillary_count"] != len(analysis.regions):
        raise DifferenceError(
            f"Frame {frame.frame} (seq {frame.seq}): {row['capillary_count']} capillaries in the session, "
            f"{len(analysis.regions)} counted again."
        )


_NAMES: Final = (
    *("seq", "frame", "t_capture_ns", "status", "density_pct", "density_low_pct", "density_high_pct"),
    "capillary_count",
)


def _readings(folder: Path) -> dict[int, dict[str, Any]]:
    rows = _selected(folder, f"SELECT {', '.join(_NAMES)} FROM readings")
    return {row[0]: dict(zip(_NAMES, row, strict=True)) for row in rows}


def _facts(folder: Path) -> dict[str, Any]:
    return {key: json.loads(value) for key, value in _selected(folder, "SELECT key, value FROM session")}


def _selected(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a session's file holds; nothing if there is none. Raises DifferenceError."""
    path = folder / FILE_NAME
    if not path.is_file():
        return []
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return database.execute(query).fetchall()
    except sqlite3.Error as error:
        raise DifferenceError(f"{path.name} is damaged: {error}.") from None


def _hash(path: Path) -> str:
    try:
        return file_sha256(path)
    except StreamError as error:
        raise DifferenceError(f"{error}.") from None
