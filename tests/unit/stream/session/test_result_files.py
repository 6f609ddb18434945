"""The files of a replay: their bytes, and that a file that is there is whole."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.session import result_files
from stream.session.figures.statistics import STATISTICS_COLUMNS, density_statistics
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import failed, reading


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / FILE_NAME)
    yield store
    store.close()


def outline(*points: tuple[int, int], score: float = 0.5) -> RegionOutline:
    return RegionOutline(np.array(points, "<i2").tobytes(), score)


def test_readings_to_the_byte(store: Store, tmp_path: Path) -> None:
    store.add(reading(0, density_pct=12.34567, latency_ms=20.1239, measures={"analysed_pct": 91.06}))
    store.add(reading(1, quality="poor", quality_reasons=("too dark", "blurred, badly"), frame='a "b", c'))
    store.add(failed(2, worker=-1, attempt=5, model_id=""))
    result_files.write_readings(store, tmp_path)
    assert (tmp_path / "readings.csv").read_bytes() == (
        b"seq,frame,time_s,t_capture_utc,density_pct,density_low_pct,density_high_pct,capillary_count,quality,"
        b"quality_reasons,status,error,model_id,latency_ms,worker,attempt,device_frame,device_ns,lost_before,"
        b"analysed_pct,capillaries_per_mm2\n"
        b"0,f0,0.000000,2027-01-15T08:00:00.000Z,12.3457,11.0000,14.0000,9,good,,ok,,model-1,20.124,0,1,,,0,91.1,\n"
        b'1,"a ""b"", c",0.040000,2027-01-15T08:00:00.040Z,12.5000,11.0000,14.0000,9,poor,'
        b'"too dark; blurred, badly",ok,,model-1,20.000,0,1,,,0,,\n'
        b"2,f2,0.080000,2027-01-15T08:00:00.080Z,,,,,,,failed,ValueError: why,,20.000,-1,5,,,0,,\n"
    )


def test_no_cell_is_a_formula_to_a_spreadsheet(store: Store, tmp_path: Path) -> None:
    for seq, name in enumerate(("=1+1", "-7", "+a", "@b")):
        store.add(reading(seq, frame=name))
    result_files.write_readings(store, tmp_path)
    with (tmp_path / "readings.csv").open(newline="") as file:
        assert [row["frame"] for row in csv.DictReader(file)] == ["'=1+1", "-7", "'+a", "'@b"]


def test_the_same_readings_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name, order in (("a", (0, 1, 2, 3)), ("b", (2, 0, 3, 1))):
        (tmp_path / name).mkdir()
        store = Store(tmp_path / name / FILE_NAME)
        for seq in order:
            store.add(reading(seq, regions=(outline((0, 0), (3, 0), (3, 4)),)))
        result_files.write_readings(store, tmp_path / name)
        result_files.write_regions(store, tmp_path / name)
        store.close()
        written.append([(tmp_path / name / file).read_bytes() for file in ("readings.csv", "regions.jsonl")])
    assert written[0] == written[1]


def test_a_table_without_frames_has_its_head(store: Store, tmp_path: Path) -> None:
    result_files.write_readings(store, tmp_path)
    assert (tmp_path / "readings.csv").read_text().count("\n") == 1


def test_any_csv_reader_reads_it(store: Store, tmp_path: Path) -> None:
    store.add(reading(0, frame="Zeile\nzwei", quality_reasons=("a,b",)))
    result_files.write_readings(store, tmp_path)
    with (tmp_path / "readings.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["frame"], row["quality_reasons"]) for row in rows] == [("Zeile\nzwei", "a,b")]


def test_regions_are_polygons_and_boxes_in_pixels(store: Store, tmp_path: Path) -> None:
    hair = ObjectOutline("hair", outline((0, 5), (9, 5), (9, 7)).polygon)
    store.add(reading(0, regions=(outline((10, 20), (14, 20), (14, 29), score=0.75), outline((-1, 0), (1919, 1079)))))
    store.add(reading(1, regions=(), objects=(hair,)))
    store.add(failed(2))
    result_files.write_regions(store, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "regions.jsonl").read_text().splitlines()]
    assert lines[0] == {
        "seq": 0,
        "frame": "f0",
        "regions": [
            {"polygon_px": [[10, 20], [14, 20], [14, 29]], "bbox_xywh_px": [10, 20, 5, 10], "score": 0.75},
            {"polygon_px": [[-1, 0], [1919, 1079]], "bbox_xywh_px": [-1, 0, 1921, 1080], "score": 0.5},
        ],
        "objects": None,
    }
    assert lines[1]["objects"] == [{"name": "hair", "polygon_px": [[0, 5], [9, 5], [9, 7]]}]
    assert [line["regions"] for line in lines[1:]] == [[], None], "a frame that failed is not one without capillaries"


def test_statistics_are_over_good_frames_alone(store: Store) -> None:
    for seq, (density, quality) in enumerate([(10.0, "good"), (14.0, "good"), (50.0, "poor"), (90.0, "unusable")]):
        store.add(reading(seq, density_pct=density, density_high_pct=95.0, quality=quality))
    store.add(failed(4))
    found = density_statistics(store.rows(*STATISTICS_COLUMNS))
    assert (found.good_frames, found.poor_frames, found.unusable_frames) == (2, 1, 1)
    assert (found.density_mean_pct, found.density_sd_pct, found.density_median_pct) == (12.0, 2.0, 12.0)
    assert (found.density_min_pct, found.density_max_pct) == (10.0, 14.0)
    assert found.share_good == 0.4
    assert found.density_mean_low_pct is not None
    assert found.density_mean_high_pct is not None
    assert 0 <= found.density_mean_low_pct < 12.0 < found.density_mean_high_pct


def test_without_a_good_frame_there_are_no_statistics(store: Store) -> None:
    store.add(failed(0))
    assert density_statistics(store.rows(*STATISTICS_COLUMNS)).density_mean_pct is None


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("count", [0, 1, 50])
def test_the_trend_is_a_picture_whatever_there_is_to_draw(store: Store, tmp_path: Path, count: int) -> None:
    for seq in range(count):
        store.add(failed(seq) if seq % 7 == 3 else reading(seq))
    result_files.write_trend(store, tmp_path, "title")
    assert cv2.imread(str(tmp_path / "trend.png")) is not None


def test_a_file_that_is_there_is_whole(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies while it writes leaves the old file or none, never half of one."""
    store.add(reading(0))
    result_files.write_readings(store, tmp_path)
    before = (tmp_path / "readings.csv").read_bytes()
    store.add(reading(1))

    def power_cut(_fd: int) -> None:
        raise OSError("no power")

    monkeypatch.setattr("os.fsync", power_cut)
    with pytest.raises(OSError, match="no power"):
        result_files.write_readings(store, tmp_path)
    assert (tmp_path / "readings.csv").read_bytes() == before


def test_results_of_an_earlier_run_are_cleared_and_nothing_else(store: Store, tmp_path: Path) -> None:
    result_files.write_readings(store, tmp_path)
    result_files.write_summary({"status": "complete"}, tmp_path)
    (tmp_path / "notes.txt").touch()
    result_files.clear(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} >= {FILE_NAME, "notes.txt"}
    assert not {file.name for file in tmp_path.iterdir()} & set(result_files.OUTPUTS)
    result_files.clear(tmp_path)
