"""Video that a camera sends over HTTP in a container, and what only looks like that."""

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import av
import numpy as np
import pytest

from stream.protocol.contracts import extras_of
from tests.contracts.source_contract import frame
from tests.doubles.cameras.http_server import begin, opened, refused, serving
from tests.doubles.frames.encoded import encode, woven
from tests.doubles.media import card, write_video


@pytest.mark.parametrize(("name", "codec", "kind"), [("a.avi", "MJPG", "video/avi"), ("a.mkv", "H264", "")])
def test_video_in_a_container_is_read_from_the_same_connection(
    tmp_path: Path, name: str, codec: str, kind: str
) -> None:
    data = (write_video if codec == "MJPG" else write_h264)(tmp_path / name).read_bytes()

    def sends(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, kind)
        send_slowly(handler, data)

    with opened(sends) as source:
        assert (source.width, source.height) == (320, 240)
        assert np.abs(frame(source).astype(int) - card(0)).mean() < 80


def test_of_interlaced_video_the_upper_field_is_measured(tmp_path: Path) -> None:
    dark, bright = np.full((64, 96, 3), 60, np.uint8), np.full((64, 96, 3), 200, np.uint8)
    options = {"x264-params": "tff=1:keyint=5", "tune": "zerolatency", "crf": "5"}
    path = encode(tmp_path / "a.ts", [woven(dark, bright)] * 50, options=options, interlaced=True)

    def sends(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, "video/mp2t")
        send_slowly(handler, path.read_bytes())

    with opened(sends) as source:
        assert extras_of(source).treatment.startswith("interlaced: the upper field")
        assert np.abs(frame(source).astype(int) - dark).mean() < 6


def send_slowly(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Send bytes at the pace of a camera."""
    for at in range(0, len(data), 500):
        handler.wfile.write(data[at : at + 500])
        time.sleep(0.002)  # its pace


def write_h264(path: Path, **options: str) -> Path:
    """Write a recording of test cards, each but the first built on the one before."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264",
            rate=25,
            options={"tune": "zerolatency"} | {name.replace("_", "-"): text for name, text in options.items()},
        )
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(60):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(card(number), format="bgr24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("kind", ["application/octet-stream", "video/mp4"])
def test_a_list_of_other_addresses_opens_none_of_them(kind: str) -> None:
    heard: list[str] = []
    with serving(lambda handler: heard.append(handler.path)) as elsewhere:
        hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://{elsewhere}/a.ts\n"
        for playlist in (hls, f"ffconcat version 1.0\nfile http://{elsewhere}/a\n"):

            def sends(handler: BaseHTTPRequestHandler, playlist: str = playlist) -> None:
                begin(handler, kind)
                handler.wfile.write(playlist.encode())

            assert "no video" in refused(sends)
    assert heard == []


def test_a_recording_that_cannot_be_read_from_its_start_is_told_as_such(tmp_path: Path) -> None:
    body = write_h264(tmp_path / "clip.mp4").read_bytes()

    def sends(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, "video/mp4")
        handler.wfile.write(body)

    assert "Download a recording first" in refused(sends)
