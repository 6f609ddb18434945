"""A finished session looks as it did while it ran: trend, markers, evidence; and markers can still be set."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stream.config.sections import AlarmsConfig
from stream.errors import OutputError, SourceError, UsageError
from stream.pixels.frame_image import FrameImage, image_of
from stream.protocol.bedside import AcknowledgeAlarm, KeepMarker, RemoveMarker
from stream.protocol.contracts import Analysis, Frame, PictureObject, Quality, Region
from stream.protocol.readings import DensityReading
from stream.protocol.types import Mode
from stream.session.archive import Archive
from stream.session.finished import session_file
from stream.session.output_folder import OutputFolder
from stream.session.store import FILE_NAME, Store
from stream.view.live.feed import Feed
from stream.view.live.request_broker import KeepScale
from stream.view.process import load_earlier_trend
from stream.view.review.evidence import Evidence, NotKeptError
from stream.view.review.file_broker import FileBroker
from stream.view.review.finished_session import review_feed, session_name
from stream.view.review.reanalysis import SessionRecording
from tests.doubles.sessions.kept_session import KeptSession

MakeReading = Callable[..., DensityReading]
BOX = np.array([[10, 10], [30, 10], [30, 20], [10, 20]], np.int32)


@pytest.fixture
def finished(tmp_path: Path, feed: Callable[..., Feed], reading: MakeReading, clock: Any) -> Callable[..., Path]:
    """Make a session of 50 frames with a marker and an alarm; return its folder."""

    def make(mode: Mode = "live", transfer: str | None = None, **fields: Any) -> Path:
        view = feed(mode)
        session = KeptSession(tmp_path, view, AlarmsConfig(low_pct=4, delay_s=0, over_s=1), clock)
        if transfer is not None:
            session.meet("cnn@abc", transfer)
        for seq in range(50):
            clock.pass_s(0.1)
            density = 3.0 if 20 <= seq < 30 else 6.0
            session.see(reading(seq, density_pct=density, quality="poor" if seq == 40 else "good", **fields))
        session.ask(KeepMarker(request=1, kind="bolus", text="250 ml", seq=10, t_ns=int(view.trend.rows()["t_ns"][10])))
        session.close()
        return tmp_path

    return make


def opened(folder: Path) -> tuple[Feed, Archive]:
    archive = Archive(session_file(folder))
    return review_feed(archive, "0.1.0", site_s=20), archive


def test_a_review_is_called_by_the_users_own_word(finished: Callable[..., Path]) -> None:
    """Put the configured name before the folder's; a folder that the program has named says nothing new."""
    folder = finished()
    view, archive = opened(folder)
    assert view.info.name == folder.name
    facts = archive.facts()
    assert session_name(folder / facts["session"] / "session.sqlite", facts) == ""
    assert session_name(archive.path, facts | {"name": "bed 4"}) == "bed 4"


@pytest.mark.parametrize("mode", ["live", "replay"])
def test_the_trend_is_that_of_the_run(
    finished: Callable[..., Path], feed: Callable[..., Feed], reading: MakeReading, mode: Mode
) -> None:
    view, archive = opened(finished(mode))
    again = feed(mode)
    stored = [archive.reading(seq) for seq in range(50)]
    for one in stored:
        assert one is not None
        fields = {"quality": one.quality, "density_pct": one.density_pct, "t_capture_ns": one.t_capture_ns}
        again.receive(reading(one.seq, **fields))
    for column in ("seq", "x", "t_ns", "grade", "density", "low", "high"):
        found, expected = view.trend.rows()[column], again.trend.rows()[column]
        assert np.allclose(found.astype(float), expected.astype(float), rtol=0, atol=1e-3, equal_nan=True), column


@pytest.mark.parametrize(
    ("kept", "shown"), [("On new scenes: within 9 %.", "On new scenes: within 9 %."), ("", ""), (None, "")]
)
def test_it_says_what_was_known_of_the_model_then_if_the_session_has_it(
    finished: Callable[..., Path], kept: str | None, shown: str
) -> None:
    assert opened(finished(transfer=kept))[0].status().transfer == shown


def test_a_page_process_that_died_goes_on_with_the_whole_trend(
    finished: Callable[..., Path], feed: Callable[..., Feed], reading: MakeReading
) -> None:
    folder = finished()
    archive = Archive(folder / FILE_NAME)
    again = feed()
    newest = archive.reading(49)
    assert newest is not None
    load_earlier_trend(again, archive, 49)
    again.receive(reading(49, t_capture_ns=newest.t_capture_ns))
    rows = again.trend.rows()
    assert rows["seq"].tolist() == list(range(50))
    assert (np.diff(rows["x"]) >= 0).all()
    assert len(again.opening().rows) == 50


def test_what_the_page_is_told_of_it(finished: Callable[..., Path]) -> None:
    view, _ = opened(finished())
    status = view.status()
    assert (status.state, status.mode, view.info.recorded) == ("review", "review", "live")
    assert (status.published, status.dropped, status.density_pct) == (50, 0, None)
    assert [(marker.kind, marker.text, marker.seq) for marker in view.markers()] == [("bolus", "250 ml", 10)]
    assert view.shared().alarms.limits["low_pct"] == 4
    assert view.shared().alarms.active == ()


def test_markers_are_still_set_and_kept_and_alarms_are_history(finished: Callable[..., Path]) -> None:
    folder = finished()
    view, _ = opened(folder)
    broker = FileBroker(folder / FILE_NAME, view)
    assert broker.ask(KeepMarker(request=0, kind="note", text="later", seq=3, t_ns=5)).id == 2
    broker.ask(RemoveMarker(request=0, id=1))
    assert [marker.text for marker in view.markers()] == ["later"]
    assert [marker.text for marker in opened(folder)[0].markers()] == ["later"]
    assert broker.ask(AcknowledgeAlarm(request=0, id=1)).status == 409


def test_a_scale_that_is_given_later_is_kept_and_said_to_be(finished: Callable[..., Path]) -> None:
    folder = finished(capillary_count=9, measures={"analysed_pct": 50.0})
    with contextlib.closing(Store(folder / FILE_NAME)) as store:
        store.set_facts(width=1000, height=1000)
    view, archive = opened(folder)
    assert opened(folder)[0].info.um_per_px is None
    broker = FileBroker(folder / FILE_NAME, view)
    for um_per_px in (1.0, 2.0):  # a person may measure again
        assert broker.ask(KeepScale(um_per_px=um_per_px)).error == ""
    again, archive = opened(folder)
    assert view.info.um_per_px == again.info.um_per_px == 2.0
    assert archive.facts()["um_per_px_from"] == "given in a review"
    frame = archive.reading(0)
    assert frame is not None
    assert frame.measures["capillaries_per_mm2"] == pytest.approx(9 / 2)
    assert next(iter(archive.rows(["seq", "capillaries_per_mm2"], 0, 0))) == (0, pytest.approx(9 / 2))


def test_the_scale_that_a_session_was_recorded_with_stays(finished: Callable[..., Path]) -> None:
    folder = finished()
    with contextlib.closing(Store(folder / FILE_NAME)) as store:
        store.set_facts(um_per_px=1.27)
    view, _ = opened(folder)
    answer = FileBroker(folder / FILE_NAME, view).ask(KeepScale(um_per_px=2.0))
    assert (answer.status, "recorded with 1.27 µm per pixel" in answer.error) == (409, True)
    assert view.info.um_per_px == 1.27


def test_a_session_that_can_only_be_read_is_shown_and_left_as_it_is(
    finished: Callable[..., Path], tmp_path: Path
) -> None:
    folder = finished()
    (tmp_path / "elsewhere").mkdir()
    path = shutil.copy(folder / FILE_NAME, tmp_path / "elsewhere")
    Path(path).chmod(0o444)
    (tmp_path / "elsewhere").chmod(0o555)
    before = Path(path).read_bytes()
    view, _ = opened(tmp_path / "elsewhere")
    assert len(view.trend) == 50
    assert Path(path).read_bytes() == before
    (tmp_path / "elsewhere").chmod(0o755)


def test_a_measurement_that_a_crash_cut_off_lasted_to_the_last_frame(finished: Callable[..., Path]) -> None:
    folder = finished()
    view, _ = opened(folder)
    broker = FileBroker(folder / FILE_NAME, view)
    row = view.trend.at_seq(5)
    assert row is not None
    broker.ask(KeepMarker(request=0, kind="site-1", seq=5, t_ns=int(row["t_ns"]), measuring=True))
    sites = opened(folder)[0].shared().sites
    assert sites.measuring is None
    assert (sites.sites[0].from_seq, sites.sites[0].to_seq) == (6, 49)


def test_what_is_no_finished_session_is_refused(tmp_path: Path, finished: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="no session in"):
        session_file(tmp_path / "nothing")
    folder = finished()
    claim = OutputFolder(folder)
    with pytest.raises(OutputError, match="still being written"):
        session_file(folder)
    claim.release()
    assert session_file(folder / FILE_NAME) == folder / FILE_NAME


def test_a_page_process_that_cannot_read_the_past_goes_on_without(tmp_path: Path, feed: Callable[..., Feed]) -> None:
    (tmp_path / FILE_NAME).touch()
    again = feed()
    load_earlier_trend(again, Archive(tmp_path / FILE_NAME), 49)
    assert len(again.trend) == 0


ENDLESS = """CREATE VIEW readings AS WITH RECURSIVE c(seq) AS (SELECT 0 UNION ALL SELECT seq + 1 FROM c)
    SELECT seq, 0 AS t_capture_ns FROM c"""


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE session", "CREATE TABLE session (key, value)", "INSERT INTO session VALUES ('source', NULL)"),
        ("UPDATE session SET value = '{{'",),
        ("UPDATE session SET value = '" + "[" * 5000 + "'",),
        ("INSERT INTO session VALUES ('width', '\"abc\"')",),
        ("UPDATE readings SET density_pct = 'abc'",),
        ("UPDATE readings SET t_capture_ns = x'00ff'",),
        ("UPDATE readings SET density_pct = 9e999",),
        ("DROP TABLE markers", "CREATE TABLE markers (id)"),
        ("UPDATE markers SET kind = 'soup'",),
        ("UPDATE alarm_events SET limits = '[1]'",),
        ("DROP TABLE readings", ENDLESS),
        ("DROP TABLE readings", "CREATE TABLE readings (seq)"),
        ("CREATE TRIGGER more AFTER INSERT ON markers BEGIN DELETE FROM readings; END",),
    ],
)
def test_a_session_that_somebody_made_up_is_refused_with_a_sentence(
    finished: Callable[..., Path], statements: tuple[str, ...]
) -> None:
    folder = finished()
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as database, database:
        for statement in statements:
            database.execute(statement)
    with pytest.raises(OutputError, match="is not a session, or is damaged"):
        opened(folder)


@pytest.mark.parametrize(
    "damage", ["measures = '['", "quality_reasons = x'ff'", "regions = x'c1'", "objects = x'c1'", "frame = x'ff'"]
)
def test_a_frame_whose_data_are_damaged_is_refused_and_the_others_are_shown(
    finished: Callable[..., Path], damage: str
) -> None:
    folder = finished()
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as database, database:
        database.execute(f"UPDATE readings SET {damage} WHERE seq = 3")
    _, archive = opened(folder)
    with pytest.raises(OutputError, match="damaged"):
        archive.reading(3)
    assert archive.reading(4) is not None


def test_a_file_that_is_no_session_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"somebody's notes" * 500)
    with pytest.raises(OutputError, match="is not a session, or is damaged"):
        opened(tmp_path)


def test_an_older_session_without_markers_and_alarms_opens(tmp_path: Path, reading: MakeReading) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.set_facts(session="old", source="scope")
    store.add(reading(0))
    store.close()
    view, archive = opened(tmp_path)
    assert (len(view.trend), view.markers(), archive.events("old", "scope")) == (1, [], [])


class Tape:
    """Frames 0 to 49 of a recording: each its own grey."""

    def missing_reason(self) -> str:
        return ""

    def missing_frame_reason(self, seq: int, frame: str) -> str:
        return "" if seq != 8 else f"The picture of frame {frame} was not recorded."

    def image(self, seq: int, frame: str) -> FrameImage:
        if not 0 <= seq < 50 or frame != str(seq):
            raise SourceError(f"the tape has no frame {frame}")
        return image_of(np.full((1080, 1920, 3), seq, np.uint8))


class Model:
    """Finds one box, and the density that it was made with."""

    model_id = "cnn@abc"

    def __init__(self, density: float) -> None:
        self._density = density

    def analyse(self, frame: Frame) -> Analysis:
        assert frame.pixels.shape == (1080, 1920, 3)
        hair = PictureObject("hair", BOX, 200.0)
        return Analysis(self._density, 1.0, 20.0, [Region(BOX, 0.9, 200.0)], Quality("good"), objects=[hair])


def evidence(folder: Path, model: Model) -> Evidence:
    view, archive = opened(folder)
    return Evidence(view, archive, SessionRecording("tape.avi", None, Tape(), lambda: model))


def test_a_frame_is_taken_from_the_recording_and_its_outlines_are_found_again(finished: Callable[..., Path]) -> None:
    looked = evidence(finished(), Model(6.0))
    frame = looked.describe(7)
    assert frame.picture.available
    assert frame.regions is not None
    assert frame.objects is not None
    assert (frame.regions_from, frame.regions[0].score) == ("analysed again", 0.9)
    assert frame.regions[0].polygon == BOX.ravel().tolist()
    assert (frame.objects[0].name, frame.objects[0].polygon) == ("hair", BOX.ravel().tolist())
    assert looked.jpeg(7)[:2] == b"\xff\xd8"
    assert looked.crop(7, 0)[:4] == b"\x89PNG"


def test_outlines_that_give_another_density_are_not_shown(finished: Callable[..., Path]) -> None:
    frame = evidence(finished(), Model(6.1)).describe(7)
    assert (frame.regions, frame.objects, frame.regions_from) == (None, None, "")


def test_outlines_of_another_model_are_not_shown(finished: Callable[..., Path]) -> None:
    model = Model(6.0)
    model.model_id = "another"
    frame = evidence(finished(), model).describe(7)
    assert frame.regions is None
    assert "the model was cnn@abc" in frame.regions_why_not


def test_a_frame_that_the_recording_has_not_says_so(finished: Callable[..., Path]) -> None:
    looked = evidence(finished(frame="9999"), Model(6.0))
    with pytest.raises(NotKeptError, match="the tape has no frame 9999"):
        looked.jpeg(7)
    assert looked.describe(7).regions is None


def test_a_frame_in_a_gap_of_the_recording_has_no_picture(finished: Callable[..., Path]) -> None:
    looked = evidence(finished(), Model(6.0))
    assert looked.describe(7).picture.available is True
    assert looked.describe(8).picture.available is False
    assert "frame 8 was not recorded" in looked.describe(8).picture.why_not


def test_a_recording_that_was_changed_is_not_shown(finished: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "tape.avi").write_bytes(b"another recording")
    view, archive = opened(finished())
    changed = SessionRecording(str(tmp_path / "tape.avi"), "0" * 64, Tape(), lambda: Model(6.0))
    with pytest.raises(NotKeptError, match="was changed since"):
        Evidence(view, archive, changed).jpeg(7)
    assert Evidence(view, archive, changed).describe(7).picture.available is False


class NoTape(Tape):
    """It was moved."""

    def missing_reason(self) -> str:
        return "there is no file tape.avi"


def test_a_recording_that_is_gone_says_what_to_do(finished: Callable[..., Path]) -> None:
    view, archive = opened(finished())
    gone = Evidence(view, archive, SessionRecording("tape.avi", None, NoTape(), lambda: Model(6.0)))
    picture = gone.describe(7).picture
    assert picture.available is False
    assert "no file tape.avi" in picture.why_not
    assert "--recording" in picture.why_not
