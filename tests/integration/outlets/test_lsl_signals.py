"""A stream of another device is recorded by a run, and stands beside its readings in the tables that are exported."""

import csv
import math
import time
from pathlib import Path
from uuid import uuid4

import pytest

from stream.session.archive import Archive
from stream.session.signals.stored import samples_of
from stream.session.store import FILE_NAME
from tests.doubles.lsl_streams import device
from tests.running import run


@pytest.mark.slow
def test_a_stream_is_recorded_beside_the_readings_and_exported(tmp_path: Path) -> None:
    name = f"monitor-{uuid4().hex[:6]}"
    (tmp_path / "x.toml").write_text(
        f'sink.sessions_dir = "{tmp_path / "sessions"}"\npublish.enabled = false\ninlets.lsl.streams = ["{name}"]\n'
    )
    with device(name, {"rate": ""}, lambda: [time.time()]):  # the value is the time at which it was made, by UTC
        done = run("-c", tmp_path / "x.toml", "demo", "--seconds", "8", "--no-view", "--keep")
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "sessions").iterdir()
    samples = list(samples_of(Archive(folder / FILE_NAME), name))
    assert len(samples) > 20
    assert max(abs(t_ns / 1e9 - float(values[0] or 0)) for t_ns, values in samples) < 0.05
    assert run("export", folder, "--format", "csv", "-o", tmp_path / "x.csv").returncode == 0
    with (tmp_path / "x.csv").open() as file:
        beside = [(row["t_capture_utc"], row[f"{name}.rate"]) for row in csv.DictReader(file)]
    found = [(captured, float(made)) for captured, made in beside if made]
    assert len(found) > len(beside) / 2
    late = [abs(_utc_s(captured) - made) for captured, made in found]
    assert math.fsum(late) / len(late) < 0.2


def _utc_s(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()
