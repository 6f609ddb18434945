"""A marker is checked before it is kept, and no more are kept than fit."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import OutputError, WireError
from stream.view.markers import MarkerRequest, Markers, parse_marker


def test_a_label_is_enough_and_the_moment_is_now() -> None:
    marker = Markers().add(parse_marker(b'{"label": " bolus "}'), now_ns=5, seq=7)
    assert (marker.id, marker.label, marker.t_ns, marker.seq) == (1, "bolus", 5, 7)


def test_a_moment_may_be_given() -> None:
    assert Markers().add(parse_marker(b'{"label": "a", "t_ns": 3}'), now_ns=5, seq=None).t_ns == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"label": ""}', b'{"label": "  "}', b'{"label": 3}', b'{"label": "a", "t_ns": -1}',
     b'{"label": "a", "t_ns": 1.5}', b'{"label": "a", "x": 1}', b'{"label": "a\\nb"}', b"\xff\xfe",
     b'{"label": "\xff"}', json.dumps({"label": "a" * 81}).encode(), b'{"label": "a", "t_ns": 99999999999999999999}'],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(WireError, match=r"\w+ \w+ \w+.*\.$"):
        parse_marker(body)


@given(st.binary(max_size=100))
def test_no_body_raises_anything_else(body: bytes) -> None:
    with suppress(WireError):
        assert parse_marker(body).label


def test_markers_are_bounded_and_listed_in_order() -> None:
    markers = Markers(limit=2)
    for label in ("a", "b"):
        markers.add(MarkerRequest(label=label), now_ns=1, seq=None)
    with pytest.raises(OutputError, match="2 markers already"):
        markers.add(MarkerRequest(label="c"), now_ns=1, seq=None)
    assert [marker.label for marker in markers.all()] == ["a", "b"]
