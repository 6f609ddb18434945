"""CPU time of the whole run: the supervisor, its living children, and those that have ended."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil


def cpu_seconds() -> float:
    """Return user and system time, in seconds, of this process's parent and its descendants; 0 if not readable."""
    import psutil  # asked for at the end of a run

    try:
        supervisor = psutil.Process().parent()
    except psutil.Error:
        return 0.0
    return 0.0 if supervisor is None else tree_cpu_seconds(supervisor)


def tree_cpu_seconds(root: "psutil.Process") -> float:
    """Return user and system time, in seconds, of a process and its descendants; 0 if not readable."""
    import psutil

    try:
        own = root.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in root.children(recursive=True):
            times = child.cpu_times()
            total += times.user + times.system
    except psutil.Error:
        return 0.0
    return float(total)
