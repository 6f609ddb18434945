"""A measure that is new in the table is found wherever its readings go, and changes nothing for the others."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig
from stream.pixels.frame_image import image_of
from stream.protocol import measures
from stream.protocol.contracts import Analysis, Frame, Quality
from stream.protocol.measures import CAPILLARY_COUNT, DENSITY, Measure
from stream.protocol.readings import DensityReading
from stream.protocol.wire import decode, encode
from stream.session.archive import Archive
from stream.session.result_files import csv_columns, csv_rows, csv_sources, write_readings
from stream.session.store import Store
from stream.view.live.feed import Feed
from stream.view.live.messages import hello
from stream.view.live.metrics import metrics_text
from stream.view.live.session_info import SessionInfo
from tests.doubles.readings import header
from workers.reading import Reader

VELOCITY = Measure(
    name="velocity",
    label="red cell velocity",
    unit="µm/s",
    key_unit="um_per_s",
    digits=1,
    has_interval=True,
    metric="capillary_red_cell_velocity_micrometers_per_second",
)


class Velocimeter:
    """Measures velocity beside density, in the first frame only."""

    model_id = "velocimeter"

    def analyse(self, frame: Frame) -> Analysis:
        values = dict(zip(VELOCITY.keys, (310.04, 290.0, 330.0), strict=True)) if frame.seq == 0 else {}
        return Analysis(5.0, 4.0, 6.0, [], Quality("good", (), {"sharpness": 2.5}), values)


@pytest.fixture
def velocity(monkeypatch: pytest.MonkeyPatch) -> Measure:
    monkeypatch.setattr(measures, "MEASURES", (*measures.MEASURES, VELOCITY))
    return VELOCITY


@pytest.fixture
def readings() -> list[DensityReading]:
    """Two readings as they arrive at the sink."""
    reader = Reader(Velocimeter(), AnalysisPlan(AnalyserConfig(), 160), "session", 0)
    arrived = [decode(encode(reader.read(header(seq), image_of(np.zeros((48, 64, 3), np.uint8))))) for seq in (0, 1)]
    return [reading for reading in arrived if isinstance(reading, DensityReading)]


@pytest.fixture
def store(tmp_path: Path, readings: list[DensityReading]) -> Iterator[Store]:
    store = Store(tmp_path / "session.sqlite")
    for reading in readings:
        store.add(reading)
    store.commit()
    yield store
    store.close()


def feed_of(readings: list[DensityReading]) -> Feed:
    feed = Feed(SessionInfo(session="session", mode="replay", source="s"))
    for reading in readings:
        feed.receive(reading)
    return feed


def test_keys_name_the_measure_then_the_end_of_the_interval_then_the_unit() -> None:
    assert DENSITY.keys == ("density_pct", "density_low_pct", "density_high_pct")
    assert CAPILLARY_COUNT.keys == ("capillary_count",)
    assert VELOCITY.keys == ("velocity_um_per_s", "velocity_low_um_per_s", "velocity_high_um_per_s")


def test_people_read_a_value_with_its_unit() -> None:
    assert [DENSITY.text(5.067), CAPILLARY_COUNT.text(12), VELOCITY.text(310.04)] == ["5.07 %", "12", "310 µm/s"]


@pytest.mark.usefixtures("velocity")
def test_a_new_measure_is_a_column_of_readings_csv_after_those_that_were_there(store: Store, tmp_path: Path) -> None:
    write_readings(store, tmp_path)
    columns, *lines = csv.reader((tmp_path / "readings.csv").read_text(encoding="utf-8").splitlines())
    assert columns[-3:] == [*VELOCITY.keys]
    assert "attempt" in columns[:-3]
    assert [line[-3:] for line in lines] == [["310.0", "290.0", "330.0"], ["", "", ""]]


@pytest.mark.usefixtures("velocity")
def test_a_new_measure_is_in_the_table_that_a_page_exports(store: Store) -> None:
    archive = Archive(store.path)
    first = next(csv_rows(archive.rows(csv_sources(), 0, 0)))
    archive.close()
    assert dict(zip(csv_columns(), first, strict=True))["velocity_um_per_s"] == "310.0"


@pytest.mark.usefixtures("velocity")
def test_a_new_measure_is_in_the_session_file(store: Store) -> None:
    assert list(store.rows("seq", "velocity_um_per_s")) == [(0, 310.04), (1, None)]
    archive = Archive(store.path)
    kept = archive.reading(0)
    archive.close()
    assert kept is not None
    assert kept.measures["velocity_um_per_s"] == 310.04


@pytest.mark.usefixtures("velocity")
def test_a_new_measure_is_among_the_readings_and_the_status_of_the_page(readings: list[DensityReading]) -> None:
    feed = feed_of(readings[:1])
    [point] = json.loads(msgspec.json.encode(feed.readings(60.0)))
    status = json.loads(msgspec.json.encode(feed.status()))
    expected = {"velocity_um_per_s": 310.04, "velocity_low_um_per_s": 290.0, "velocity_high_um_per_s": 330.0}
    assert point["measures"] == status["measures"] == expected


@pytest.mark.usefixtures("velocity")
def test_a_page_is_sent_the_label_and_unit_of_a_new_measure(readings: list[DensityReading]) -> None:
    feed = feed_of(readings)
    *_, told = json.loads(hello(feed.info, feed.opening()))["measures"]
    assert told == {"keys": list(VELOCITY.keys), "label": "red cell velocity", "unit": "µm/s", "digits": 0}


@pytest.mark.usefixtures("velocity")
def test_a_new_measure_is_a_metric_while_it_is_current(readings: list[DensityReading]) -> None:
    now, later = feed_of(readings[:1]), feed_of(readings)
    text = metrics_text(now.status(), now.tallies)
    assert "# HELP capillary_red_cell_velocity_micrometers_per_second Red cell velocity now, while current.\n" in text
    assert 'capillary_red_cell_velocity_micrometers_per_second{mode="replay",source="s"} 310.04\n' in text
    assert "micrometers_per_second{" not in metrics_text(later.status(), later.tallies)


def test_without_an_entry_nothing_of_it_appears(readings: list[DensityReading], store: Store) -> None:
    """Files, page and metrics are those of today, although the analyser gives the values."""
    assert not set(csv_columns()) & set(VELOCITY.keys)
    with pytest.raises(ValueError, match="velocity_um_per_s"):
        next(store.rows("velocity_um_per_s"))
    feed = feed_of(readings[:1])
    assert "measures" not in json.loads(msgspec.json.encode(feed.status()))
    assert all("measures" not in point for point in json.loads(msgspec.json.encode(feed.readings(60.0))))
    assert "velocity" not in metrics_text(feed.status(), feed.tallies)
