"""Options behind a source's name: right ones are typed, wrong ones are answered with what would be right."""

from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from capture.sources.options import options_as
from capture.sources.uri import parse_uri
from stream.errors import UsageError


class Options(Struct, frozen=True):
    fps: Annotated[float, Meta(gt=0, le=240, description="rate")] | None = None
    width: Annotated[int, Meta(ge=1)] = 640
    live: bool = False
    mode: Literal["steady", "rough"] = "steady"
    fourcc: Annotated[str, Meta(min_length=4, max_length=4)] | None = None


def test_text_becomes_the_fields_types() -> None:
    read = options_as(parse_uri("x1:?fps=29.97&width=320&live=true&mode=rough&fourcc=MJPG"), Options)
    assert read == Options(29.97, 320, True, "rough", "MJPG")


def test_what_is_not_given_keeps_its_default() -> None:
    assert options_as(parse_uri("x1:"), Options) == Options()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fsp=3", "xy: has no option 'fsp'. Did you mean fps?"),
        ("zoom=3", "xy: has no option 'zoom'. Known: fourcc, fps, live, mode, width."),
        ("fps=fast", "xy: fps=fast will not do. It is a number above 0 up to 240."),
        ("fps=0", "xy: fps=0 will not do. It is a number above 0 up to 240."),
        ("fps=nan", "xy: fps=nan will not do. It is a number above 0 up to 240."),
        ("width=1.5", "xy: width=1.5 will not do. It is a whole number from 1."),
        ("live=maybe", "xy: live=maybe will not do. It is true or false."),
        ("mode=rouhg", "xy: mode=rouhg will not do. Did you mean rough?"),
        ("mode=x", "xy: mode=x will not do. Known: rough, steady."),
        ("fourcc=MJPEG", "xy: fourcc=MJPEG will not do. It is 4 characters."),
    ],
)
def test_what_is_wrong_is_answered_with_what_is_right(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        options_as(parse_uri(f"xy:?{text}"), Options)
    assert str(caught.value) == sentence
