"""What the program inherits from the shell or service that starts it, put right first: environment, umask, limits.

Called once at the start of the program; every process of a run inherits what it leaves.
"""

import ctypes
import logging
import math
import os
import re
import stat
import threading
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Final

from stream.errors import OutputError

log = logging.getLogger("capillary")

_UMASK: Final = 0o077
"""What is written is patient data or a secret: its owner alone may read it."""

_DETOURS: Final = re.compile(
    r"""
    .*_proxy | socks\w*_server | proxy                      # another machine between a camera and this one
    | hostaliases | localdomain | res_options | resolv_\w+  # which address a name leads to: resolv.conf(5), hostname(7)
    | ssl_cert_file | ssl_cert_dir | \w+_ca_bundle          # whose certificates are believed
    | openssl_(conf|modules|engines) | sslkeylogfile        # how a connection is encrypted, and who may read it
    | opencv_(ffmpeg|videoio)_\w+                           # options of every capture, proxies among them; addresses
                                                            # in logs; code to load
    | opencv_log_level | ffreport | gst_plugin_\w+ | gst_debug\w*
    | gio_use_proxy_resolver | gio_extra_modules
    | ray_(address|runtime_env_hook)                        # the cluster that is handed frames
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Names of variables that could send pictures or secrets elsewhere, of libraries that this program uses."""

_TEMPORARY: Final = ("TMPDIR", "TEMP", "TMP")
_MOST_FILES: Final = 4096
_LEAST_FILES: Final = 64
"""Descriptors that a command without a run needs: Python, its libraries, and the sockets of one context."""

_SMALL_STACK: Final = 256 * 1024

_ignored: list[str] = []


def settle() -> None:
    """Put right what this process inherited. Raises OutputError if it may have too few files open."""
    os.umask(_UMASK)
    _ignored.extend(remove_detours(os.environ))
    _raise_file_limit()
    require_files(_LEAST_FILES)


def cover_arguments(discreet: Callable[[str], str]) -> None:
    """Overwrite this process's command line, as every user of a Linux machine sees it, with what `discreet` leaves."""
    try:
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end, fields 48 and 49 of proc(5)
        before = Path("/proc/self/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):  # another system
        return
    after = b"\0".join(_covered(argument, discreet) for argument in before.split(b"\0"))
    if after != before and 0 < start < end and len(after) == end - start:
        ctypes.memmove(start, after, len(after))


def _covered(argument: bytes, discreet: Callable[[str], str]) -> bytes:
    return os.fsencode(discreet(os.fsdecode(argument))).ljust(len(argument))[: len(argument)]


def remove_detours(environment: MutableMapping[str, str]) -> list[str]:
    """Remove what could send pictures or secrets elsewhere; return the names of what was set, without the values."""
    names = [name for name in environment if _DETOURS.fullmatch(name)]
    names += [name for name in _TEMPORARY if name in environment and not _is_trusted(Path(environment[name]))]
    set_to = {name: environment.pop(name) for name in names}
    return sorted(name for name, value in set_to.items() if value)


def ignored(names: Iterable[str] | None = None) -> str:
    """Return in a sentence which variables were ignored; empty if none was."""
    found = _ignored if names is None else list(names)
    if not found:
        return ""
    return (
        f"{', '.join(found)} in the environment {'is' if len(found) == 1 else 'are'} ignored: pictures and secrets go "
        "nowhere but to the addresses that you name; #proxy=HOST:PORT after a camera's address names a proxy"
    )


def warn_of_ignored() -> None:
    """Write into the log, once per process, which variables were ignored."""
    if sentence := ignored():
        log.warning("%s", sentence)
        _ignored.clear()


def _is_trusted(folder: Path) -> bool:
    """Return True if no other user can remove or exchange what this user makes in the folder."""
    try:
        found = folder.stat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    owned = found.st_uid in (0, os.getuid())
    shared = bool(found.st_mode & 0o022) and not found.st_mode & stat.S_ISVTX
    return owned and not shared and os.access(folder, os.W_OK | os.X_OK)


def require_files(count: int) -> None:
    """Raise OutputError if this process may have fewer files and sockets open than it needs.

    ZeroMQ ends the process, without a word, if it gets none for a socket.
    """
    allowed = _file_limits()[0]
    if allowed < count:
        raise OutputError(
            f"too few file descriptors: {allowed:.0f}, at least {count} are needed; run `ulimit -n 1024` first, or "
            "raise LimitNOFILE of the service"
        )


def _shown_by() -> str:
    """Return the command that shows the limit on threads: each takes address space, which may be limited too."""
    from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit  # no such module on Windows

    return "`ulimit -u`" if getrlimit(RLIMIT_AS)[0] == RLIM_INFINITY else "`ulimit -v` or `ulimit -u`"


def require_threads(count: int) -> None:
    """Raise OutputError if the system lets this user start fewer threads and processes than a run needs.

    It is tried: there are limits of the user and of the control group, and others count what runs already. ZeroMQ ends
    the process if it gets no thread.
    """
    ended = threading.Event()
    started: list[threading.Thread] = []
    before = threading.stack_size(_SMALL_STACK)
    try:
        for _ in range(count):
            thread = threading.Thread(target=ended.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:
        raise OutputError(
            f"too few processes and threads are allowed: {len(started)} more, at least {count} are needed; end other "
            f"programs, or raise the limit that {_shown_by()} shows, or that of the container"
        ) from None
    finally:
        threading.stack_size(before)
        ended.set()
        for thread in started:
            thread.join()


def _raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one, as far as it is of use."""
    soft, hard = _file_limits()
    wanted = min(hard, _MOST_FILES)
    if soft < wanted:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (int(wanted), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def _file_limits() -> tuple[float, float]:
    """Return the soft and the hard limit of open files; infinite if there is none, or the system knows none."""
    try:
        import resource
    except ImportError:
        return math.inf, math.inf
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (math.inf if soft < 0 else soft), (math.inf if hard < 0 else hard)
