"""Processes as the system sees them: cores, names, deaths, identities.

On Linux by pidfd and parent-death signal; elsewhere, or if a setting says so, by polling and a watching thread.
"""

import ctypes
import os
import re
import signal
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from stream.machine.cpu_quota import quota_cores, whole_cores

LINUX: Final = sys.platform == "linux"
_PR_SET_PDEATHSIG: Final = 1  # <linux/prctl.h>
_PR_SET_NAME: Final = 15
_GONE: Final = " gone"


def cores() -> int:
    """Return the number of cores that this process may use: by its affinity mask, and its control groups' quota."""
    return whole_cores(cores_of_mask(), quota_cores())


def cores_of_mask() -> int:
    """Return the number of cores that the scheduler may place this process on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_parent(*, portable: bool, in_order: bool = False) -> None:
    """End this child when the process that started it ends, however that ends: no orphan may go on reading a camera.

    in_order: by SIGTERM, which the child may handle; else at once.
    """
    parent = parent_process()
    if parent is None:
        return
    if LINUX and not portable:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM if in_order else signal.SIGKILL)
        if os.getppid() != parent.pid:  # it died before the call
            _end(in_order=in_order)
        return

    def watch() -> None:
        parent.join()
        _end(in_order=in_order)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _end(*, in_order: bool) -> None:
    if in_order:
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        os._exit(1)


def asked_to_end_with_parent() -> None:
    """Ask for SIGTERM when the process that started this one ends. For between fork and exec, on Linux."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def name_process(name: str) -> None:
    """Set the name that `top` and `ps -o comm` show, on Linux. Call from the main thread."""
    if LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15])


def death_handle(process: BaseProcess, portable: bool) -> int | None:
    """Return a descriptor that becomes readable when the process dies, or None if deaths are polled."""
    if LINUX and not portable and process.pid is not None:
        return os.pidfd_open(process.pid)
    return None


def identity(pid: int) -> str:
    """Return process number and start time: a number alone may have been given to another process since.

    On Linux the start is counted in ticks since boot (proc(5), field 22): setting the clock must not change it.
    """
    try:
        if LINUX:
            return f"{pid} {Path(f'/proc/{pid}/stat').read_bytes().rpartition(b')')[2].split()[19].decode()}"
        return f"{pid} {_created_s(pid):.2f}"
    except OSError:
        return f"{pid}{_GONE}"


def _created_s(pid: int) -> float:
    """Return when a process began, s since 1970. Raises OSError if there is none."""
    import psutil  # each process of a run loads this module, and on Linux none needs it

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess as error:
        raise ProcessLookupError(str(error)) from error


def is_alive(owner: str) -> bool:
    """Return True while the process of that `identity` runs."""
    pid = re.match(r"[0-9]{1,10} ", owner)
    return pid is not None and owner == identity(int(pid[0])) and not owner.endswith(_GONE)
