"""`run_stream.py doctor`: is this machine ready? One result per line, with what to do if it is not."""

import contextlib
import errno
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from stream.config.parts import Parts
from stream.console.text import counted
from stream.errors import OutputError, StreamError, UsageError

if TYPE_CHECKING:
    from stream.config.sections import Config

Severity = Literal["ok", "note", "FAIL"]
_MEMORY_NEEDED: Final = 700 * 2**20
_DISK_NEEDED: Final = 2**30
_PYTHON_NEEDED: Final = (3, 11)
_MICROSCOPE: Final = "synthetic:?seed=1&frames=4"
_COMMANDS: Final = ("run_stream.py", "capillary-stream")
"""What stands in the command line of a run of this program."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check: how good it is, of what, and what to do about it."""

    severity: Severity
    what: str
    text: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.severity:>4}  {self.what}: {self.text}"
        return f"{line} -> {self.fix}" if self.fix else line


@click.command()
@click.option(
    "--verify", metavar="SESSION", type=click.Path(path_type=Path), help="Check a session's audit log instead."
)
@click.option("--outlet", "names", metavar="NAME", multiple=True, help="Check this outlet alone; may be repeated.")
@click.option(
    "--tune",
    metavar="SOURCE",
    is_flag=False,
    flag_value=_MICROSCOPE,
    help="Measure instead what runs the network fastest here, with frames of SOURCE (default: drawn ones).",
)
@click.pass_obj
def doctor(parts: Parts, verify: Path | None, names: tuple[str, ...], tune: str | None) -> None:
    """Check machine, camera, ports, outlets, inlets, model and disk: one line per check, with what to do if it fails.

    Exit code 1 if a check fails.
    """
    from stream.security import audit_log

    if verify is not None:
        print(audit_log.verify(verify))
        return
    if tune is not None:
        _tune(parts, tune)
        return
    failed = False
    config = parts.load("default.toml", {})
    for result in _outlets(config, names) if names else _examine(parts, config):
        print(result)
        failed = failed or result.severity == "FAIL"
    sys.exit(1 if failed else 0)


def _tune(parts: Parts, source: str) -> None:
    """Print what each runtime of the network costs on this machine."""
    from stream.engines.bench.machine import this_machine

    lines = parts.tune(source)
    machine = this_machine()
    busy = "; busy with other programs, so measure again when they rest" if machine.busy else ""
    print(f"{machine.cpu}, {counted(machine.cores, 'core')}{busy}\n")
    for line in lines:
        print(line, flush=True)


def _examine(parts: Parts, config: "Config") -> Iterator[CheckResult]:
    """Look at everything that a live run needs."""
    from stream.console.public_source import public_source
    from stream.machine.energy import available, count
    from stream.machine.surroundings import ignored
    from stream.session.folders import sessions_folder

    yield _machine()
    if sentence := ignored():
        yield CheckResult("note", "environment", sentence)
    yield _memory()
    yield _shared_memory()
    yield CheckResult("ok" if count() else "note", "energy", available())
    yield _disk(sessions_folder(config.sink.sessions_dir))
    yield _port("live page", config.view.host, config.view.port, "view.port")
    host, _, port = config.publish.endpoint.removeprefix("tcp://").rpartition(":")
    if port.isdigit():
        yield _port("subscribers", host, int(port), "publish.endpoint")
    if config.publish.enabled and config.publish.guarded:
        yield _checked("keys", "FAIL", lambda: _keys(config))
    yield from _outlets(config, tuple(config.outlets))
    yield from _inlets(config)
    yield _checked("model", "FAIL", lambda: f"{parts.analyser().model_id} loads, and has the hash in its card")
    yield _decoder(parts, config)
    for source in config.sources or (config.source or "camera:0",):
        yield _checked(public_source(source), "note", partial(_source, parts, source, config))


def _outlets(config: "Config", names: Sequence[str]) -> Iterator[CheckResult]:
    """Try the connection of outlets of the configuration, each by itself. Raises UsageError if it lacks one."""
    from msgspec.structs import replace

    for name in names:
        if name not in config.outlets:
            known = ", ".join(config.outlets) or "none; give it with -c FILE"
            raise UsageError(f'the configuration has no outlet "{name}"; it has: {known}')
    for name in names:
        yield _outlet(replace(config, outlets={name: config.outlets[name]}), f"outlet {name}")


def _outlet(config: "Config", what: str) -> CheckResult:
    """Try the connection of the only outlet of a configuration."""
    from stream.console.logs import discreet
    from stream.delivery.process import outlets_of

    try:
        sender = outlets_of(config)[0].sender
        with contextlib.closing(sender):
            check = getattr(sender, "check", None)
            if check is None:
                return CheckResult("note", what, "set right; it has no check")
            return CheckResult("ok", what, discreet(check()))
    except StreamError as error:
        return CheckResult("FAIL", what, discreet(str(error)))
    except Exception as error:  # noqa: BLE001 (a plug-in may raise anything)
        return CheckResult("FAIL", what, discreet(f"{type(error).__name__}: {error}"))


def _inlets(config: "Config") -> Iterator[CheckResult]:
    """Look for the streams of other devices that are recorded."""
    from stream.delivery.lsl_search import LslSearch

    settings = config.inlets.lsl
    if not settings.streams:
        return
    try:
        search = LslSearch(settings)
    except StreamError as error:
        yield CheckResult("FAIL", "inlet lsl", str(error))
        return
    for stream in settings.streams:
        yield _checked(f"inlet lsl, stream {stream}", "FAIL", partial(search.said_of, stream))


def _checked(what: str, failure: Severity, check: Callable[[], str]) -> CheckResult:
    """Return what `check` found, or the error that it raised."""
    try:
        return CheckResult("ok", what, check())
    except StreamError as error:
        return CheckResult(failure, what, str(error))


def _source(parts: Parts, source: str, config: "Config") -> str:
    opened = parts.open_source(source, config)
    opened.close()
    return f"{opened.width}x{opened.height} px"


def _decoder(parts: Parts, config: "Config") -> CheckResult:
    """Say which hardware could decode recorded video here, and whether the chosen one is there."""
    missing = parts.hardware_decoders()
    chosen, here = config.capture.decoder, [name for name, reason in missing.items() if not reason]
    if reason := missing.get(chosen):
        text, fix = f"{chosen} cannot be used: {reason}", 'set [capture] decoder = "software"'
        return CheckResult("FAIL", "video decoder", f"{text}; here: {', '.join(['software', *here])}", fix)
    return CheckResult("ok", "video decoder", f"{chosen}; hardware here: {', '.join(here) or 'none'}")


def _keys(config: "Config") -> str:
    from stream.security.keyring import keyring_for

    ring = keyring_for(config.publish, config.security)
    return f"{len(ring.allowed()) if ring is not None else 0} allowed subscribers"


def _machine() -> CheckResult:
    from stream.machine.cpu_quota import quota_cores
    from stream.machine.processes import cores, cores_of_mask

    version = tuple(int(part) for part in platform.python_version_tuple()[:2])
    present, allowed, quota = os.cpu_count() or 1, cores_of_mask(), quota_cores()
    limits = [f"{allowed} by the affinity mask"] if allowed < present else []
    limits += [f"{quota:g} by the control group's quota"] if quota is not None else []
    limited = f" ({', '.join(limits)}: {counted(cores(), 'worker')})" if limits else ""
    text = f"Python {platform.python_version()}, {counted(present, 'core')}{limited}, "
    text += f"{platform.system()} {platform.machine()}"
    if version < _PYTHON_NEEDED:
        return CheckResult("FAIL", "machine", text, "install Python 3.11 or newer")
    return CheckResult("ok", "machine", text)


def _memory() -> CheckResult:
    import psutil

    free = psutil.virtual_memory().available
    if free < _MEMORY_NEEDED:
        return CheckResult(
            "FAIL", "memory", f"{_mb(free)} free of {_mb(_MEMORY_NEEDED)} needed", "close other programs"
        )
    return CheckResult("ok", "memory", f"{_mb(free)} free")


def _shared_memory() -> CheckResult:
    from stream.machine.processes import LINUX

    if LINUX and hasattr(os, "memfd_create"):
        return CheckResult("ok", "frame ring", "anonymous shared memory")
    return CheckResult("note", "frame ring", "a mapped temporary file, as on systems without memfd")


def _disk(folder: Path) -> CheckResult:
    from stream.machine.files import reach

    try:
        reach(folder)
    except OutputError as error:
        return CheckResult("FAIL", "sessions", str(error), "set sink.sessions_dir to another folder")
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return CheckResult("FAIL", "sessions", f"{folder} cannot be written", "set sink.sessions_dir to another folder")
    free = shutil.disk_usage(existing).free
    if free < _DISK_NEEDED:
        return CheckResult(
            "FAIL", "sessions", f"{folder}: {_mb(free)} free", "free some space, or set sink.sessions_dir"
        )
    return CheckResult("ok", "sessions", f"{folder}: {free / 2**30:.0f} GB free")


def _port(what: str, host: str, port: int, key: str) -> CheckResult:
    from stream.config.addresses import reason_not_had
    from stream.security.endpoints import bound

    try:
        bound("" if host == "*" else host, port).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE and (run := _run_that_listens(port)) is not None:
            return CheckResult("note", f"port for the {what}", f"{port}: a run of this program uses it, process {run}")
        reason = reason_not_had(error.errno, error.strerror or str(error))
        return CheckResult(
            "FAIL",
            f"port for the {what}",
            f"{port} on {host}: {reason}",
            f"end what uses it, or set {key} to another one",
        )
    return CheckResult("ok", f"port for the {what}", f"{port} is free")


def _run_that_listens(port: int) -> int | None:
    """Return the process number of a run of this program that listens on a port; None if it cannot be seen."""
    import psutil

    try:
        listening = [
            one.pid for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port
        ]
        for pid in filter(None, listening):
            process = psutil.Process(pid)
            for one in (process, *process.parents()):
                if any(Path(part).name in _COMMANDS for part in one.cmdline()[:3]):
                    return int(one.pid)
    except psutil.Error:
        return None
    return None


def _mb(nbytes: int) -> str:
    return f"{nbytes / 2**20:.0f} MB"
