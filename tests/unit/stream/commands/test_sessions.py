"""Commands on sessions that are kept already, as a researcher types them."""

import csv
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from stream.security.audit_log import AuditLog
from tests.doubles.sessions.marked_session import marked_session
from tests.unit.stream.commands.conftest import Type


def test_the_change_at_each_marker_of_a_kind_is_a_row(typed: Type) -> None:
    for name, after in (("up", 14.0), ("down", 7.0)):
        marked_session(Path("results") / name, after=after)
    done = typed("change", "--marker", "fluid", "--before", "20", "--after", "20", "results", "-o", "change.csv")
    assert done.code == 0
    assert "Table: change.csv" in done.text
    with Path("change.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [(row["name"], round(float(row["change_pct"]))) for row in table] == [("down", -3), ("up", 4)]
    assert "No session there has a marker of the kind bolus." in typed("change", "--marker", "bolus", "results").text
    assert "there is no marker of the kind lunch: bolus, fluid" in typed("change", "--marker", "lunch", "results").text


def test_markers_of_several_sessions_are_one_table(typed: Type) -> None:
    marked_session(Path("results") / "a")
    marked_session(Path("kept"))
    printed = csv.DictReader(io.StringIO(typed("summarise", "--markers", "results", "kept").text))
    assert [(row["name"], row["kind"], row["seq"]) for row in printed] == [
        ("a", "fluid", "120"),
        ("kept", "fluid", "120"),
    ]


def test_a_folder_of_results_is_listed_with_source_share_of_good_and_density(typed: Type) -> None:
    (marked_session(Path("results") / "a") / "summary.json").write_text(json.dumps({"source": "clips/a.mp4"}))
    listed = typed("view", "results").text
    assert "clips/a.mp4  241 readings, 100% good, 11.98 %" in listed
    assert "`view results/a` opens one, `view results --last` the newest." in listed


def test_the_last_session_of_a_folder_is_looked_for_in_it(typed: Type) -> None:
    Path("results").mkdir()
    assert "there is no finished session in results" in typed("view", "results", "--last").text


def test_readings_are_exported_as_tables_and_signals(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = marked_session(Path("results") / "a")
    assert "readings.csv: 241 readings" in typed("export", folder, "--format", "csv", "--decimal", ",").text
    assert (folder / "readings.csv").read_bytes().startswith(b"\xef\xbb\xbfseq;")
    assert "readings.parquet: 241 readings" in typed("export", folder, "--format", "parquet").text
    assert "readings.edf: 244 samples, 4 per second; 1 annotation" in typed("export", folder, "--format", "edf").text
    refused = typed("export", folder, "--format", "edf", "--decimal", ",")
    assert (refused.code, refused.text) == (2, "--decimal is for --format csv; edf has no decimal sign")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = typed("export", folder, "--format", "parquet", "-o", "b.parquet")
    assert (
        "The format parquet needs pyarrow, which is not installed: pip install capillary-stream[export]" in refused.text
    )
    assert not Path("b.parquet").exists()


def test_outlines_of_a_replay_are_exported_and_no_file_is_replaced(typed: Type) -> None:
    assert typed("replay", "--engine", "serial", "-o", "out", "synthetic:?frames=2", "--regions").code == 0
    outlines = sum(len(json.loads(line)["regions"]) for line in Path("out/regions.jsonl").read_text().splitlines())
    assert typed("export", "out", "--format", "coco").code == 0
    document = json.loads(Path("out/outlines.coco.json").read_text())
    assert len([one for one in document["annotations"] if one["category_id"] == 1]) == outlines > 0
    assert typed("export", "out", "--format", "imagej", "-o", "rois.zip").code == 0
    with zipfile.ZipFile("rois.zip") as rois:
        assert len([name for name in rois.namelist() if name.endswith("capillary.roi")]) == outlines
    refused = typed("export", "out", "--format", "coco")
    assert (refused.code, "is there already; name another file with --output" in refused.text) == (1, True)


def test_a_session_without_outlines_says_how_to_get_them(typed: Type) -> None:
    refused = typed("export", marked_session(Path("a")), "--format", "imagej")
    assert (refused.code, "analyse the recording again with --regions" in refused.text) == (2, True)
    assert not list(Path("a").glob("outlines*"))


def test_what_is_recorded_is_proven(typed: Type) -> None:
    done = typed("record", "synthetic:?seed=3&frames=3", "recordings", "--codec", "h264")
    assert done.code == 0, done.text
    assert "3 frames recorded" in done.text
    [session] = Path("recordings").iterdir()
    proven = typed("verify", session)
    assert proven.code == 0, proven.text
    assert "pictures: 3 frames" in proven.text


def test_a_folder_without_a_session_cannot_be_verified(typed: Type) -> None:
    done = typed("verify", ".")
    assert done.code == 2
    assert "no session that can be verified" in done.text


def test_what_is_of_a_recording_needs_one(typed: Type) -> None:
    done = typed("live", "synthetic:", "--codec", "ffv1")
    assert done.code == 2
    assert "add --record DIR" in done.text
    unknown = typed("record", "synthetic:", "recordings", "--codec", "h265")
    assert unknown.code == 2
    assert "ffv1" in unknown.text


def test_the_folder_of_several_sources_is_proven_with_the_session_of_each(typed: Type) -> None:
    both, sessions = Path("kept/both"), []
    for seed in (3, 4):
        assert typed("record", f"synthetic:?seed={seed}&frames=2", "kept", "--codec", "mjpeg").code == 0
        sessions = [one.name for one in Path("kept").iterdir()]
    both.mkdir(mode=0o700)
    audit = AuditLog(both)
    audit.run_started("both", "live", "1")
    audit.write("sources", sessions=sessions)
    assert "not finished" in typed("verify", both).text
    audit.write("ended", exit_code=0)
    proven = typed("verify", both)
    assert (proven.code, proven.text.count("No difference.")) == (0, 3), proven.text
    assert all(name in proven.text for name in sessions)
    with Path(f"kept/{sessions[1]}/video.mkv").open("ab") as video:
        video.write(b"x")
    changed = typed("verify", both)
    assert (changed.code, changed.text.count("No difference.")) == (5, 2)
    assert "DIFFERENT: video.mkv was changed" in changed.text
