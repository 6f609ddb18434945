"""Energy is read where the machine counts it, and is nothing where it does not."""

from pathlib import Path

import pytest

from stream.machine.energy import Counted, available, count, joules


def written(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text + "\n")


def test_a_machine_that_counts_nothing_has_no_energy(tmp_path: Path) -> None:
    assert count(tmp_path) is None
    assert joules(None, None) is None
    assert available(tmp_path).startswith("unavailable")


def test_packages_are_counted_and_their_parts_are_not_counted_twice(tmp_path: Path) -> None:
    zones = tmp_path / "class" / "powercap"
    written(zones / "intel-rapl:0", name="package-0", energy_uj="5000000", max_energy_range_uj="100000000")
    written(zones / "intel-rapl:0:0", name="core", energy_uj="3000000", max_energy_range_uj="100000000")
    written(zones / "intel-rapl:1", name="psys", energy_uj="9000000", max_energy_range_uj="100000000")
    before = count(tmp_path)
    written(zones / "intel-rapl:0", energy_uj="7500000")
    assert joules(before, count(tmp_path)) == pytest.approx(2.5)
    assert available(tmp_path) == "counted by powercap (1)"


def test_a_counter_that_began_again_is_followed() -> None:
    before = Counted("powercap", {"0": (99e6, 100e6)})
    assert joules(before, Counted("powercap", {"0": (1e6, 100e6)})) == pytest.approx(2.0)


@pytest.mark.parametrize("energy", [{"energy_now": "{}"}, {"charge_now": "{}", "voltage_min_design": "1000000"}])
def test_a_battery_counts_while_it_discharges(tmp_path: Path, energy: dict[str, str]) -> None:
    battery = tmp_path / "class" / "power_supply" / "BAT0"
    written(battery, type="Battery", status="Discharging", **{key: text.format(50_000) for key, text in energy.items()})
    before = count(tmp_path)
    written(battery, **{key: text.format(49_000) for key, text in energy.items() if "voltage" not in key})
    assert joules(before, count(tmp_path)) == pytest.approx(3.6)
    written(battery, status="Charging")
    assert count(tmp_path) is None
    assert joules(before, None) is None


def test_mains_is_no_battery_and_a_broken_counter_is_none(tmp_path: Path) -> None:
    written(tmp_path / "class" / "power_supply" / "AC", type="Mains", online="1")
    written(tmp_path / "class" / "powercap" / "intel-rapl:0", name="package-0", energy_uj="secret")
    assert count(tmp_path) is None
