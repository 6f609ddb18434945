"""What a file is, its bytes decide, not its name; a cause that is told is the right one."""

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from capture.sources.opening import open_source
from capture.sources.pictures.images import PictureSource
from capture.sources.video.recording import VideoSource
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import FrameSource
from tests.doubles.media import card, write_video

PICTURE = Image.fromarray(card(1)[..., ::-1])
NAMES = ("a.mp4", "a.MOV", "a.png", "a.tif", "a.jpg", "a.dcm", "a", "a.txt")


def encoded(form: str) -> bytes:
    file = io.BytesIO()
    if form == "tiff":
        tifffile.imwrite(file, np.asarray(PICTURE), photometric="rgb")
    else:
        PICTURE.save(file, form, **({"save_all": True, "append_images": [PICTURE]} if form in ("gif", "webp") else {}))
    return file.getvalue()


def video(folder: Path) -> bytes:
    return write_video(folder / "original.avi", frames=3).read_bytes()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["png", "gif", "webp", "tiff", "video"])
def test_a_file_with_another_kinds_name_is_read_as_what_it_is(form: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(video(tmp_path) if form == "video" else encoded(form))
    source: FrameSource = open_source(str(tmp_path / name))
    assert isinstance(source, VideoSource if form == "video" else PictureSource)
    source.close()


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\x0a\xbe\xce\xda", "Nikon ND2"),
        (b"ZISRAWFILE", "Zeiss CZI"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\x01\x48RED2", "RED camera"),
        (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "JPEG 2000"),
    ],
)
@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a"])
def test_a_format_that_is_not_read_is_told_by_its_name(start: bytes, words: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(start + bytes(500))
    with pytest.raises(SourceError, match=words):
        open_source(str(tmp_path / name))


@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a.dcm", "a"])
def test_an_empty_file_is_told_as_such(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(SourceError, match="is empty: it has no bytes"):
        open_source(str(tmp_path / name))


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.ts", "list"])
@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\n{}\n",
        "ffconcat version 1.0\nfile '{}'\n",
        "v=0\r\nm=video 5004 RTP/AVP 96\r\n",
        '<svg><image href="{}"/></svg>',
        "\ufeffÄ {}",
    ],
)
def test_a_text_that_names_other_files_opens_none_of_them(text: str, name: str, tmp_path: Path) -> None:
    other = write_video(tmp_path / "other.avi", frames=3)
    (tmp_path / name).write_text(text.format(other))
    with pytest.raises(SourceError, match="is text, no video"):
        open_source(str(tmp_path / name))


@pytest.mark.parametrize("name", ["concat:a.avi", "camera:a.avi", "http:a.avi", "video:a.avi", "session:a.avi"])
def test_a_file_whose_name_is_taken_for_a_source_is_pointed_at(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(video(tmp_path))
    with pytest.raises((SourceError, UsageError), match=r"write \./ before the name"):
        open_source(name)
    open_source(f"./{name}").close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("0", "camera:0"),
        ("/dev/video0", "camera:/dev/video0"),
        ("/dev/null", "camera:/dev/null"),
        ("camera", "camera:0"),
        ("synthetic", "synthetic:,"),
        ("http//camera/video", "begins with http://"),
        ("192.168.1.30/video", "begins with http://"),
    ],
)
def test_a_source_that_was_taken_for_a_path_is_pointed_at(name: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        open_source(name)


@pytest.mark.parametrize("port", ["99999", "port", "-1"])
def test_a_port_that_cannot_be_is_not_called_a_missing_host(port: str) -> None:
    with pytest.raises(UsageError, match="no port that there is"):
        open_source(f"http://127.0.0.1:{port}/video")
