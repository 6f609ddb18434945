"""`run_stream.py alarms …`: limits tried on a recorded session. Loads what a command needs when it runs."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.alarms.state_machine import News


@click.group()
def alarms() -> None:
    """Try limits of alarms. Research use: this is not an alarm system as defined by IEC 60601-1-8."""


@alarms.command("try")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--low", type=float, help="Alarm if density is below this, %.")
@click.option("--high", type=float, help="Alarm if density is above this, %.")
@click.option("--fall", type=float, help="Alarm if density falls by this share of its earlier value, %.")
@click.option("--fall-over", type=float, help="With --fall: within this many seconds.")
@click.option("--delay", type=float, help="How long low or high density must last, seconds.")
@click.option("--hysteresis", type=float, help="Share of the limit by which density must come back to end an alarm.")
@click.option("--signal-after", type=float, help="Alarm if no frame is good for this many seconds; 0: off.")
@click.option("--technical-after", type=float, help="Alarm if there is no reading for this many seconds; 0: off.")
@click.option("--latching/--no-latching", default=None, help="Density alarms stay until acknowledged.")
@click.pass_obj
def alarms_try(parts: Parts, /, session: Path, **given: float | bool | None) -> None:
    """List the alarms that would have sounded in SESSION. Default of each limit: as configured in [alarms]."""
    from stream.alarms.trial import try_limits
    from stream.console.text import counted
    from stream.session.archive import Archive
    from stream.session.finished import mode_of, session_file

    limits = parts.load("default.toml", {f"alarms.{_KEYS[name]}": value for name, value in given.items()}).alarms
    path = session_file(session)
    archive = Archive(path)
    media_time = mode_of(path, archive.facts()) == "replay"
    rows = archive.columns(media_time)
    good = rows["grade"] == 0
    readings = zip(
        (rows["x"] * 1e9).astype("int64").tolist(),
        (float(density) if use else None for density, use in zip(rows["density"], good, strict=True)),
        strict=True,
    )
    times = 0
    for line, sounded in _lines(try_limits(readings, limits), media_time):
        times += sounded
        print(line)
    print(f"Alarms would have sounded {counted(times, 'time')}, in {counted(len(rows), 'reading')}.", file=sys.stderr)


_KEYS = {
    "low": "low_pct",
    "high": "high_pct",
    "fall": "fall_pct",
    "fall_over": "fall_over_s",
    "delay": "delay_s",
    "hysteresis": "hysteresis",
    "signal_after": "signal_after_s",
    "technical_after": "technical_after_s",
    "latching": "latching",
}


_EVENT_TEXTS = {"ended": "session ends"}


def _lines(news: "Iterator[News]", media_time: bool) -> Iterator[tuple[str, bool]]:
    """Yield one line per event, and whether an alarm sounded.

    Tab-separated: when, what happened, to which alarm, value and limit.
    """
    from stream.alarms.rules.table import rule_of

    for one in news:
        alarm = one.alarm
        if alarm is None:
            continue
        when = f"{one.t_ns / 1e9:.1f} s" if media_time else f"{datetime.fromtimestamp(one.t_ns / 1e9):%H:%M:%S}"
        unit = rule_of(alarm.kind, alarm.cause).unit
        values = f"{alarm.value or 0:.2f} {unit}\tlimit {alarm.limit or 0:.2f} {unit}"
        kind = f"{alarm.kind} ({alarm.cause})" if alarm.cause else alarm.kind
        yield (
            f"{when}\t{_EVENT_TEXTS.get(one.event, one.event)}\t{alarm.id}\t{kind}\t{alarm.priority}\t{values}",
            one.event in ("raised", "returned"),
        )
