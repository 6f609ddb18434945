"""What the interfaces answer, without a socket."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from stream.protocol.readings import DensityReading
from stream.view.live.feed import Feed
from stream.view.server.app import make_app

BASE = "http://127.0.0.1:8765"


def ask(app: Starlette, method: str, path: str, **request: Any) -> httpx.Response:
    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            return await client.request(method, path, **request)

    return asyncio.run(answer())


@pytest.fixture
def view(feed: Callable[..., Feed]) -> Feed:
    return feed()


def test_status_tells_state_density_quality_age_and_counts(
    view: Feed, reading: Callable[..., DensityReading], clock: Any
) -> None:
    view.receive(reading(3, drops_total=2))
    clock.pass_s(0.1)
    status = ask(make_app(view), "GET", "/api/status").json()
    assert (status["state"], status["mode"], status["session"], status["source"]) == ("good", "live", "s1", "scope")
    assert (status["density_pct"], status["density_low_pct"], status["density_high_pct"]) == (6.25, 5.5, 7.0)
    assert (status["quality"], status["quality_reasons"], status["age_ms"]) == ("good", [], 160.0)
    assert (status["published"], status["dropped"], status["failed"], status["model_id"]) == (1, 2, 0, "cnn@abc")
    assert (status["workers"], status["version"]) == (2, "0.1.0")


def test_readings_of_the_last_seconds(view: Feed, reading: Callable[..., DensityReading], clock: Any) -> None:
    for seq in range(10):
        clock.pass_s(1)
        view.receive(reading(seq))
    found = ask(make_app(view), "GET", "/api/readings?since_s=3.5").json()
    assert [each["seq"] for each in found] == [6, 7, 8, 9]
    assert found[-1]["density_pct"] == 6.25
    assert len(ask(make_app(view), "GET", "/api/readings").json()) == 10


@pytest.mark.parametrize("since", ["", "0", "-1", "nan", "inf", "abc", "86401", "1e99"])
def test_an_impossible_span_is_refused_with_a_sentence(view: Feed, since: str) -> None:
    answer = ask(make_app(view), "GET", f"/api/readings?since_s={since}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("since_s must be a number of seconds")


def test_metrics_are_prometheus_text(view: Feed) -> None:
    answer = ask(make_app(view), "GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE capillary_readings_total counter" in answer.text


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/static/css/base.css", "/static/vendor/uPlot.iife.min.js"])
def test_the_page_comes_with_strict_headers(view: Feed, path: str) -> None:
    answer = ask(make_app(view), "GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}, {"origin": "null"}])
@pytest.mark.parametrize("path", ["/", "/api/status", "/api/markers", "/metrics", "/static/app.js"])
def test_another_host_or_origin_is_refused(view: Feed, path: str, headers: dict[str, str]) -> None:
    answer = ask(make_app(view), "GET", path, headers=headers)
    assert answer.status_code == 403
    assert f"The header {next(iter(headers)).title()} " in answer.text


def test_files_outside_static_are_not_served(view: Feed) -> None:
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd"):
        assert ask(make_app(view), "GET", path).status_code == 404
