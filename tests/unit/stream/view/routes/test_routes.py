"""What the page's interfaces answer on a session that is kept, without a socket and without processes."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from stream.bedside.requests import PREVIOUS_DISMISSED
from stream.protocol.outlets import SignalChannel, SignalFound, SignalSample, SignalSamples
from stream.protocol.readings import DensityReading, ObjectOutline, RegionOutline
from stream.view.live.feed import Feed
from stream.view.live.session_info import PreviousSession
from stream.view.server.app import make_app
from tests.doubles.readings import START_NS
from tests.doubles.sessions.kept_session import KeptSession
from tests.unit.stream.view.routes.conftest import BASE, BOX, Bed, jpeg


def test_a_marker_is_set_at_the_frame_in_view_edited_and_removed(bed: Bed) -> None:
    bed.see(10)
    marker = bed.post("/api/markers", {"kind": "bolus", "text": "250 ml", "seq": 4})
    row = bed.session.feed.trend.at_seq(4)
    assert row is not None
    assert (marker["id"], marker["kind"], marker["text"], marker["seq"]) == (1, "bolus", "250 ml", 4)
    assert (marker["t_ns"], marker["x"]) == (int(row["t_ns"]), pytest.approx(float(row["x"]), abs=1e-3))
    edited = bed.ask("PATCH", "/api/markers/1", json={"text": "500 ml", "seq": 6}).json()
    assert (edited["kind"], edited["text"], edited["seq"]) == ("bolus", "500 ml", 6)
    assert bed.get("/api/markers") == [edited]
    assert bed.ask("DELETE", "/api/markers/1").json() == {"id": 1, "removed": True}
    assert bed.get("/api/markers") == []


def test_a_removed_stretch_can_be_set_again_as_it_was(bed: Bed) -> None:
    bed.see(10)
    bed.post("/api/sites", {"action": "start"})
    bed.see(30)
    bed.post("/api/sites", {"action": "stop"})
    site = bed.get("/api/markers")[0]
    bed.ask("DELETE", f"/api/markers/{site['id']}")
    again = bed.post("/api/markers", {name: site[name] for name in ("kind", "text", "t_ns", "until_ns")})
    for name in ("kind", "text", "seq", "t_ns", "x", "until_seq", "until_ns", "until_x"):
        assert again[name] == site[name], name
    backwards = {"kind": "site-1", "t_ns": site["until_ns"], "until_ns": site["t_ns"]}
    assert bed.ask("POST", "/api/markers", json=backwards).status_code == 400


def test_an_answer_says_of_which_version_it_is(bed: Bed) -> None:
    bed.see(10)
    asked = [
        ("POST", "/api/markers", {"kind": "bolus"}),
        ("PUT", "/api/alarms/limits", {"low_pct": 5}),
        ("POST", "/api/sites", {"action": "start"}),
        ("POST", "/api/alarms/pause", {"seconds": 5}),
        ("DELETE", "/api/markers/1", None),
    ]
    versions = [int(bed.ask(method, path, json=body).headers["State-Version"]) for method, path, body in asked]
    assert versions == sorted(set(versions))
    assert bed.session.feed.shared().version == versions[-1]


def test_the_limits_of_the_session_before_are_set_again_only_if_a_person_says_so(bed: Bed) -> None:
    feed = bed.session.feed
    assert bed.ask("POST", "/api/previous/limits").status_code == 404
    feed.name_previous(PreviousSession(session="s0", ended_ns=1, limits={"low_pct": 9.0, "delay_s": 3.0}))
    assert bed.get("/api/alarms")["limits"]["low_pct"] == 4.0
    assert bed.post("/api/previous/limits") is None
    limits = bed.get("/api/alarms")["limits"]
    assert (limits["low_pct"], limits["delay_s"]) == (9.0, 3.0)
    assert feed.shared().previous is None
    assert bed.session.archive.facts()[PREVIOUS_DISMISSED] is True, "the page's process may begin anew"


def test_the_notice_of_the_session_before_is_dismissed_once(bed: Bed) -> None:
    bed.session.feed.name_previous(PreviousSession(session="s0", ended_ns=1, limits={"low_pct": 9.0}))
    assert bed.ask("DELETE", "/api/previous").status_code == 200
    assert bed.ask("DELETE", "/api/previous").status_code == 404
    assert bed.get("/api/alarms")["limits"]["low_pct"] == 4.0


def test_a_marker_without_a_place_is_at_the_newest_frame_and_one_at_a_moment_at_the_next_one(bed: Bed) -> None:
    bed.see(10)
    assert bed.post("/api/markers", {"kind": "fluid"})["seq"] == 9
    row = bed.session.feed.trend.at_seq(3)
    assert row is not None
    at = bed.post("/api/markers", {"kind": "position", "t_ns": int(row["t_ns"]) + 1_000_000})
    assert (at["seq"], at["t_ns"]) == (3, int(row["t_ns"]) + 1_000_000)
    on_axis = bed.post("/api/markers", {"kind": "position", "at_s": float(row["x"]) + 0.001})
    assert (on_axis["seq"], on_axis["t_ns"]) == (3, int(row["t_ns"]))


@pytest.mark.parametrize("field", ["t_ns", "until_ns"])
def test_a_marker_outside_the_session_is_refused(bed: Bed, field: str) -> None:
    bed.see(10)
    answer = bed.ask("POST", "/api/markers", json={"kind": "bolus", field: 2**62})
    assert answer.status_code == 400
    assert f"{field} lies outside the session, which is from " in answer.json()["error"]
    marker = bed.post("/api/markers", {"kind": "bolus"})
    changed = bed.ask("PATCH", f"/api/markers/{marker['id']}", json={"t_ns": 5})
    assert (changed.status_code, bed.get("/api/markers")) == (400, [marker])


def test_a_marker_before_the_first_frame_has_a_moment_alone(bed: Bed) -> None:
    marker = bed.post("/api/markers", {"kind": "note", "text": "before"})
    assert marker["seq"] is None
    assert marker["x"] == pytest.approx(marker["t_ns"] / 1e9)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/markers", {"kind": "soup"}, 400),
        ("POST", "/api/markers", {"kind": "note"}, 400),
        ("POST", "/api/markers", {"kind": "note", "text": "two\nlines"}, 400),
        ("POST", "/api/markers", {"kind": "note", "text": "a" * 201}, 400),
        ("POST", "/api/markers", {"kind": "bolus", "seq": 99}, 404),
        ("POST", "/api/markers", {"kind": "bolus", "place": 1}, 400),
        ("PATCH", "/api/markers/7", {"text": "a"}, 404),
        ("DELETE", "/api/markers/7", None, 404),
        ("POST", "/api/alarms/7/acknowledge", None, 404),
        ("POST", f"/api/alarms/{10**40}/acknowledge", None, 404),
        ("PUT", "/api/alarms/limits", {"fall_over_s": 10**400}, 400),
        ("PUT", "/api/alarms/limits", {"disk_free_mb": 2**64}, 400),
        ("PUT", "/api/alarms/limits", {"priority_low": "x" * 3000}, 400),
        ("POST", "/api/markers", {"kind": "bolus", "t_ns": 10**40}, 400),
        ("DELETE", f"/api/markers/{10**40}", None, 404),
        ("GET", f"/api/frames/{10**40}", None, 404),
        ("GET", f"/api/frames?marker={10**40}", None, 400),
        *(
            (method, path.replace("N", "9" * 5000), None, 400)
            for method, path in (
                ("GET", "/api/frames/N"),
                ("GET", "/api/frames/N.jpg"),
                ("GET", "/api/frames/1/regions/N.png"),
                ("POST", "/api/alarms/N/acknowledge"),
                ("DELETE", "/api/markers/N"),
            )
        ),
        ("POST", "/api/alarms/pause", {"seconds": 0}, 400),
        ("POST", "/api/alarms/pause", {"seconds": 601}, 400),
        ("PUT", "/api/alarms/limits", {"low_pct": -1}, 400),
        ("PUT", "/api/alarms/limits", {"low": 3}, 400),
        ("PUT", "/api/alarms/limits", {"low_pct": 20, "high_pct": 10}, 400),
        ("PUT", "/api/alarms/limits", {"high_pct": 1}, 400),
        ("PUT", "/api/alarms/limits", [3], 400),
        ("POST", "/api/sites", {"action": "dance"}, 400),
        ("POST", "/api/sites", {"action": "stop"}, 400),
        ("GET", "/api/frames/99", None, 404),
        ("GET", "/api/frames/1.jpg", None, 404),
        ("GET", "/api/frames/1/regions/0.png", None, 404),
        ("GET", "/api/frames", None, 400),
        ("GET", "/api/frames?marker=4", None, 404),
        ("GET", "/api/trend?pixels=9", None, 400),
        ("GET", "/api/trend?from_s=nan", None, 400),
        ("GET", "/api/trend?from_s=5&to_s=4", None, 400),
        ("GET", "/api/change", None, 400),
        ("GET", "/api/change?marker=3", None, 404),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(bed: Bed, method: str, path: str, body: Any, status: int) -> None:
    bed.see(3)
    answer = bed.ask(method, path, **({} if body is None else {"json": body}))
    assert answer.status_code == status
    assert answer.json()["error"][-1] == "."


def test_a_body_that_is_no_json_or_too_long_is_refused(bed: Bed) -> None:
    for request in (
        {"content": b'{"kind": "bolus"}', "headers": {"content-type": "text/plain"}},
        {"content": b"x" * 5000, "headers": {"content-type": "application/json"}},
        {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}},
    ):
        assert bed.ask("POST", "/api/markers", **request).status_code == 400


def test_an_alarm_is_called_out_acknowledged_and_noted(bed: Bed) -> None:
    bed.see(5, density_pct=3.0)
    (alarm,) = bed.get("/api/alarms")["active"]
    assert (alarm["kind"], alarm["priority"], alarm["state"], alarm["value"]) == ("low", "high", "sounding", 3.0)
    assert (
        'capillary_alarm{cause="",kind="low",priority="high",source="scope",state="sounding"} 1.0'
        in bed.ask("GET", "/metrics").text
    )
    (seen,) = bed.post(f"/api/alarms/{alarm['id']}/acknowledge")["active"]
    assert seen["state"] == "acknowledged"
    bed.see(20, density_pct=8.0)
    assert bed.get("/api/alarms")["active"] == []
    events = [(event["event"], event["id"]) for event in bed.get("/api/alarms/events")]
    assert events == [("limits", None), ("raised", 1), ("acknowledged", 1), ("cleared", 1)]


def test_a_pause_is_told_and_can_be_ended(bed: Bed) -> None:
    until = bed.post("/api/alarms/pause", {"seconds": 90})["paused_until_ns"]
    assert until > 0
    assert bed.ask("DELETE", "/api/alarms/pause").json()["paused_until_ns"] is None


def test_limits_are_changed_while_it_runs(bed: Bed) -> None:
    bed.see(5, density_pct=3.0)
    limits = bed.ask("PUT", "/api/alarms/limits", json={"low_pct": None, "high_pct": 20.0}).json()
    assert (limits["low_pct"], limits["high_pct"], limits["over_s"]) == (None, 20.0, 1.0)
    assert bed.get("/api/alarms/limits") == limits
    assert bed.get("/api/alarms")["active"] == []
    assert bed.get("/api/alarms/events")[-2]["limits"]["high_pct"] == 20.0


@pytest.mark.parametrize(
    "reason",
    [
        "hair in the picture: 9 %",
        "bubble in the picture: 6 %",
        "unlike what the model has learned from",
        "too few clear vessels",
        "no colour: a grey picture is not measured as skin",
        "another magnification: vessels are 2.1 times as wide as on skin at 1920x1080",
    ],
)
def test_a_picture_that_is_not_tissue_alone_raises_no_alarm_and_has_no_place_in_the_trend(
    bed: Bed, reason: str
) -> None:
    bed.see(40, density_pct=1.0, density_low_pct=0.5, density_high_pct=2.0, quality="poor", quality_reasons=(reason,))
    assert bed.get("/api/alarms")["active"] == []
    assert set(bed.get("/api/trend")["density_mean_pct"]) == {None}
    status = bed.get("/api/status")
    assert (status["density_pct"], status["quality_reasons"]) == (None, [reason])


def test_the_trend_and_its_frames(bed: Bed) -> None:
    bed.see(40)
    bed.see(10, quality="poor", quality_reasons=("moving",), measures={"motion_px": 9.5})
    trend = bed.get("/api/trend")
    assert (trend["readings"], trend["reduced"], len(trend["x"])) == (50, False, 50)
    assert trend["quality_code"][-1] == 1
    assert trend["density_mean_pct"][-1] is None
    frame = bed.get(f"/api/frames?at_s={trend['x'][45]}")
    assert (frame["seq"], frame["quality"], frame["quality_reasons"]) == (45, "poor", ["moving"])
    assert (frame["measures"], frame["model_id"]) == ({"motion_px": 9.5}, "cnn@abc")
    assert (frame["previous_seq"], frame["next_seq"]) == (44, 46)
    assert frame["picture"]["available"] is False
    assert frame["regions"] is None


def test_signals_of_other_devices_are_there_for_a_stretch_and_reduced(bed: Bed) -> None:
    assert bed.get("/api/signals") == {"channels": []}
    heart = SignalFound(
        name="monitor", content="HR", nominal_per_s=1.0, channels=(SignalChannel("rate", "/min"), SignalChannel("lead"))
    )
    beats = tuple(SignalSample(START_NS + n * 10**9, (60.0 + n, "II")) for n in range(100))
    bed.session.record(heart, SignalSamples(name="monitor", samples=beats))
    (rate,) = bed.get("/api/signals")["channels"]
    assert (rate["signal"], rate["channel"], rate["unit"]) == ("monitor", "rate", "/min")
    assert rate["x"] == [START_NS / 1e9 + n for n in range(100)]
    assert rate["value"] == [60.0 + n for n in range(100)]
    first_s = START_NS / 1e9
    (part,) = bed.get(f"/api/signals?from_s={first_s + 20}&to_s={first_s + 29}")["channels"]
    assert part["value"] == [80.0 + n for n in range(10)]
    (reduced,) = bed.get("/api/signals?pixels=10")["channels"]
    assert reduced["value"] == [60.0 + 10 * n for n in range(10)]


def test_a_picture_that_was_shown_can_be_looked_at_again_with_its_regions(
    tmp_path: Path, reading: Callable[..., DensityReading], clock: Any
) -> None:
    from stream.view.live.session_info import SessionInfo

    view = Feed(SessionInfo(session="s1", mode="live", source="scope"), clock, pictures_kept=10)
    session = KeptSession(tmp_path, view, clock=clock)
    bed = Bed(session, reading, clock)
    hair = ObjectOutline("hair", BOX)
    bed.see(picture=jpeg(), regions=(RegionOutline(polygon=BOX, score=0.93),), objects=(hair,))
    bed.see()
    frame = bed.get("/api/frames/0")
    own = {"nearest_seq": 0, "nearest_x": frame["x"], "snapped_s": 0}
    assert frame["picture"] == {"available": True, "why_not": "", **own}
    assert frame["regions"] == [{"polygon": [100, 100, 300, 100, 300, 200, 100, 200], "score": 0.93}]
    assert frame["objects"] == [{"name": "hair", "polygon": [100, 100, 300, 100, 300, 200, 100, 200]}]
    assert frame["regions_from"] == "picture"
    later = bed.get("/api/frames/1")
    assert (later["picture"]["nearest_seq"], later["picture"]["nearest_x"]) == (0, frame["x"])
    snapped = bed.get(f"/api/frames?at_s={later['x']}&within_s=1")
    assert (snapped["seq"], snapped["picture"]["snapped_s"]) == (0, pytest.approx(-0.1, abs=0.01))
    assert bed.get(f"/api/frames?at_s={later['x']}&within_s=0.05")["seq"] == 1
    assert bed.ask("GET", "/api/frames/0.jpg").content == jpeg()
    crop = bed.ask("GET", "/api/frames/0/regions/0.png")
    pixels = cv2.imdecode(np.frombuffer(crop.content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape[:2] == (151, 201), "100 x 50 px in the picture, and 50 px on each side"
    assert bed.ask("GET", "/api/frames/0/regions/1.png").status_code == 404
    session.close()


def test_before_and_after_a_marker(bed: Bed) -> None:
    rng = np.random.default_rng(1)
    for value in rng.normal(8, 0.3, 100):
        bed.see(density_pct=float(value))
    marker = bed.post("/api/markers", {"kind": "bolus"})
    for value in rng.normal(6, 0.3, 100):
        bed.see(density_pct=float(value))
    change = bed.get(f"/api/change?marker={marker['id']}&before_s=10&after_s=10")
    assert change["change_pct"] == pytest.approx(-2, abs=0.3)
    assert change["change_low_pct"] < change["change_pct"] < change["change_high_pct"] < 0
    assert (change["confidence"], change["after"]["share_good"]) == (0.9, 1)
    report = bed.ask("GET", "/report").text
    assert re.search(r"Bolus; [78]\.\d\d % before, [56]\.\d\d % after: -[12]\.\d\d points \(90 % interval -", report)
    assert "good frames in 60 s on each side" in report


def test_five_sites_are_measured_one_after_the_other(bed: Bed) -> None:
    bed.see(3)
    assert bed.post("/api/sites", {"action": "start"})["measuring"] == 1
    for site in range(1, 6):
        bed.see(300, density_pct=float(site + 4))
        stood = bed.post("/api/sites", {"action": "next"})
        assert stood["measuring"] == (site + 1 if site < 5 else None)
    assert stood["complete"]
    assert [round(one["mean_pct"]) for one in stood["sites"]] == [5, 6, 7, 8, 9]
    assert all(one["enough"] for one in stood["sites"])
    assert stood["mean_pct"] == pytest.approx(7, abs=0.05)
    assert stood["heterogeneity"] == pytest.approx(4 / 7, abs=0.02)
    assert {marker["kind"] for marker in bed.get("/api/markers")} == {f"site-{site}" for site in range(1, 6)}


def test_a_page_without_a_session_says_so(feed: Callable[..., Feed]) -> None:
    view = feed()
    app = make_app(view)

    async def answers() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            found = [await client.post("/api/markers", json={"kind": "bolus"})]
            found += [await client.get(path) for path in ("/report", "/export.csv", "/api/alarms/events")]
            return [answer.status_code for answer in found]

    assert asyncio.run(answers()) == [409, 409, 409, 409]


def test_a_reading_has_the_same_names_as_on_the_other_ways_and_those_of_the_version_before(bed: Bed) -> None:
    bed.see(1, quality="poor", quality_reasons=("moving",))
    bed.see(1, status="failed", error="broken", density_pct=None, quality=None)
    poor, failed = bed.get("/api/readings")
    assert (poor["status"], poor["quality"], poor["quality_reasons"], poor["error"]) == ("ok", "poor", ["moving"], "")
    assert (failed["status"], failed["quality"], failed["error"]) == ("failed", None, "broken")
    assert (poor["grade"], poor["reasons"], poor["x_s"]) == ("poor", ["moving"], poor["x"])
    assert (failed["grade"], failed["reasons"]) == ("failed", ["broken"])
    status, trend = bed.get("/api/status"), bed.get("/api/trend")
    assert (status["quality"], status["error"], status["published"], status["readings"]) == (None, "broken", 2, 2)
    assert trend["grade"] == trend["quality_code"] == [1, 3]
