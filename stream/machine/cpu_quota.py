"""How many cores a control group's quota leaves (cgroups(7)): a container may own a part of the machine's time only.

Version 2: `cpu.max` holds quota and period in µs, or "max". Version 1: `cpu.cfs_quota_us`, -1 for none, and
`cpu.cfs_period_us`. The quota of each group above counts too. Linux only; elsewhere there is none.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

Read = Callable[[str], str]
"""Return the text of a file, empty if it cannot be read."""

_CGROUP2: Final = "cgroup2"


def read_text(path: str) -> str:
    """Return the text of a file of the system's, empty if it cannot be read."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def quota_cores(read: Read = read_text) -> float | None:
    """Return the cores' worth of time that this process's control groups leave it; None if nothing limits it."""
    found = [
        quota
        for version, folder in _folders(read("/proc/self/cgroup"), read("/proc/self/mountinfo"))
        if (quota := _version_2(read, folder) if version == _CGROUP2 else _version_1(read, folder)) is not None
    ]
    return min(found, default=None)


def whole_cores(affinity: int, quota: float | None) -> int:
    """Return how many processes may compute at the same time: as many as the quota allows, one at least."""
    return max(1, affinity if quota is None else min(affinity, math.floor(quota + 1e-6)))


def _folders(groups: str, mounts: str) -> Iterator[tuple[str, str]]:
    """Yield version and folder of each group with a say in CPU time: this process's own, and those above it.

    groups: text of /proc/self/cgroup, lines "0::/path" and "4:cpu,cpuacct:/path". mounts: of /proc/self/mountinfo.
    """
    of_controller: dict[str, str] = {}
    for line in groups.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        of_controller |= dict.fromkeys(controllers.split(","), path)  # version 2 has none: ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if len(left) < 5 or len(right) < 3 or right[0] not in ("cgroup", _CGROUP2):
            continue
        controller = "" if right[0] == _CGROUP2 else "cpu"
        if controller not in of_controller or (controller and controller not in right[2].split(",")):
            continue
        root, point = _plain(left[3]), _plain(left[4])
        for group in _upward(of_controller[controller], root):
            yield right[0], str(PurePosixPath(point) / group)


def _upward(path: str, root: str) -> Iterator[str]:
    """Yield a group and all above it, relative to the mount's root; the root alone if the group lies elsewhere.

    In a container the mount's root is often the group itself.
    """
    try:
        relative = PurePosixPath(path).relative_to(root)
    except ValueError:
        relative = PurePosixPath()
    if ".." in relative.parts:
        relative = PurePosixPath()
    yield from (str(one) for one in (relative, *relative.parents))


def _version_2(read: Read, folder: str) -> float | None:
    quota, _, period = read(f"{folder}/cpu.max").strip().partition(" ")
    return _share(quota, period)


def _version_1(read: Read, folder: str) -> float | None:
    return _share(read(f"{folder}/cpu.cfs_quota_us").strip(), read(f"{folder}/cpu.cfs_period_us").strip())


def _share(quota: str, period: str) -> float | None:
    """Return quota per period; None if there is no quota, or the texts are no numbers of time."""
    if not (quota.isascii() and quota.isdigit() and period.isascii() and period.isdigit()):
        return None  # "max", "-1", or no such file
    return int(quota) / int(period) if int(quota) > 0 and int(period) > 0 else None


def _plain(text: str) -> str:
    r"""Return a path of mountinfo without its escapes, such as `\040` for a blank (proc(5))."""
    for octal, character in (("040", " "), ("011", "\t"), ("012", "\n"), ("134", "\\")):
        text = text.replace(f"\\{octal}", character)
    return text
