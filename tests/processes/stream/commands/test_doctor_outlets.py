"""`doctor` tries each outlet: one whose receiver lives, one that is away, one that is not set right; and each inlet."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.doubles.collectors.trace_collector import TraceCollector
from tests.doubles.lsl_streams import device
from tests.running import free_port, run

pytestmark = pytest.mark.real


@pytest.fixture
def collector() -> Iterator[TraceCollector]:
    made = TraceCollector()
    yield made
    made.stop()


@pytest.fixture
def config(tmp_path: Path, collector: TraceCollector) -> Path:
    (tmp_path / "mine.toml").write_text(
        f'[outlets.near]\nuse = "otlp"\nendpoint = "{collector.endpoint}"\n'
        f'[outlets.gone]\nuse = "otlp"\nendpoint = "http://127.0.0.1:{free_port()}"\n'
        '[outlets.wrong]\nuse = "otlp"\nendpont = "http://127.0.0.1:1"\n'
    )
    return tmp_path / "mine.toml"


def test_one_outlet_after_the_other_and_one_that_is_not_set_right_hides_no_other(config: Path) -> None:
    done = run("-c", config, "doctor", "--outlet", "near", "--outlet", "gone", "--outlet", "wrong")
    near, gone, wrong = done.stdout.splitlines()
    assert near.startswith("  ok  outlet near: http://127.0.0.1:")
    assert gone.startswith("FAIL  outlet gone: nothing listens on http://127.0.0.1:")
    assert "start the receiver" in gone
    assert wrong.startswith('FAIL  outlet wrong: the outlet "otlp" is not set right: ')
    assert "endpont" in wrong
    assert (done.returncode, done.stderr) == (1, "")


def test_one_outlet_alone_decides_the_exit_code(config: Path, collector: TraceCollector) -> None:
    done = run("-c", config, "doctor", "--outlet", "near")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert len(collector.requests) == 1
    assert not collector.traces(), "nothing that counts"


def test_an_outlet_that_is_not_there_is_a_wrong_use(config: Path) -> None:
    done = run("-c", config, "doctor", "--outlet", "nera")
    assert done.returncode == 2
    assert 'the configuration has no outlet "nera"; it has: near, gone, wrong' in done.stderr


@pytest.mark.slow
def test_each_stream_of_another_device_is_looked_for(tmp_path: Path) -> None:
    name = f"monitor-{uuid4().hex[:6]}"
    (tmp_path / "mine.toml").write_text(f'inlets.lsl.streams = ["{name}", "no-such-{name}"]\n')
    with device(name, {"rate": "1/min", "pressure": "mmHg"}, lambda: [72.0, 91.5]):
        done = run("-c", tmp_path / "mine.toml", "doctor")
    assert f"  ok  inlet lsl, stream {name}: {name} (2 channels)" in done.stdout
    assert f"FAIL  inlet lsl, stream no-such-{name}: there is no such stream now: start its device" in done.stdout
    assert done.returncode == 1
