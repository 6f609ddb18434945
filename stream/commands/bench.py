"""`run_stream.py bench`: the engines side by side, or what each step costs. Loads what it needs when it runs."""

import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.config.sections import Config


@click.command("bench")
@click.argument("source", required=False)
@click.option("--engines", help="serial,router,ray,stream, or some of them. Default: as configured, all.")
@click.option("--analyser", "analysers", help="default, helmy2022, both, or names divided by commas. Default: both.")
@click.option("--workers", help="Numbers of workers, such as 1,2. Default: as configured.")
@click.option("--frames", type=click.IntRange(min=2), help="The first so many frames. Default: as configured.")
@click.option("--rounds", type=click.IntRange(1, 99), help="How often each case runs, in turn. Default: as configured.")
@click.option("--stages", is_flag=True, help="Instead: what each step of a frame costs, in this process.")
@click.option(
    "--live", type=click.FloatRange(min=2), metavar="SECONDS", help="Instead: this program live, so long each."
)
@click.option("--fps", default="60,25", show_default=True, help="With --live: frames per second.")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder for bench.json, pictures.")
@click.option("--into", type=click.Path(path_type=Path), help="Also put the report between its marks in this document.")
@click.pass_obj
def bench(
    parts: Parts,
    source: str | None,
    engines: str | None,
    analysers: str | None,
    workers: str | None,
    frames: int | None,
    rounds: int | None,
    stages: bool,
    live: float | None,
    fps: str,
    output: Path,
    into: Path | None,
) -> None:
    """Measure this program beside the published systems on the frames of SOURCE: time, speed-up, cores, cost."""
    from stream.config.plugins import names as known_names
    from stream.engines.bench import plan
    from stream.engines.bench.document import fill
    from stream.session.output_folder import OutputFolder

    config = parts.load("bench.toml", {})
    chosen, source = config.bench, source or config.source
    frames = frames or chosen.frames
    names = {"both": ("default", "helmy2022")}.get(analysers or "", tuple((analysers or "").split(",")))
    cases = plan.cases(
        plan.listed(engines, (*known_names("engines"), "stream"), "engines") if engines else list(chosen.engines),
        names if analysers else list(chosen.analysers),
        plan.counts(workers) if workers else list(chosen.workers),
    )
    rates = plan.rates(fps)
    parts.open_recording(source, config, frames).close()  # a source that cannot be read is refused now
    folder, ran = OutputFolder(output), True
    with contextlib.ExitStack() as stack:
        stack.callback(folder.release)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is ended
        if stages:
            mark, report = "stages", _stages(parts, source, config, frames, output)
        elif live is not None:
            mark, report = "live", _live(parts, rates, live, output)
        else:
            mark = "bench"
            report, ran = _bench(parts, source, cases, frames, rounds or chosen.rounds, output)
        print(report)
        if into is not None and ran:
            fill(into, mark, report)
    if not ran:
        sys.exit(1)


def _bench(parts: Parts, source: str, cases: "list[Any]", frames: int, rounds: int, output: Path) -> tuple[str, bool]:
    """Run the cases; return the report, and whether any could be run."""
    from stream.engines.bench.plots import draw
    from stream.engines.bench.running import Order, run
    from stream.engines.bench.table import text

    result = run(Order(parts.program(), source, frames, rounds, cases, output), _printer(parts))
    ran = any(one.median is not None for one in result.results)
    if ran:
        draw(result, output)
    report = text(result)
    (output / "bench.md").write_text(report)
    return report, ran


def _live(parts: Parts, rates: Sequence[float], seconds: float, output: Path) -> str:
    from stream.engines.bench.live import run, text

    report = text(run(parts.program(), rates, seconds, output, _printer(parts)))
    (output / "live.md").write_text(report)
    return report


def _printer(parts: Parts) -> Callable[[str], None]:
    """Return what prints a line of progress; nothing with --quiet."""
    return (lambda _: None) if parts.quiet else (lambda line: print(line, file=sys.stderr, flush=True))


def _stages(parts: Parts, source: str, config: "Config", frames: int, output: Path) -> str:
    from stream.config.run_plan import AnalysisPlan
    from stream.engines.bench.stages import measure, report
    from stream.engines.step import StepMaker

    maker = StepMaker(AnalysisPlan(config.analyser, config.view.picture_width_px), "stages")
    with contextlib.closing(parts.open_recording(source, config, frames)) as opened:
        found = measure(opened, maker, output)
    words = report(found, source, frames)
    (output / "stages.md").write_text(words)
    return words
