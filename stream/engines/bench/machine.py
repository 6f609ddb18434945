"""Describes the machine that figures are taken on."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec
import psutil

from stream.console.text import counted
from stream.machine.processes import cores

_LIBRARIES: Final = (
    *("ai-edge-litert", "msgpack", "msgspec", "numpy", "opencv-python-headless"),
    *("pyzmq", "ray", "scikit-image", "tensorflow"),
)
_LOOK_S: Final = 2.0
_QUIET_PCT: Final = 10.0


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine, as far as a reader must know it to compare figures."""

    cpu: str
    cores: int
    memory_gb: float
    busy_at_start_pct: float
    system: str
    python: str
    libraries: dict[str, str]

    @property
    def processor(self) -> str:
        """Return what its figures are listed under: other machines with it give much the same."""
        return f"{self.cpu}, {counted(self.cores, 'core')}"

    @property
    def busy(self) -> bool:
        """True if other programs worked when the bench began: times are then theirs as well."""
        return self.busy_at_start_pct > _QUIET_PCT


def this_machine() -> Machine:
    """Return this machine as it is now."""
    return Machine(
        cpu=_cpu(),
        cores=cores(),
        memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
        busy_at_start_pct=psutil.cpu_percent(_LOOK_S),
        system=platform.platform(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries={name: found for name in _LIBRARIES if (found := _version(name))},
    )


def machine_text(machine: Machine) -> str:
    """Return a paragraph on a machine."""
    load = f"; {machine.busy_at_start_pct:.0f} % of its cores at work before the start"
    busy = " (**busy with other work: times are not only the engines' own**)" if machine.busy else ""
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    return (
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb} GiB{load}{busy}; {machine.system}; "
        f"{machine.python}; {libraries}."
    )


def source_name(source: str) -> str:
    """Return the name of a source without the folders of this machine."""
    return source.rstrip("/").rpartition("/")[2]


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
