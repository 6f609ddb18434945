"""Signals of other devices: what was recorded is there again, and stands beside the readings of its time."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stream.errors import UsageError
from stream.protocol.outlets import SignalChannel, SignalFound, SignalSample, SignalSamples
from stream.session.archive import Archive
from stream.session.exports import parquet, readings, signals, spreadsheet
from stream.session.signals.stored import Signals, samples_of, signals_of
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import START_NS, reading

MS = 1_000_000
PRESSURE = SignalFound(
    name="monitor", content="ABP", nominal_per_s=1.0, channels=(SignalChannel("mean", "mm[Hg]"), SignalChannel("state"))
)
SAMPLES = (
    SignalSample(START_NS + 10 * MS, (71.5, "ok")),
    SignalSample(START_NS + 70 * MS, (73.25, "ok")),
    SignalSample(START_NS + 90 * MS, (None, "flushed")),
    SignalSample(START_NS + 9_000 * MS, (80.0, "ok")),
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    store = Store(tmp_path / FILE_NAME)
    written = Signals(store)
    for message in (PRESSURE, SignalSamples(name="monitor", samples=SAMPLES), PRESSURE):
        written.take(message)
    written.take(SignalSamples(name="monitor", samples=SAMPLES[:1]))  # what comes again is there once
    for seq in range(3):
        store.add(reading(seq))  # at 0, 40 and 80 ms
    store.add(reading(3, t_capture_ns=START_NS + 5_000 * MS))
    store.close()
    return Archive(tmp_path / FILE_NAME)


def test_what_was_recorded_is_there_again(archive: Archive) -> None:
    (signal,) = signals_of(archive)
    assert (signal.name, signal.content, signal.channels) == ("monitor", "ABP", PRESSURE.channels)
    assert list(samples_of(archive, "monitor")) == [(sample.t_ns, sample.values) for sample in SAMPLES]


def test_each_table_has_the_nearest_sample_beside_a_reading_if_it_is_at_most_a_second_away(
    archive: Archive, tmp_path: Path
) -> None:
    readings.write(archive, tmp_path / "point.csv")
    spreadsheet.write(archive, tmp_path / "comma.csv")
    parquet.write(archive, tmp_path / "x.parquet")
    with (tmp_path / "point.csv").open() as file:
        assert [row["monitor.mean"] for row in csv.DictReader(file)] == ["71.5", "71.5", "73.25", ""]
    with (tmp_path / "comma.csv").open(encoding="utf-8-sig") as file:
        assert [row["monitor.mean"] for row in csv.DictReader(file, delimiter=";")] == ["71,5", "71,5", "73,25", ""]
    column = pq.read_table(tmp_path / "x.parquet")["monitor.mean"]
    assert column.to_pylist() == [71.5, 71.5, 73.25, None]
    assert pq.read_schema(tmp_path / "x.parquet").field("monitor.mean").metadata == {b"unit": b"mm[Hg]"}


def test_all_samples_are_a_table_too(archive: Archive, tmp_path: Path) -> None:
    assert signals.write(archive, tmp_path / "x.csv") == "4 samples of 1 signal"
    with (tmp_path / "x.csv").open() as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows[:2] == [
        ("monitor", "mean", "mm[Hg]", "2027-01-15T08:00:00.010Z", "71.5"),
        ("monitor", "state", "", "2027-01-15T08:00:00.010Z", "ok"),
    ]
    assert rows[4][-1] == ""


def test_a_session_without_signals_says_how_to_record_some(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.add(reading(0))
    store.close()
    with pytest.raises(UsageError, match=r"\[inlets.lsl\] records them"):
        signals.write(Archive(tmp_path / FILE_NAME), tmp_path / "x.csv")
