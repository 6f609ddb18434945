"""Downloads of the page: the report, and tables of readings, markers and alarms."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stream.config.framing import Framing
from stream.protocol.readings import DensityReading, RegionOutline
from stream.view.live.feed import Feed
from stream.view.routes.downloads import content_disposition
from tests.doubles.sessions.kept_session import KeptSession
from tests.unit.stream.view.routes.conftest import BOX, Bed, jpeg


def test_the_report_and_the_tables(bed: Bed) -> None:
    bed.see(30, density_pct=3.0)
    bed.post("/api/markers", {"kind": "note", "text": "<b>told & kept</b>"})
    bed.post("/api/markers", {"kind": "note", "text": "=HYPERLINK(1)"})
    report = bed.ask("GET", "/report")
    assert report.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;told &amp; kept&lt;/b&gt;" in report.text
    assert "Low density (high priority) began: 3.0 %, limit 4.0 %" in report.text
    assert "<h2>Means of good frames</h2><table><tr><th>capillaries</th><td>" in report.text
    assert "IEC 60601-1-8" in report.text
    lines = list(csv.DictReader(io.StringIO(bed.ask("GET", "/export.csv").text)))
    assert [line["seq"] for line in lines] == [str(seq) for seq in range(30)]
    trend = bed.get("/api/trend")
    part = bed.ask("GET", f"/export.csv?from_s={trend['x'][10]}").text
    assert len(part.splitlines()) in (20, 21)
    assert "told & kept" in bed.ask("GET", "/export/markers.csv").text
    assert ",'=HYPERLINK(1)," in bed.ask("GET", "/export/markers.csv").text, "no formula to a spreadsheet"
    assert "raised" in bed.ask("GET", "/export/alarms.csv").text


def test_the_report_has_a_print_button_room_to_write_and_time_zones(bed: Bed) -> None:
    bed.see(30)
    bed.post("/api/markers", {"kind": "bolus"})
    report = bed.ask("GET", "/report").text
    assert '<button id="print"' in report
    for label in ("Patient", "Bed", "Operator", "Date", "Signature"):
        assert f"<span>{label}</span>" in report
    times = re.findall(r"\d\d:\d\d:\d\d(?:\.\d)?( UTC)?", re.sub(r"<svg.*?</svg>", "", report))
    assert times
    assert all(times), "every time of day names its zone"


def test_the_report_of_a_running_session_says_that_it_is_unfinished(bed: Bed) -> None:
    bed.see(30)
    assert re.search(r"Unfinished: made while the session runs, at \d\d:\d\d:\d\d UTC", bed.ask("GET", "/report").text)
    bed.session.stand("ended")
    report = bed.ask("GET", "/report").text
    assert "Unfinished" not in report
    assert re.search(r", ended \d\d:\d\d:\d\d UTC", report)


def test_the_report_has_the_newest_good_picture_with_its_outlines(
    tmp_path: Path, reading: Callable[..., DensityReading], clock: Any
) -> None:
    from stream.view.live.session_info import SessionInfo

    view = Feed(SessionInfo(session="s1", mode="live", source="scope"), clock, pictures_kept=10)
    session = KeptSession(tmp_path, view, clock=clock)
    bed = Bed(session, reading, clock)
    bed.see()
    assert "<figure>" not in bed.ask("GET", "/report").text
    outline = RegionOutline(polygon=BOX, score=0.9)
    bed.see(picture=jpeg(), regions=(outline,))
    bed.see(picture=jpeg(), regions=(outline,), quality="poor", quality_reasons=("moving",))
    report = bed.ask("GET", "/report").text
    assert 'href="api/frames/1.jpg"' in report
    assert '<polygon points="100,100 300,100 300,200 100,200"/>' in report
    session.close()


def test_status_and_report_say_how_good_the_model_is_on_new_scenes_beside_research_use(bed: Bed) -> None:
    bed.see()
    assert bed.get("/api/status")["transfer"] == ""
    bed.session.meet("cnn@abc", "On new scenes: half within <9 %.")
    assert bed.get("/api/status")["transfer"] == "On new scenes: half within <9 %."
    report = bed.ask("GET", "/report").text
    assert re.search(r"Research use\.[^<]* On new scenes: half within &lt;9 %\.</p>", report)


def test_the_report_says_which_part_of_the_picture_was_analysed(bed: Bed) -> None:
    bed.see()
    assert "Part and turn" not in bed.ask("GET", "/report").text
    bed.session.learn(framing=Framing(rotate_deg=180).as_text() or "")
    assert "<th>Part and turn of the picture</th><td>turned 180° clockwise" in bed.ask("GET", "/report").text


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("20261121-ab.csv", 'attachment; filename="20261121-ab.csv"'),
        ('a"\r\nb☃.csv', "attachment; filename=\"a___b_.csv\"; filename*=UTF-8''a%22%0D%0Ab%E2%98%83.csv"),
    ],
)
def test_a_file_name_of_any_characters_fits_its_header(name: str, header: str) -> None:
    assert content_disposition(name) == header
