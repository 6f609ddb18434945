"""Outlines for other programs: what is written is read again as those programs read it."""

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import UsageError
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.session.archive import Archive
from stream.session.exports import coco, imagej, readings
from stream.session.exports.outlines import OutlinePoints, area_px
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import failed, reading

SQUARE = [[10, 20], [14, 20], [14, 26], [10, 26]]
HAIR = [[0, 0], [100, 2], [100, 4]]


def packed(polygon: list[list[int]]) -> bytes:
    return np.array(polygon, "<i2").tobytes()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    store = Store(tmp_path / FILE_NAME)
    store.set_facts(width=1920, height=1080, model_id="net-1")
    outlines = (RegionOutline(packed(SQUARE), 0.75),)
    store.add(reading(0, regions=outlines, objects=(ObjectOutline("hair", packed(HAIR)),)))
    store.add(failed(1))
    store.add(reading(2, regions=outlines * 2, objects=()))
    store.close()
    return Archive(tmp_path / FILE_NAME)


def test_coco_has_an_image_per_frame_and_a_category_per_name(archive: Archive, tmp_path: Path) -> None:
    assert coco.write(archive, tmp_path / "x.json") == "4 outlines on 2 frames"
    document = json.loads((tmp_path / "x.json").read_text())
    assert [(image["id"], image["file_name"], image["width"]) for image in document["images"]] == [
        (1, "f0", 1920),
        (3, "f2", 1920),
    ]
    assert [one["name"] for one in document["categories"]] == ["capillary", "hair"]
    first, hair, *_ = document["annotations"]
    assert (first["image_id"], first["category_id"], first["score"]) == (1, 1, 0.75)
    assert first["segmentation"] == [[10, 20, 14, 20, 14, 26, 10, 26]]
    assert (first["bbox"], first["area"]) == ([10, 20, 5, 7], 24.0)
    assert (hair["category_id"], "score" in hair) == (2, False)
    assert len({one["id"] for one in document["annotations"]}) == 4


def decoded(data: bytes) -> tuple[str, int, list[tuple[int, int]]]:
    """Read a .roi file as ImageJ's RoiDecoder does: name, slice, corners."""
    assert data[:4] == b"Iout"
    kind = data[6]
    top, left, bottom, right, count = struct.unpack_from(">5h", data, 8)
    position, second = struct.unpack_from(">iI", data, 56)
    assert kind == 0
    assert (bottom >= top, right >= left) == (True, True)
    x = struct.unpack_from(f">{count}h", data, 64)
    y = struct.unpack_from(f">{count}h", data, 64 + 2 * count)
    offset, length = struct.unpack_from(">ii", data, second + 16)
    name = data[offset : offset + 2 * length].decode("utf-16-be")
    return name, position, [(left + dx, top + dy) for dx, dy in zip(x, y, strict=True)]


def test_imagej_opens_every_outline_on_its_slice(archive: Archive, tmp_path: Path) -> None:
    assert imagej.write(archive, tmp_path / "x.zip") == "4 outlines"
    with zipfile.ZipFile(tmp_path / "x.zip") as file:
        rois = [decoded(file.read(name)) for name in file.namelist()]
    assert [(name, position) for name, position, _ in rois] == [
        ("000000-001-capillary", 1),
        ("000000-002-hair", 1),
        ("000002-001-capillary", 3),
        ("000002-002-capillary", 3),
    ]
    assert rois[0][2] == [tuple(corner) for corner in SQUARE]


polygons = st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 4095)), min_size=1, max_size=60)


@given(polygons, st.text("abc é-", max_size=20), st.integers(1, 10**6))
def test_any_polygon_comes_back(corners: list[tuple[int, int]], name: str, position: int) -> None:
    polygon: OutlinePoints = np.array(corners, np.int32)
    assert decoded(imagej.roi(polygon, name, position)) == (name, position, corners)


@given(polygons, st.integers(-500, 500), st.integers(-500, 500))
def test_an_area_does_not_depend_on_where_it_lies_or_begins(corners: list[tuple[int, int]], dx: int, dy: int) -> None:
    polygon: OutlinePoints = np.array(corners, np.int32)
    assert area_px(np.roll(polygon + np.array([dx, dy], np.int32), 1, axis=0)) == area_px(polygon)
    assert area_px(polygon[::-1]) == area_px(polygon)


def test_readings_are_written_as_in_a_replay(archive: Archive, tmp_path: Path) -> None:
    assert readings.write(archive, tmp_path / "x.csv") == "3 readings"
    header, first, *_ = (tmp_path / "x.csv").read_text().splitlines()
    assert header.startswith("seq,frame,time_s,")
    assert first.startswith("0,f0,0.000000,")


def test_a_session_without_outlines_says_how_to_get_them(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.add(reading(0))
    store.close()
    with pytest.raises(UsageError, match="keeps no outlines: analyse the recording again with --regions"):
        coco.coco(Archive(tmp_path / FILE_NAME))


def test_a_name_from_a_stranger_is_no_path(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.add(reading(0, regions=(), objects=(ObjectOutline("x/../../evil", packed(HAIR)),)))
    store.close()
    imagej.write(Archive(tmp_path / FILE_NAME), tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as file:
        assert file.namelist() == ["000000-001-x-evil.roi"]
