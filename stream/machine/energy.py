"""Energy as the machine itself counts it: processor packages (powercap), else the battery while it discharges.

If it counts nothing, or this user may not read it, there is no figure: an estimate is no measurement. Linux only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

SYS: Final = Path("/sys")
_UJ_PER_UWH: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Counted:
    """What the counters say at one moment.

    counters: path of each → (µJ, µJ at which it begins again at 0; 0: never).
    """

    by: Literal["powercap", "battery"]
    counters: dict[str, tuple[float, float]]


def count(root: Path = SYS) -> Counted | None:
    """Read the counters; None if there is none that may be read."""
    packages = {str(zone): found for zone in _packages(root) if (found := _package(zone)) is not None}
    if packages:
        return Counted("powercap", packages)
    supplies = sorted(root.glob("class/power_supply/*"))
    batteries = {str(supply): (-left, 0.0) for supply in supplies if (left := _left_uj(supply)) is not None}
    return Counted("battery", batteries) if batteries else None


def joules(before: Counted | None, after: Counted | None) -> float | None:
    """Return the energy used between two counts, J; None if either is missing or they are of different counters."""
    if before is None or after is None or before.by != after.by or before.counters.keys() != after.counters.keys():
        return None
    used = 0.0
    for where, (now, span) in after.counters.items():
        change = now - before.counters[where][0]
        used += change + span if change < 0 else change
    return used / 1e6 if used >= 0 else None


def available(root: Path = SYS) -> str:
    """Return one line for a person: what counts energy here, or that nothing does."""
    found = count(root)
    if found is None:
        return "unavailable: no powercap counter that this user may read, and no battery that is discharging"
    return f"counted by {found.by} ({len(found.counters)})"


def _packages(root: Path) -> list[Path]:
    """Return the zones of whole packages: the zones below them (core, uncore) are counted in them already."""
    zones = sorted(root.glob("class/powercap/*-rapl:*"))
    return [zone for zone in zones if zone.name.count(":") == 1 and _text(zone / "name").startswith("package")]


def _package(zone: Path) -> tuple[float, float] | None:
    used, span = _number(zone / "energy_uj"), _number(zone / "max_energy_range_uj")
    return None if used is None else (used, span or 0.0)


def _left_uj(supply: Path) -> float | None:
    """Return the energy left in a battery that discharges, in µJ; None for any other supply."""
    if _text(supply / "type") != "Battery" or _text(supply / "status") != "Discharging":
        return None
    energy_uwh = _number(supply / "energy_now")
    if energy_uwh is None:
        charge_uah, voltage_uv = _number(supply / "charge_now"), _number(supply / "voltage_min_design")
        energy_uwh = None if charge_uah is None or voltage_uv is None else charge_uah * voltage_uv / 1e6
    return None if energy_uwh is None else energy_uwh * _UJ_PER_UWH


def _number(file: Path) -> float | None:
    try:
        return float(_text(file))
    except ValueError:
        return None


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
