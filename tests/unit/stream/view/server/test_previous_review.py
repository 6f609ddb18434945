"""The session before this one, opened below the live page: that session alone, behind the same checks."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from stream.protocol.bedside import SetLimits
from stream.protocol.readings import DensityReading
from stream.security.events import SecurityEvents
from stream.session.store import FILE_NAME
from stream.view.live.feed import Feed
from stream.view.server.access_rules import AccessRules
from stream.view.server.app import make_app
from stream.view.server.previous_review import PreviousReview
from tests.doubles.sessions.kept_session import KeptSession

BASE = "http://127.0.0.1:8765"


def ask(app: Starlette, path: str, method: str = "GET", **request: Any) -> httpx.Response:
    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            return await client.request(method, path, **request)

    return asyncio.run(answer())


def kept(folder: Path, view: Feed, reading: Callable[..., DensityReading]) -> Path:
    folder.mkdir()
    session = KeptSession(folder, view)
    for seq in range(5):
        session.see(reading(seq))
    session.ask(SetLimits(request=1, limits={"low_pct": 9.0}))
    session.close()
    return folder / FILE_NAME


def test_without_a_session_before_there_is_nothing_to_open(feed: Callable[..., Feed]) -> None:
    app = make_app(feed(), previous=PreviousReview(20.0, SecurityEvents()))
    assert ask(app, "/previous/").status_code == 404


def test_the_session_before_has_the_whole_page_and_its_markers_can_be_set(
    tmp_path: Path, feed: Callable[..., Feed], reading: Callable[..., DensityReading]
) -> None:
    review = PreviousReview(20.0, SecurityEvents())
    live = feed()
    app = make_app(live, previous=review)
    review.offer(kept(tmp_path / "before", feed(), reading))
    assert "Capillary Stream" in ask(app, "/previous/").text
    assert ask(app, "/previous", follow_redirects=True).url.path == "/previous/"
    assert ask(app, "/previous/static/app.js").status_code == 200
    assert ask(app, "/previous/api/status").json()["mode"] == "review"
    assert ask(app, "/previous/api/alarms").json()["limits"]["low_pct"] == 9.0
    assert ask(app, "/previous/report").status_code == 200
    marker = {"kind": "bolus", "seq": 3}
    assert ask(app, "/previous/api/markers", "POST", json=marker).status_code == 201
    assert [one["seq"] for one in ask(app, "/previous/api/markers").json()] == [3]
    assert live.markers() == [], "the live session has its own"
    review.close()


def test_a_session_that_is_damaged_is_refused_in_a_sentence(tmp_path: Path, feed: Callable[..., Feed]) -> None:
    review = PreviousReview(20.0, SecurityEvents())
    (tmp_path / FILE_NAME).write_bytes(b"no session" * 100)
    review.offer(tmp_path / FILE_NAME)
    answer = ask(make_app(feed(), previous=review), "/previous/")
    assert answer.status_code == 404
    assert "is not a session, or is damaged" in answer.text


def test_the_session_before_is_guarded_as_the_page_is(
    tmp_path: Path, feed: Callable[..., Feed], reading: Callable[..., DensityReading]
) -> None:
    review = PreviousReview(20.0, SecurityEvents())
    review.offer(kept(tmp_path / "before", feed(), reading))
    app = make_app(feed(), previous=review, rules=AccessRules(token="the-token"))
    assert ask(app, "/previous/api/status").status_code == 401
    assert ask(app, "/previous/api/status", headers={"Origin": "https://evil.example"}).status_code == 403
    allowed = ask(app, "/previous/", headers={"Authorization": "Bearer the-token"})
    assert "default-src 'self'" in allowed.headers["content-security-policy"]
    review.close()
