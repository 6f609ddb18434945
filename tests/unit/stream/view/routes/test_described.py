"""Every route is in the document, answers are what it says, and a refusal names what would be right."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest
from starlette.routing import BaseRoute, Mount, Route

from stream.session.file_types import RegionsLine
from stream.view.answers.old_names import OLD_NAMES
from stream.view.answers.operation import JSON, DescribedRoute, described
from stream.view.live.messages import Opening, Tick, hello, tick
from stream.view.live.session_info import PreviousSession
from tests.unit.stream.view.routes.conftest import Bed

OF_THE_PAGE = {"/", "/previous", "/static"}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/markers"): {"kind": "bolus"},
    ("PATCH", "/api/markers/{id}"): {"text": "250 ml"},
    ("POST", "/api/alarms/pause"): {"seconds": 5},
    ("PUT", "/api/alarms/limits"): {"low_pct": 5.0},
    ("POST", "/api/sites"): {"action": "start"},
}
QUERIES = {"/api/frames": "?at_s=0", "/api/change": "?marker=1"}
ORDER = ["POST", "GET", "PUT", "PATCH", "DELETE"]


def plain(value: Any) -> Any:
    """Return what a reader of the JSON gets."""
    return msgspec.json.decode(msgspec.json.encode(value))


def without_old_names(answer: Any, kind: Any) -> Any:
    """Return the answer with the present names alone, once it was seen that the old ones are there."""
    if isinstance(answer, list):
        (entries,) = get_args(kind)
        return [without_old_names(entry, entries) for entry in answer]
    old = {name.old for name in OLD_NAMES.get(kind, ())}
    assert old <= set(answer or ())
    return {name: value for name, value in answer.items() if name not in old} if old else answer


def is_what_it_says(answer: Any, kind: Any) -> None:
    """Fail if the answer has a key that the type has not, or lacks one, or has another type."""
    present = without_old_names(answer, kind)
    assert plain(msgspec.convert(present, kind)) == present


def paths(routes: Iterable[BaseRoute]) -> set[str]:
    return {
        route.path for route in routes if isinstance(route, Route | Mount) and not isinstance(route, DescribedRoute)
    }


def test_every_route_is_in_the_document(bed: Bed) -> None:
    assert paths(bed.app.routes) <= OF_THE_PAGE
    document = bed.get("/api/openapi.json")
    named = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert named == {(route.method, route.path.replace(":digits", "")) for route in described(bed.app.routes)}


def test_every_answer_is_what_the_document_says(bed: Bed) -> None:
    bed.see(20, density_pct=3.0)
    bed.see(3, status="failed", error="broken", density_pct=None, quality=None)
    asked = sorted(described(bed.app.routes), key=lambda route: (ORDER.index(route.method), len(route.path)))
    for route in asked:
        path = route.path.replace(":digits", "")
        if path.startswith("/api/session"):  # a session that is kept by a sink alone
            continue
        if (route.method, path) == ("PUT", "/api/scale"):  # of a finished session alone
            continue
        if path.startswith("/api/previous"):
            bed.session.feed.name_previous(PreviousSession(session="s0", ended_ns=1, limits={"low_pct": 9.0}))
        body = BODIES.get((route.method, path))
        address = path.replace("{id}", "1").replace("{seq}", "3") + QUERIES.get(path, "")
        answer = bed.ask(route.method, address, **({} if body is None else {"json": body}))
        if route.operation.media != JSON:
            assert answer.status_code == route.operation.status or answer.status_code in route.operation.errors, path
            continue
        assert answer.status_code == route.operation.status, (route.method, path, answer.text)
        if path != "/api/openapi.json":
            is_what_it_says(answer.json(), route.operation.answer)


def test_the_messages_of_the_page_are_what_their_schema_says(bed: Bed) -> None:
    bed.see(5)
    feed = bed.session.feed
    opening = feed.opening()
    for text in (hello(feed.info, opening), tick(feed.since(opening.cursor))):
        message = msgspec.json.decode(text)
        assert plain(msgspec.json.decode(text, type=Opening | Tick)) == message


def test_a_line_of_regions_is_what_its_schema_says() -> None:
    box = {"polygon_px": [[0, 5], [9, 5], [9, 7]]}
    region = {**box, "bbox_xywh_px": [0, 5, 10, 3], "score": 0.9}
    line = {"seq": 1, "frame": "1", "regions": [region], "objects": [{"name": "hair", **box}]}
    assert plain(msgspec.convert(line, RegionsLine)) == line


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/api/markers", {"kind": "lunch"}, 400, '"kind" must be one of bolus, fluid, note'),
        ("POST", "/api/markers", {}, 400, '"kind" is missing: it must be one of bolus'),
        ("POST", "/api/markers", {"kind": "note", "text": 3}, 400, '"text" must be text of at most 200 characters'),
        ("POST", "/api/markers", {"kind": "bolus", "place": 1}, 400, 'no field "place"; there are kind, text'),
        ("POST", "/api/markers", [1], 400, "Send a JSON object; its fields are kind"),
        ("PUT", "/api/alarms/limits", {"low_pct": -1}, 400, '"low_pct" must be a number above 0 up to 100 or null'),
        ("PUT", "/api/alarms/limits", {"priority_low": "x"}, 400, '"priority_low" must be one of high, low, medium'),
        ("POST", "/api/alarms/pause", {"seconds": 900}, 400, '"seconds" must be a number above 0 up to 600'),
        (
            "POST",
            "/api/markers",
            {"kind": "bolus", "seq": 1, "t_ns": 5},
            400,
            "Give one of seq, t_ns, at_s: it says the others",
        ),
        ("GET", "/api/readings?since=5", None, 400, 'no parameter "since"; there are since_s'),
        ("GET", "/api/readings?since_s=5&since_s=6", None, 400, '"since_s" is given more than once'),
        ("GET", "/api/status?source=2", None, 400, 'no parameter "source"; it takes none'),
        ("GET", "/api/trend?from_s=2&to_s=1", None, 400, "from_s must not be after to_s"),
        ("GET", "/export.csv?from_s=2&to_s=1", None, 400, "from_s must not be after to_s"),
        ("GET", "/report?picture=maybe", None, 400, "picture must be yes or no"),
        ("GET", "/api/frames?at_s=1&marker=1", None, 400, "Give at_s or marker, not both"),
        ("GET", "/api/statsu", None, 404, "The nearest is /api/status;"),
        ("GET", "/api/marker", None, 404, "The nearest is /api/markers;"),
        ("GET", "/elsewhere", None, 404, "nothing at this address"),
        ("GET", "/static/elsewhere.js", None, 404, "nothing at this address"),
        ("DELETE", "/api/status", None, 405, "what is: GET"),
        ("PUT", "/api/markers", {}, 405, "what is: GET, POST"),
    ],
)
def test_a_refusal_names_what_would_be_right(
    bed: Bed, method: str, path: str, body: Any, status: int, words: str
) -> None:
    answer = bed.ask(method, path, **({} if body is None else {"json": body}))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert words in answer.json()["error"]
    assert "`" not in answer.json()["error"]
