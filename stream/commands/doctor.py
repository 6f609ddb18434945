"""Is this machine ready? One finding a line, with the mend. Camera and model are checked by functions passed in."""

import os
import platform
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import psutil

from stream.config.sections import Config
from stream.errors import OutputError, StreamError
from stream.machine.energy import available, count
from stream.machine.files import reach
from stream.machine.processes import LINUX
from stream.security.keyring import keyring_for
from stream.session.folders import sessions_folder

Verdict = Literal["ok", "note", "FAIL"]
_MEMORY_NEEDED: Final = 700 * 2**20
_DISK_NEEDED: Final = 2**30
_PYTHON_NEEDED: Final = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do where it is not well."""

    verdict: Verdict
    what: str
    text: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict:>4}  {self.what}: {self.text}"
        return f"{line} -> {self.mend}" if self.mend else line


Check = Callable[[], str]
"""Returns what it found, raises StreamError where something is wrong."""


def examine(config: Config, checks: Sequence[tuple[str, Verdict, Check]]) -> Iterator[Finding]:
    """All findings. `checks`: name, how bad a failure is, and the check itself."""
    yield _machine()
    yield _memory()
    yield _shared_memory()
    yield Finding("ok" if count() else "note", "energy", available())
    yield _disk(sessions_folder(config.sink.sessions_dir))
    yield _port("live page", config.view.host, config.view.port, "view.port")
    host, _, port = config.publish.endpoint.removeprefix("tcp://").rpartition(":")
    if port.isdigit():
        yield _port("subscribers", host, int(port), "publish.endpoint")
    if config.publish.enabled and config.publish.guarded:
        yield _checked("keys", "FAIL", lambda: _keys(config))
    for what, failure, check in checks:
        yield _checked(what, failure, check)


def _checked(what: str, failure: Verdict, check: Check) -> Finding:
    try:
        return Finding("ok", what, check())
    except StreamError as error:
        return Finding(failure, what, str(error))


def _keys(config: Config) -> str:
    ring = keyring_for(config.publish, config.security)
    return f"{len(ring.allowed()) if ring is not None else 0} allowed subscribers"


def _machine() -> Finding:
    version = tuple(int(part) for part in platform.python_version_tuple()[:2])
    text = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    if version < _PYTHON_NEEDED:
        return Finding("FAIL", "machine", text, "install Python 3.11 or newer")
    return Finding("ok", "machine", text)


def _memory() -> Finding:
    free = psutil.virtual_memory().available
    if free < _MEMORY_NEEDED:
        return Finding("FAIL", "memory", f"{_mb(free)} free of {_mb(_MEMORY_NEEDED)} needed", "close other programs")
    return Finding("ok", "memory", f"{_mb(free)} free")


def _shared_memory() -> Finding:
    if LINUX and hasattr(os, "memfd_create"):
        return Finding("ok", "frame ring", "anonymous shared memory")
    return Finding("note", "frame ring", "a mapped temporary file, as on systems without memfd")


def _disk(folder: Path) -> Finding:
    try:
        reach(folder)
    except OutputError as error:
        return Finding("FAIL", "sessions", str(error), "set sink.sessions_dir to another folder")
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return Finding("FAIL", "sessions", f"{folder} cannot be written", "set sink.sessions_dir to another folder")
    free = shutil.disk_usage(existing).free
    if free < _DISK_NEEDED:
        return Finding("FAIL", "sessions", f"{folder}: {_mb(free)} free", "free some space, or set sink.sessions_dir")
    return Finding("ok", "sessions", f"{folder}: {free / 2**30:.0f} GB free")


def _port(what: str, host: str, port: int, key: str) -> Finding:
    host = "" if host == "*" else host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            mend = f"end what uses it, or set {key} to another one"
            return Finding("FAIL", f"port for the {what}", f"{port}: {error.strerror}", mend)
    return Finding("ok", f"port for the {what}", f"{port} is free")


def _mb(nbytes: int) -> str:
    return f"{nbytes / 2**20:.0f} MB"
