"""What is sent to the page can be taken apart as documented, for any outlines."""

import json
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import WireError
from stream.protocol.bedside import AlarmsNow
from stream.protocol.readings import DensityReading, ObjectOutline, RegionOutline
from stream.view.live.feed import Cursor, Feed
from stream.view.live.messages import hello, picture_message, tick
from stream.view.live.pictures import ShownPicture
from stream.view.live.session_info import SessionInfo

INFO = SessionInfo(session="s1", mode="live", width=640, height=480)
OUTLINE = st.lists(st.tuples(st.integers(-32768, 32767), st.integers(-32768, 32767)), max_size=30)


def picture(polygons: list[bytes], jpeg: bytes, objects: tuple[ObjectOutline, ...] = ()) -> ShownPicture:
    regions = tuple(RegionOutline(polygon=polygon, score=0.5) for polygon in polygons)
    return ShownPicture(
        seq=3, t_capture_ns=4, x_s=1.5, arrived_ns=5, grade="good", jpeg=jpeg, regions=regions, objects=objects
    )


@given(st.lists(OUTLINE, max_size=5), st.binary(max_size=200))
def test_a_picture_message_is_length_header_and_jpeg(outlines: list[list[tuple[int, int]]], jpeg: bytes) -> None:
    flat = [[value for xy in outline for value in xy] for outline in outlines]
    message = picture_message(picture([struct.pack(f"<{len(o)}h", *o) for o in flat], jpeg), INFO)
    length = int.from_bytes(message[:4], "little")
    header = json.loads(message[4 : 4 + length])
    assert message[4 + length :] == jpeg
    assert header["regions"] == flat
    assert (header["seq"], header["width"], header["height"], header["quality"]) == (3, 640, 480, "good")


def test_what_is_not_tissue_comes_with_its_name_if_outlines_are_wanted() -> None:
    shown = picture([], b"", (ObjectOutline("hair", struct.pack("<6h", 0, 5, 9, 5, 9, 7)),))
    wanted, without = (picture_message(shown, INFO, overlay=overlay) for overlay in (True, False))
    assert json.loads(wanted[4:])["objects"] == [{"name": "hair", "polygon": [0, 5, 9, 5, 9, 7]}]
    assert json.loads(without[4:])["objects"] == []


def test_half_a_point_is_refused() -> None:
    with pytest.raises(WireError, match="6 bytes"):
        picture_message(picture([bytes(6)], b""), INFO)


def test_hello_carries_the_run_and_the_trend_and_a_density_only_where_good(
    feed: Callable[..., Feed], reading: Callable[..., DensityReading]
) -> None:
    view = feed()
    view.receive(reading(0))
    view.receive(reading(1, quality="poor"))
    view.receive(reading(2, status="failed", density_pct=None, quality=None))
    message = json.loads(hello(view.info, view.opening()))
    assert (message["type"], message["v"]) == ("hello", 4)
    assert message["info"]["stale_after_s"] == 1.0
    points = message["points"]
    assert points["quality_code"] == [0, 1, 3]
    assert (points["density_pct"], points["density_low_pct"], points["density_high_pct"]) == (
        [6.25, None, None],
        [5.5, None, None],
        [7, None, None],
    )
    assert len(points["x"]) == 3
    assert message["status"]["seq"] == 2


def test_a_tick_carries_the_status_of_the_interface(
    feed: Callable[..., Feed], reading: Callable[..., DensityReading]
) -> None:
    view = feed()
    view.receive(reading(0))
    message = json.loads(tick(view.since(Cursor())))
    assert message["type"] == "tick"
    assert message["status"]["density_pct"] == 6.25
    assert message["points"]["x"]
    assert message["alarms"]["limits"] is None, "they are not known yet"
    view.receive(AlarmsNow(limits={"low_pct": 4.0}))
    later = json.loads(tick(view.since(Cursor())))
    assert later["alarms"]["limits"] == {"low_pct": 4.0}
    assert later["state_version"] > message["state_version"]
