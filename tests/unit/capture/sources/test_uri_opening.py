"""From a name to an open source: what opens what, what is too large, and how other packages add sources."""

import re
from pathlib import Path

import cv2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.naming import safe_name
from capture.sources.opening import SourceLimits, open_source
from capture.sources.pictures.images import PictureSource
from capture.sources.uri import NETWORK_SCHEMES
from capture.sources.video.recording import VideoSource
from stream.config.plugins import names
from stream.errors import SourceError, StreamError, UsageError
from stream.protocol.contracts import FrameSource
from tests.doubles.media import card, write_video


@pytest.fixture
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a clip and pictures, made the current one."""
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "clip.avi", frames=3)
    (tmp_path / "pictures").mkdir()
    cv2.imwrite("pictures/f1.png", card(1))
    cv2.imwrite("pictures/F2.PNG", card(2))
    return tmp_path


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    ("uri", "kind", "frames"),
    [
        ("clip.avi", VideoSource, 3),
        ("video:clip.avi", VideoSource, 3),
        ("pictures", PictureSource, 2),
        ("pictures/", PictureSource, 2),
        ("images:pictures", PictureSource, 2),
        ("pictures/*.png", PictureSource, 1),
        ("images:*/*", PictureSource, 2),
        ("pictures/F2.PNG", PictureSource, 1),
    ],
)
def test_a_name_opens_the_right_source(uri: str, kind: type[FrameSource], frames: int) -> None:
    source = open_source(uri)
    assert isinstance(source, kind)
    assert source.frame_count == frames
    source.close()


def test_an_unknown_scheme_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'no source is called "camra"; did you mean "camera"\?.*written \./name'):
        open_source("camra:0")


def test_an_unknown_scheme_does_not_repeat_the_password() -> None:
    with pytest.raises(UsageError) as caught:
        open_source("rstp://admin:secret@cam/stream")
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("uri", ["clip.avi", "pictures"])
def test_a_frame_larger_than_the_limit_is_refused_with_both_sizes(uri: str) -> None:
    with pytest.raises(SourceError, match=r"320x240, more than the 320x200 allowed.*capture\.max_width_px"):
        open_source(uri, SourceLimits(320, 200))
    open_source(uri, SourceLimits(320, 240)).close()


@pytest.mark.parametrize("uri", ["x" * 5000, "images:" + "x" * 5000, "loop", "loop.png", "loop/clip.avi"])
def test_what_the_system_refuses_is_a_sentence(media: Path, uri: str) -> None:
    for name in ("loop", "loop.png"):
        (media / name).symlink_to(media / name)
    with pytest.raises(SourceError, match=r"cannot be read|no file"):
        open_source(uri)


@given(st.text(alphabet=st.characters(exclude_characters=":/~"), max_size=30))
def test_any_text_opens_nothing_or_says_why(text: str) -> None:
    with pytest.raises(StreamError):
        open_source(f"/nonexistent/{text}")


ANOTHER_PACKAGE = {
    "endoscope.py": (
        "from pathlib import Path\nfrom capture.sources.video.recording import VideoSource\n"
        "def open_endoscope(uri):\n    return VideoSource(Path(uri.path))\n"
    ),
    "endoscope-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: endoscope\nVersion: 1.0\n",
    "endoscope-1.0.dist-info/entry_points.txt": (
        "[capillary_stream.sources]\nendoscope = endoscope:open_endoscope\ncamera = endoscope:open_endoscope\n"
    ),
}


def test_another_package_adds_a_source_but_replaces_none(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in ANOTHER_PACKAGE.items():
        (media / name).parent.mkdir(exist_ok=True)
        (media / name).write_text(text)
    monkeypatch.syspath_prepend(media)
    assert names("sources")["endoscope"] == "endoscope:open_endoscope"
    assert names("sources")["camera"] == "capture.sources.camera:open_camera"
    source = open_source("endoscope:clip.avi")
    assert source.frame_count == 3
    source.close()


def test_every_network_address_has_a_source() -> None:
    assert set(names("sources")) >= NETWORK_SCHEMES


@given(st.text())
def test_every_name_becomes_safe(text: str) -> None:
    name = safe_name(text)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= 40


def test_a_safe_name_stays_readable() -> None:
    assert safe_name("Müller, linke Hand (2)") == "muller-linke-hand-2"
    assert safe_name("日本") == "source"
