"""The audit log of a session: JSON lines, each holding the hash of the one before. Knows no process and no socket.

A line's `hash` is the SHA-256 of the line without it, as compact JSON with sorted keys, so that a line that was
changed, taken out or put in later breaks the chain there. A person who can write the file can also make a whole new
chain: it guards against edits, not against replacement; keep its last hash elsewhere if that matters.
"""

import errno
import getpass
import hashlib
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from stream.errors import AuditError
from stream.machine.files import keep_private, reach
from stream.protocol.processes import Hello, SecurityEvent

log = logging.getLogger("capillary.audit")

FILE_NAME: Final = "audit.jsonl"
BEGINNING: Final = "0" * 64
"""What the first line names as the hash before it."""
REVIEW: Final = "review"
"""The `where` of what happened after the end of the run."""


@dataclass(frozen=True, slots=True)
class Chain:
    """How much of a log is sound: the number of lines, the last hash, and the fault after them."""

    lines: int
    last: str
    fault: str = ""
    ended: bool = False


def chained(entry: dict[str, Any], before: str) -> dict[str, Any]:
    """Return the entry as it is written after the line whose hash is `before`."""
    whole = entry | {"before": before}
    return whole | {"hash": _hash(whole)}


def check(lines: Iterable[str]) -> Chain:
    """Follow the chain to its end, or to the first line that does not belong in its place."""
    last, count, ended = BEGINNING, 0, False
    for line in lines:
        fault = _fault(line, last)
        if fault:
            return Chain(count, last, f"line {count + 1} {fault}")
        entry = json.loads(line)
        over = entry.get("what") == "ended" or (ended and entry.get("where") == REVIEW)
        last, count, ended = entry["hash"], count + 1, over
    return Chain(count, last, ended=ended)


def _fault(line: str, before: str) -> str:
    entry = _entry(line)
    if entry is None or not line.endswith("\n"):
        return "is cut off or is not JSON"
    if entry.get("before") != before:
        return "does not follow the line before it: a line was changed, removed or put in"
    hashed = _hash({key: value for key, value in entry.items() if key != "hash"})
    if entry.get("hash") != hashed or line != _line(entry):  # blanks, and keys that stand there twice, hash the same
        return "was changed after it was written"
    return ""


def _entry(line: str) -> dict[str, Any] | None:
    """Parse a line; None if it is no entry, such as one nested too deeply to be written again."""
    try:
        entry = json.loads(line)
        _line(entry)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _line(entry: Any) -> str:
    """Return the line of an entry as it is written."""
    return json.dumps(entry, sort_keys=True) + "\n"


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class AuditLog:
    """The log of one folder, only appended to. A full disk stops the log, not the run; the lost lines are counted."""

    def __init__(self, folder: Path) -> None:
        """Continue after an earlier run's last line. A line that a crash left unfinished is cut off, and recorded."""
        self._path = folder / FILE_NAME
        self._last, self._lost, self._readable = BEGINNING, 0, True
        self._models: set[str] = set()
        try:
            self._go_on()
        except OSError as error:
            self._readable = False  # a chain that cannot be read cannot be continued
            self._complain(error)

    def _go_on(self) -> None:
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.decode(errors="replace").splitlines(keepends=True)
        self._last = _last_hash(lines)
        if len(whole) < len(data):
            os.truncate(self._path, len(whole))
            self.write("mended", detail=f"the {len(data) - len(whole)} bytes of a line that was never finished")

    def run_started(self, session: str, mode: str, version: str, **hashes: str) -> None:
        """Record the start of a run: user, program and configuration. The source is named in the session alone."""
        self.write("begun", session=session, mode=mode, version=version, user=_user(), **hashes)

    def hello(self, hello: Hello) -> None:
        """Record that a process started: the model that analyses, once per model; the page's address."""
        if hello.role in ("worker", "view") and hello.detail and hello.detail not in self._models:
            self._models.add(hello.detail)
            self.write("model" if hello.role == "worker" else "page", detail=hello.detail)

    def security_event(self, event: SecurityEvent) -> None:
        """Record what a process reported."""
        self.write(event.what, where=event.where, who=event.who, detail=event.detail, count=event.count)

    def reviewed(self, event: SecurityEvent) -> None:
        """Record a change of the finished session and who made it, or a refused peer; reading leaves no line."""
        if event.what != "connected":
            self.security_event(replace(event, where=REVIEW, who=f"{_user()} {event.who}".strip()))

    def write(self, what: str, **fields: Any) -> None:
        """Write one line, on disk on return. If it cannot be written, the next line says how many are missing."""
        if not self._readable:
            return
        missing = {"lost_before": self._lost} if self._lost else {}
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        entry = chained({"t": now, "what": what} | fields | missing, self._last)
        try:
            _append(self._path, _line(entry).encode())
        except OSError as error:
            self._complain(error)
            self._lost += 1
            return
        self._last, self._lost = entry["hash"], 0

    def _complain(self, error: OSError) -> None:
        """Log the error once, until writing works again."""
        if not self._lost:
            log.error("the audit log cannot be written: %s", error.strerror)


def _append(path: Path, line: bytes) -> None:
    """Append the whole line to the file on disk, or none of it. Raises OSError."""
    keep_private(path)
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(fd).st_size
        try:
            if os.write(fd, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(fd)
        except OSError:
            os.ftruncate(fd, before)
            raise
    finally:
        os.close(fd)


def _user() -> str:
    """Return the user's name as the system knows it; empty if it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _last_hash(lines: list[str]) -> str:
    """Return the last line's hash, whatever is wrong before it: a broken chain is not repaired."""
    entry = _entry(lines[-1]) if lines else None
    return str((entry or {}).get("hash", BEGINNING))


def verify(session: Path) -> str:
    """Return what `doctor --verify` says of a session's folder or file.

    Raises AuditError naming the first line that is wrong or the missing log, OutputError if it may not be looked for.
    """
    reach(session)
    path = (session if session.is_dir() else session.parent) / FILE_NAME
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            chain = check(file)
    except OSError as error:
        named = path if session.exists() else session
        raise AuditError(f"{named} cannot be read: {error.strerror}") from error
    if chain.fault or not chain.lines:
        raise AuditError(f"{path}: {chain.fault or 'the log is empty'}")
    end = "" if chain.ended else "; it has no end: the run goes on, or was killed, or the last lines were removed"
    return f"{chain.lines} lines, unbroken; last hash {chain.last}{end}"
