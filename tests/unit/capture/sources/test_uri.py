"""How a user may write the name of a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.uri import PLAIN, parse_uri
from stream.errors import UsageError


@pytest.mark.parametrize(
    ("text", "scheme", "path", "options"),
    [
        ("clip.mp4", PLAIN, "clip.mp4", {}),
        ("folder/", PLAIN, "folder/", {}),
        ("what?.mp4", PLAIN, "what?.mp4", {}),
        (r"C:\films\clip.mp4", PLAIN, r"C:\films\clip.mp4", {}),
        ("c:/films/clip.mp4", PLAIN, "c:/films/clip.mp4", {}),
        ("./12:30.mp4", PLAIN, "./12:30.mp4", {}),
        ("images:folder/*.png", "images", "folder/*.png", {}),
        ("images:f?.png", "images", "f?.png", {}),
        ("images:f?.png?fps=10", "images", "f?.png", {"fps": "10"}),
        ("camera:0", "camera", "0", {}),
        ("Camera:0?width=1920&height=1080&fps=60", "camera", "0", {"width": "1920", "height": "1080", "fps": "60"}),
        ("synthetic:", "synthetic", "", {}),
        ("synthetic:?seed=1&fps=30&seconds=10", "synthetic", "", {"seed": "1", "fps": "30", "seconds": "10"}),
        ("http://cam/video?user=x&size=2", "http", "http://cam/video?user=x&size=2", {}),
        ("RTSP://cam:554/s?a=1#timeout_s=3", "rtsp", "rtsp://cam:554/s?a=1", {"timeout_s": "3"}),
    ],
)
def test_a_name_is_taken_apart(text: str, scheme: str, path: str, options: dict[str, str]) -> None:
    uri = parse_uri(text)
    assert (uri.scheme, uri.path, dict(uri.options)) == (scheme, path, options)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a\0b", "null character"),
        ("a\ud800b", "incomplete character"),
        ("camera:0?fps=30&fps=60", "the same name twice"),
        ("camera:0?fps=30&live", "name=value"),
        ("http://cam/#live", "name=value"),
    ],
)
def test_a_malformed_name_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_uri(text)


@given(st.text())
def test_any_text_is_a_name_or_a_usage_error(text: str) -> None:
    try:
        uri = parse_uri(text)
    except UsageError:
        return
    assert uri.scheme == uri.scheme.lower()


def test_an_address_with_a_password_does_not_show_when_printed() -> None:
    assert "secret" not in repr(parse_uri("rtsp://admin:secret@cam/stream"))
