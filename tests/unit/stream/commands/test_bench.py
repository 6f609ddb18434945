"""What `bench` measures: as configured, unless something else is typed."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from stream.engines.bench.machine import Machine
from stream.engines.bench.running import Bench, Order
from tests.unit.stream.commands.conftest import Type

MACHINE = Machine(cpu="c", cores=2, memory_gb=1, busy_at_start_pct=0, system="s", python="p", libraries={})


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """Return the orders of a bench; nothing is run."""
    asked: list[Order] = []

    def run(order: Order, _report: Callable[[str], None]) -> Bench:
        asked.append(order)
        return Bench(
            version="0", source=order.source, frames=order.frames, rounds=order.rounds, machine=MACHINE, results=[]
        )

    monkeypatch.setattr("stream.engines.bench.running.run", run)
    monkeypatch.setattr("run_stream.Program.open_recording", lambda *_: io.BytesIO())  # it is only closed again
    monkeypatch.setattr("stream.engines.bench.floor.floor_of", lambda *_: io.BytesIO())
    return asked


def test_what_is_configured_is_measured(typed: Type, orders: list[Order]) -> None:
    typed("-c", configured("frames = 7\nrounds = 2\nengines = ['serial', 'stream']"), "bench", "-o", "out")
    (order,) = orders
    assert (order.source, order.frames, order.rounds) == ("synthetic:?seed=1&episodes=steady", 7, 2)
    assert {case.engine for case in order.cases} == {"serial", "stream"}
    assert {case.analyser for case in order.cases} == {"default", "helmy2022"}
    assert {case.workers for case in order.cases if case.engine == "stream"} == {1, 2}
    assert order.folder == Path("out")
    assert order.program[-2:] == ["--config", "mine.toml"]


def test_what_is_typed_counts_more(typed: Type, orders: list[Order]) -> None:
    options = ("--engines", "router,ray", "--analyser", "default", "--workers", "3", "--frames", "9", "--rounds", "1")
    typed("bench", "synthetic:?seed=2", "-o", "out", *options)
    (order,) = orders
    assert (order.source, order.frames, order.rounds) == ("synthetic:?seed=2", 9, 1)
    assert [case.name for case in order.cases] == ["router-default-3", "ray-default-3"]


def test_a_bench_that_could_measure_nothing_fails_and_fills_no_document(typed: Type, orders: list[Order]) -> None:
    Path("report.md").write_text("<!-- bench -->\n<!-- /bench -->\n")
    done = typed("bench", "-o", "out", "--into", "report.md")
    assert done.code == 1
    assert len(orders) == 1
    assert Path("report.md").read_text() == "<!-- bench -->\n<!-- /bench -->\n"


def configured(bench: str) -> str:
    """Return the name of a configuration file with this table."""
    Path("mine.toml").write_text(f"[bench]\n{bench}\n")
    return "mine.toml"
