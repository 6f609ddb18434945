"""Files of readings for other programs: what those programs read is what the session holds."""

import ast
import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyedflib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import OutputError, UsageError
from stream.protocol.bedside import AlarmEvent, Marker
from stream.session.archive import Archive
from stream.session.exports import edf, parquet, readings, spreadsheet
from stream.session.exports.edf_file import Annotation, AnnotationRecords, Signal, digital
from stream.session.journal import Journal
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import START_NS, failed, reading
from tests.running import ROOT

STEP_NS = 250_000_000
TEXT = "250 ml µ " + "long " * 30


def kept(folder: Path, mode: str = "live") -> Archive:
    """Keep 40 readings, four per second, of which one is poor and one has failed; a marker, and an alarm."""
    store = Store(folder / FILE_NAME)
    store.set_facts(session="s1", source="scope", mode=mode, model_id="net-1")
    for seq in range(40):
        at = {"t_capture_ns": START_NS + seq * STEP_NS, "time_s": seq / 4}
        density = {"density_pct": 5 + seq / 7, "density_low_pct": 4 + seq / 7, "density_high_pct": 6 + seq / 7}
        poor = {"quality": "poor", "quality_reasons": ("out of focus", "too dark; or not")} if seq == 10 else {}
        store.add(
            failed(seq, **at) if seq == 20 else reading(seq, **at | density | poor, measures={"analysed_pct": 99.5})
        )
    journal = Journal(store, "s1", "scope")
    journal.keep_marker(
        Marker(session="s1", source="scope", change="set", t_changed_ns=1, id=1, kind="fluid", text=TEXT, seq=8,
               t_ns=START_NS + 8 * STEP_NS, until_ns=START_NS + 12 * STEP_NS)
    )  # fmt: skip
    journal.add_event(
        AlarmEvent(session="s1", source="scope", event="raised", kind="low", t_ns=START_NS + 17 * STEP_NS)
    )
    store.close()
    return Archive(folder / FILE_NAME)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return kept(tmp_path)


def densities(archive: Archive) -> list[float | None]:
    return [density for (density,) in archive.rows(["density_pct"])]


def test_a_spreadsheet_that_writes_a_comma_gets_the_same_numbers(archive: Archive, tmp_path: Path) -> None:
    assert spreadsheet.write(archive, tmp_path / "comma.csv") == "40 readings"
    readings.write(archive, tmp_path / "point.csv")
    data = (tmp_path / "comma.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfseq;frame;")
    with (tmp_path / "comma.csv").open(encoding="utf-8-sig", newline="") as file:
        comma = list(csv.DictReader(file, delimiter=";"))
    with (tmp_path / "point.csv").open(newline="") as file:
        point = list(csv.DictReader(file))
    numbers = {"time_s", "latency_ms", "density_pct", "density_low_pct", "density_high_pct", "analysed_pct"}
    for ours, theirs in zip(comma, point, strict=True):
        assert ours == {key: value.replace(".", ",") if key in numbers else value for key, value in theirs.items()}
    assert (comma[1]["density_pct"], comma[10]["quality_reasons"]) == ("5,1429", "out of focus; too dark; or not")


def test_the_lines_of_the_guide_read_each_file_into_pandas(archive: Archive, tmp_path: Path) -> None:
    readings.write(archive, tmp_path / "readings.csv")
    spreadsheet.write(archive, tmp_path / "comma.csv")
    parquet.write(archive, tmp_path / "readings.parquet")
    edf.write(archive, tmp_path / "readings.edf")
    names = ("readings.csv", "comma.csv", "readings.parquet", "readings.edf")
    point, comma, exact, signals = (as_the_guide_reads(tmp_path, name) for name in names)
    pd.testing.assert_frame_equal(point, comma)
    assert list(exact.columns) == list(point.columns)
    np.testing.assert_allclose(exact["density_pct"], point["density_pct"], atol=5e-5)
    assert (exact["t_capture_utc"].astype("int64") == START_NS + np.arange(40) * STEP_NS).all()
    assert str(exact["t_capture_utc"].dtype) == "datetime64[ns, UTC]"
    good = exact["quality"] == "good"
    np.testing.assert_allclose(signals["density_pct"][good], exact["density_pct"][good], atol=2e-4)


def as_the_guide_reads(folder: Path, file: str) -> Any:
    """Run the statement of docs/research.md that reads a file, and return the table that it makes."""
    guide = (ROOT / "docs" / "research.md").read_text()
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "read_parquet" in block]
    (statement,) = [node for node in ast.parse(code).body if file in ast.unparse(node)]
    text = re.sub(r"'((?:readings|comma)\.\w+)'", lambda name: repr(str(folder / name[1])), ast.unparse(statement))
    names: dict[str, Any] = {"pd": pd, "pyedflib": pyedflib}
    exec(text, names)
    return names.get("table", names.get("signals"))


def test_parquet_has_every_digit_and_says_what_its_columns_are(archive: Archive, tmp_path: Path) -> None:
    assert parquet.write(archive, tmp_path / "x.parquet") == "40 readings"
    table = pq.read_table(tmp_path / "x.parquet")
    assert table["density_pct"].to_pylist() == densities(archive)
    assert table["capillary_count"].to_pylist()[20] is None
    assert table["quality_reasons"].to_pylist()[10] == "out of focus; too dark; or not"
    units = {name: (table.schema.field(name).metadata or {}).get(b"unit") for name in table.column_names}
    assert (units["density_pct"], units["time_s"], units["latency_ms"]) == (b"%", b"s", b"ms")
    assert (units["capillaries_per_mm2"], units["capillary_count"], units["frame"]) == (b"/mm2", b"1", None)
    assert all(table.schema.field(name).metadata[b"description"] for name in table.column_names)
    assert table.schema.metadata[b"session"] == b"s1"


def test_edf_has_each_good_reading_where_it_was_and_gaps_elsewhere(archive: Archive, tmp_path: Path) -> None:
    said = edf.write(archive, tmp_path / "x.edf")
    assert said == "40 samples, 4 per second; 2 annotations"
    with pyedflib.EdfReader(str(tmp_path / "x.edf")) as file:
        signals = {label: file.readSignal(number) for number, label in enumerate(file.getSignalLabels())}
        units = [file.getPhysicalDimension(number) for number in range(file.signals_in_file)]
        began, rates, patient = file.getStartdatetime(), file.getSampleFrequencies(), file.getHeader()
        step = (file.getPhysicalMaximum(0) + 1) / 65535
    assert pd.Timestamp(began, tz="UTC").value == START_NS
    assert set(rates) == {4.0}
    assert dict(zip(signals, units, strict=True)) == {
        "density_pct": "%", "density_low_pct": "%", "density_high_pct": "%", "capillary_count": "1",
        "analysed_pct": "%", "quality": "",
    }  # fmt: skip
    expected = [-1 if seq in (10, 20) else density for seq, density in enumerate(densities(archive))]
    np.testing.assert_allclose(signals["density_pct"], np.array(expected, float), atol=step)
    np.testing.assert_allclose(signals["quality"], [{10: 1, 20: 3}.get(seq, 0) for seq in range(40)], atol=1e-3)
    assert not any(patient[name] for name in ("patient_additional", "patientcode", "birthdate", "sex", "technician"))
    assert patient["patientname"] == "X"


def test_edf_has_markers_and_alarms_as_annotations(archive: Archive, tmp_path: Path) -> None:
    edf.write(archive, tmp_path / "x.edf")
    raw = (tmp_path / "x.edf").read_bytes()
    assert f"+2.0000\x151.0000\x14fluid {TEXT.strip()}\x14".encode() in raw  # pyedflib reads only 40 bytes of a text
    with pyedflib.EdfReader(str(tmp_path / "x.edf")) as file:
        onsets, durations, texts = file.readAnnotations()
    assert list(zip(onsets, durations, strict=True)) == [(2.0, 1.0), (4.25, -1.0)]
    assert texts[0].startswith("fluid 250 ml µ long")
    assert texts[1] == "alarm low raised"


def test_edf_of_a_recording_has_the_time_of_the_recording(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.set_facts(session="s1", source="scope", mode="replay")
    for seq in range(20):  # ten per second in the recording, analysed in no time
        store.add(reading(seq, time_s=seq / 10, t_capture_ns=START_NS + seq))
    store.close()
    assert edf.write(Archive(tmp_path / FILE_NAME), tmp_path / "x.edf") == "20 samples, 10 per second; 0 annotations"


def test_edf_of_hours_without_readings_has_gaps(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    for seq, second in enumerate((0.4, 1.4, 2.4, 4000.4, 4001.4)):
        store.add(reading(seq, t_capture_ns=START_NS + round(second * 1e9)))
    store.close()
    assert edf.write(Archive(tmp_path / FILE_NAME), tmp_path / "x.edf").startswith("4002 samples, 1 per second")
    with pyedflib.EdfReader(str(tmp_path / "x.edf")) as file:
        density = file.readSignal(0)
    assert np.flatnonzero(density > 0).tolist() == [0, 1, 2, 3, 4000, 4001]
    assert np.allclose(density[4:4000], -1)


def test_what_edf_cannot_hold_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.commit()
    with pytest.raises(UsageError, match="has no reading"):
        edf.write(Archive(tmp_path / FILE_NAME), tmp_path / "x.edf")
    store.add(reading(0))
    store.add(reading(1, t_capture_ns=START_NS + 400 * 86_400 * 10**9))
    store.close()
    with pytest.raises(OutputError, match="lasts 400 days; EDF is written of at most 31"):
        edf.write(Archive(tmp_path / FILE_NAME), tmp_path / "x.edf")


@given(st.lists(st.text("aµ\x14\x00 ", max_size=90), max_size=9), st.integers(1, 9))
def test_every_annotation_finds_a_place(texts: list[str], records: int) -> None:
    annotations = AnnotationRecords([Annotation(0.5, 1.25, text) for text in texts], records)
    written = b"".join(annotations.next(second) for second in range(records))
    assert written.count(b"+0.5000\x151.2500\x14") == len(texts)
    assert len(written) == records * annotations.size


@given(st.floats(-1, 30))
def test_a_sample_is_as_near_as_sixteen_bits_allow(value: float) -> None:
    signal = Signal("x", "%", -1, 30)
    back = -1 + (int(digital(np.array([value]), signal)[0]) + 32768) * 31 / 65535
    assert abs(back - value) <= 31 / 65535 / 2 + 1e-9
