"""Whether a session is the one that was recorded: the chain of its audit log, its files, its frames, its readings.

What is found is one sentence about the first difference. Knows no source and no analyser: pictures and values come in.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stream.config.parts import ProvenFrame, RecordedSession
from stream.console.text import counted
from stream.errors import AuditError, OutputError, StreamError
from stream.protocol.contracts import Analysis, Frame, Pixels
from stream.security import audit_log
from stream.session.proof.comparing import first_difference
from stream.session.proof.digests import file_sha256, holds_more, readings_sha256
from stream.session.proof.stored_readings import StoredReadings
from stream.session.store import FILE_NAME


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
    """The hashes in a chain: of the session's file and its readings, and of the recording's files; empty if none.

    sessions: of a command with several sources, the folders beside its own; None if it had one. ended: in order.
    """

    session: str = ""
    readings: str = ""
    reviewed_since: int = 0
    files: dict[str, str] = field(default_factory=dict)
    sessions: tuple[str, ...] | None = None
    ended: bool = False

    @property
    def is_finished(self) -> bool:
        """True if what can be held against the chain is all there: the run ended, and was not killed."""
        return bool(self.session or self.files) if self.sessions is None else self.ended


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
    sessions: tuple[str, ...] | None = None
    ended = False
    with (folder / audit_log.FILE_NAME).open(encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            ended = entry["what"] == "ended"
            match entry["what"]:
                case "begun":
                    found, files = dict.fromkeys(found, ""), {}
                case "sealed":
                    found, since = {name: str(entry.get(name, "")) for name in found}, 0
                case "recorded":
                    files = entry["files"]
                case "sources":
                    sessions = tuple(entry["sessions"])
                case "changed" if entry.get("where") == audit_log.REVIEW:
                    since += 1
    return ChainedHashes(found["session_sha256"], found["readings_sha256"], since, files, sessions, ended)


def check_frames(
    recording: RecordedSession, folder: Path, findings: Findings, analyse: Callable[[Frame], Analysis] | None
) -> None:
    """Check every picture against the table of frames and the readings. Raises DifferenceError.

    analyse: computes readings again; None if that is not wanted or not possible.
    """
    try:
        with StoredReadings(folder) as readings:
            _check_frames(recording, readings, findings, analyse)
    except OutputError as error:
        raise DifferenceError(f"{error}.") from None


def _check_frames(
    recording: RecordedSession,
    readings: StoredReadings,
    findings: Findings,
    analyse: Callable[[Frame], Analysis] | None,
) -> None:
    frames = computed = 0
    previous: tuple[int, Pixels] | None = None
    for frame in _frames(recording):
        frames += 1
        if not frame.same:
            raise _different(frame, "its picture is not the one recorded")
        row = readings.reading(frame.seq)
        for name in (name for name in frame.stamp if name in row and row[name] != frame.stamp[name]):
            raise _different(frame, f"{name} is {row[name]} in the session, and {frame.stamp[name]} in the recording")
        if analyse is None or frame.image is None:
            continue
        follows = previous is not None and previous[0] == frame.seq - 1
        before = previous[1] if previous is not None and follows and recording.moving else None
        previous = frame.seq, frame.image.thumbnail
        if row.get("status") == "ok" and (follows or frame.seq == 0 or not recording.moving):
            seen = Frame(frame.image, before, frame.seq, readings.um_per_px(frame.image.width))
            still = before is not None and np.array_equal(before, previous[1])
            if found := first_difference(row, seen, analyse(seen), still=still):
                raise _different(frame, found)
            computed += 1
    findings.proven.append(f"pictures: {counted(frames, 'frame')}")
    if analyse is not None:
        findings.proven.append(f"readings: computed again for {counted(computed, 'frame')}, the same")
        if (left := readings.analysed - computed) > 0:
            findings.unproven.append(
                f"readings of {counted(left, 'frame')}: the frame or the one before has no picture"
            )


def _frames(recording: RecordedSession) -> Iterator[ProvenFrame]:
    try:
        yield from recording.frames()
    except StreamError as error:
        raise DifferenceError(f"The recording is not as it was written: {str(error).rstrip('.')}.") from None


def _different(frame: ProvenFrame, what: str) -> DifferenceError:
    return DifferenceError(f"Frame {frame.frame} (seq {frame.seq}): {what}.")


def _hash(path: Path) -> str:
    try:
        return file_sha256(path)
    except StreamError as error:
        raise DifferenceError(f"{error}.") from None
