"""`run_stream.py bench`: the engines side by side, or what each step costs. Loads what it needs when it runs."""

import contextlib
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.config.sections import BenchConfig, Config
    from stream.engines.bench.floor import Floor
    from stream.engines.bench.machine import Machine
    from stream.engines.bench.plan import Case
    from stream.engines.bench.running import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class _BenchOptions:
    """The options of the command, as they were typed."""

    engines: str | None
    analysers: str | None
    workers: str | None
    frames: int | None
    rounds: int | None
    stages: bool
    live: float | None
    fps: str
    into: Path | None


@dataclass(frozen=True, slots=True)
class _BenchReport:
    """What was measured.

    mark: name of its place in documents. cells: its part of the comparison of processors. ran: something could be run.
    """

    mark: str
    machine: "Machine"
    report: str
    cells: Mapping[str, str]
    ran: bool = True


@click.command("bench")
@click.argument("source", required=False)
@click.option("--engines", help="Some of serial,router,ray,stream. Default: as configured (all).")
@click.option("--analyser", "analysers", help="default, helmy2022, both, or names separated by commas. Default: both.")
@click.option("--workers", help="Numbers of workers, such as 1,2. Default: as configured.")
@click.option("--frames", type=click.IntRange(min=2), help="Number of frames, from the first. Default: as configured.")
@click.option("--rounds", type=click.IntRange(1, 99), help="How many times each case runs. Default: as configured.")
@click.option("--stages", is_flag=True, help="Instead: measure the time of each step of a frame.")
@click.option(
    "--live",
    type=click.FloatRange(min=2),
    metavar="SECONDS",
    help="Instead: measure a live run of SECONDS at each rate of --fps.",
)
@click.option("--fps", default="60,25", show_default=True, help="With --live: frames per second.")
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder for bench.json and pictures."
)
@click.option(
    "--into", type=click.Path(path_type=Path), help="Also write the report into this document, between its marks."
)
@click.pass_obj
def bench(parts: Parts, /, source: str | None, output: Path, **given: Any) -> None:
    """Compare this program with the published systems on the frames of SOURCE: time, speed-up, cores, cost."""
    from stream.engines.bench.document import fill, fill_column
    from stream.engines.bench.floor import floor_of
    from stream.engines.bench.plan import rates
    from stream.engines.bench.running import Order
    from stream.session.output_folder import OutputFolder

    options, config = _BenchOptions(**given), parts.load("bench.toml", {})
    source, frames = source or config.source, options.frames or config.bench.frames
    cases, fps = _cases(options, config.bench), rates(options.fps)
    opened = parts.open_recording(source, config, frames)  # a source that cannot be read is refused now
    folder = OutputFolder(output)
    with contextlib.ExitStack() as stack:
        stack.callback(folder.release)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is ended
        floor = floor_of(source, opened)
        stack.callback(floor.close)
        if options.stages:
            done = _stages(parts, source, config, frames, output, floor)
        elif options.live is not None:
            done = _live(parts, fps, options.live, output, floor)
        else:
            order = Order(parts.program(), source, frames, options.rounds or config.bench.rounds, cases, output, floor)
            done = _bench(parts, order)
        print(done.report)
        if options.into is not None and done.ran:
            fill(options.into, done.mark, done.machine.processor, done.report)
            fill_column(options.into, "processors", done.machine.processor, done.cells)
    if not done.ran:
        sys.exit(1)


def _cases(options: _BenchOptions, configured: "BenchConfig") -> "list[Case]":
    """Return what is to be measured: as typed, else as configured. Raises UsageError."""
    from stream.config.plugins import names
    from stream.engines.bench import plan

    both = {"both": ("default", "helmy2022")}
    engines, analysers, workers = options.engines, options.analysers, options.workers
    return plan.cases(
        plan.listed(engines, (*names("engines"), "stream"), "engines") if engines else configured.engines,
        both.get(analysers, tuple(analysers.split(","))) if analysers else configured.analysers,
        plan.counts(workers) if workers else configured.workers,
    )


def _bench(parts: Parts, order: "Order") -> _BenchReport:
    from stream.engines.bench.plots import draw
    from stream.engines.bench.running import run
    from stream.engines.bench.table import cells, text

    result = run(order, _printer(parts))
    ran = any(one.median is not None for one in result.results)
    if ran:
        draw(result, order.folder)
    report = text(result)
    (order.folder / "bench.md").write_text(report)
    return _BenchReport("bench", result.machine, report, cells(result), ran)


def _live(parts: Parts, rates: Sequence[float], seconds: float, output: Path, floor: "Floor") -> _BenchReport:
    from stream.engines.bench.live import cells, run, text

    result = run(parts.program(), rates, seconds, output, floor, _printer(parts))
    report = text(result)
    (output / "live.md").write_text(report)
    return _BenchReport("live", result.machine, report, cells(result))


def _printer(parts: Parts) -> Callable[[str], None]:
    """Return what prints a line of progress; nothing with --quiet."""
    return (lambda _: None) if parts.quiet else (lambda line: print(line, file=sys.stderr, flush=True))


def _stages(parts: Parts, source: str, config: "Config", frames: int, output: Path, floor: "Floor") -> _BenchReport:
    import msgspec

    from stream.config.run_plan import AnalysisPlan
    from stream.engines.bench.machine import this_machine
    from stream.engines.bench.stages import Stages, cells, measure, report
    from stream.engines.step import StepMaker

    machine = this_machine()
    maker = StepMaker(AnalysisPlan(config.analyser, config.view.picture_width_px), "stages")
    with contextlib.closing(parts.open_recording(source, config, frames)) as opened:
        steps = measure(opened, maker, output, floor)
    stages = Stages(machine=machine, source=source, frames=frames, steps=steps)
    (output / "stages.json").write_bytes(msgspec.json.format(msgspec.json.encode(stages), indent=2) + b"\n")
    words = report(stages)
    (output / "stages.md").write_text(words)
    return _BenchReport("stages", machine, words, cells(stages))
