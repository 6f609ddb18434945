"""Faults on purpose, for minutes or hours: `uv run python -m tests.chaos --help`. Prints the seed of what fails."""

import contextlib
import random
import shutil
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos import gaps, replays
from tests.chaos import live as lives
from tests.chaos import overload as overloaded
from tests.chaos import rounds as again
from tests.chaos.disk import small_disk
from tests.chaos.injector import Injector, Shares

DISK_MB = 512

ANALYSER = click.option(
    "--analyser", type=click.Choice(["real", "quick"]), default="real", show_default=True, help="Who computes."
)


@click.group(context_settings={"show_default": True})
def main() -> None:
    """Faults on purpose, and what they cost. A seed decides what happens to whom."""


@main.command()
@click.option("--frames", default=10_000, help="Frames a run.")
@click.option("--kills", default=300, help="Kills a run.")
@click.option("--rounds", default=1, help="Runs, each with another seed.")
@click.option("--seed", type=int, help="Of the first run; default: chance.")
@click.option("--stops", default=0.0, help="Share of faults that suspend a process for a while: a delay, or a hang.")
@click.option("--full-disks", default=0.0, help="Share of kills that meet a full disk. Needs the right to mount one.")
@click.option("--strangers", default=0.0, help="Share of faults that are hostile bytes at a process's socket.")
@click.option("--source", default="", help="A recording; default: the synthetic microscope.")
@ANALYSER
def replay(
    frames: int,
    kills: int,
    rounds: int,
    seed: int | None,
    stops: float,
    full_disks: float,
    strangers: float,
    source: str,
    analyser: str,
) -> None:
    """Kill workers, sink and capture of a replay at random; the output must not change by a byte."""
    source = source or f"synthetic:?seed=3&frames={frames}"
    first = random.SystemRandom().randrange(2**31) if seed is None else seed
    named: Shares = {"stop": stops, "kill on a full disk": full_disks, "stranger": strangers}
    shares: Shares = {kind: share for kind, share in named.items() if share}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        disk = None
        if full_disks:
            try:
                disk = stack.enter_context(small_disk(folder / "disk", DISK_MB))
            except PermissionError as error:
                raise click.ClickException(str(error)) from error
        undisturbed = folder / "calm"
        replays.calm(source, analyser, undisturbed)
        for number in range(first, first + rounds):
            injector = Injector(number, every=frames / (1.15 * max(1, kills)), shares=shares, disk=disk)
            out = (disk or folder) / f"seed-{number}"
            verdict = replays.tormented(source, frames, analyser, undisturbed, out, injector, kills)
            print(verdict, flush=True)
            if not verdict.good:
                print(replays.log_of(undisturbed, out).read_text()[-3000:], file=sys.stderr)
                sys.exit(f"failed with --seed {number}")
            shutil.rmtree(out)


@main.command(name="gaps")
@click.option("--repetitions", default=20, help="Of each kind of fault.")
@click.option("--seed", default=1, help="Decides at which point of a frame.")
@click.option("--source", default="synthetic:?seed=3&fps=60", help="Faster than two workers, so that both are at work.")
@ANALYSER
def measure_gaps(repetitions: int, seed: int, source: str, analyser: str) -> None:
    """Measure how long no reading comes when a process dies or hangs, at the bedside."""
    missed = False
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        for measured in gaps.measure(Path(folder), repetitions, seed, analyser, source):
            print(measured, flush=True)
            missed = missed or not measured.good
    sys.exit(missed)


@main.command()
@click.option("--rounds", default=50, help="How often.")
@click.option("--seed", default=1, help="Decides when, and whom.")
def rounds(rounds: int, seed: int) -> None:
    """Start, kill the group or its head alone, start again: nothing of the first may be left."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        found = list(again.kills(Path(folder), rounds, seed))
    for left in found:
        if not left.good:
            print(left)
    print(f"{sum(left.good for left in found)} of {len(found)} rounds left nothing")
    sys.exit(not all(left.good for left in found))


@main.command()
@click.option("--rounds", default=100, help="How often.")
@click.option("--seed", default=1, help="Decides when.")
@click.option("--limit-s", default=2.0, help="How long a stop may take.")
def stops(rounds: int, seed: int, limit_s: float) -> None:
    """Stop with Ctrl-C, again and again, and measure how long that takes."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        took = sorted(again.stops(Path(folder), rounds, seed))
    within = sum(seconds <= limit_s for seconds in took)
    print(
        f"{within} of {len(took)} stops within {limit_s:g} s; median {took[len(took) // 2]:.2f}, longest {took[-1]:.2f}"
    )
    sys.exit(within < len(took))


@main.command()
@click.option("--seconds", default=300.0, help="How long.")
def overload(seconds: float) -> None:
    """Watch live with three times the frames that can be analysed."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        found = overloaded.measure(Path(folder), seconds)
    print(found)
    sys.exit(not found.good)


@main.command()
@click.option("--seconds", default=120.0, help="How long a run.")
@click.option("--rounds", default=1, help="Runs, each with another seed.")
@click.option("--seed", type=int, help="Of the first run; default: chance.")
def live(seconds: float, rounds: int, seed: int | None) -> None:
    """Kill and suspend whom chance picks at the bedside; every frame must be accounted for, once."""
    first = random.SystemRandom().randrange(2**31) if seed is None else seed
    for number in range(first, first + rounds):
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            found = lives.tormented(Path(folder), seconds, number)
            print(found, flush=True)
            if not found.good:
                print(Path(folder, "log").read_text()[-3000:], file=sys.stderr)
                sys.exit(f"failed with --seed {number}")


if __name__ == "__main__":
    main()
