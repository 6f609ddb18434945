"""Network cameras over real sockets: a small server of Motion JPEG stands for the camera."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.sources.camera import open_network
from capture.sources.opening import open_source
from capture.sources.uri import parse_uri
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import SourceContract, frame
from tests.doubles.media import card

PATH = "/secret-path?token=secret-token"


@contextmanager
def motion_jpeg(frames: int, stall: bool = False) -> Iterator[str]:
    """Yield host and port of a server that sends so many test cards, then ends the stream or holds it open."""
    released = threading.Event()

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            try:
                for number in range(frames):
                    jpeg = cv2.imencode(".jpg", card(number))[1].tobytes()
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                if stall:
                    released.wait(30)
            except ConnectionError:
                pass  # the client has seen enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture(scope="class")
def endless() -> Iterator[str]:
    with motion_jpeg(100, stall=True) as place:
        yield place


class TestNetworkCamera(SourceContract):
    place: str

    @pytest.fixture(autouse=True)
    def _server(self, endless: str) -> None:
        self.place = endless

    def open(self, folder: Path) -> FrameSource:
        return open_source(f"http://{self.place}/{folder.name}")


def test_a_network_camera_is_live_and_in_order() -> None:
    with motion_jpeg(40) as place:
        source = open_source(f"http://{place}{PATH}")
        assert source.live
        assert source.frame_count is None
        first = frame(source)
        nearest = min(range(40), key=lambda number: np.abs(first.astype(int) - card(number)).sum())
        for number in range(nearest + 1, nearest + 10):
            assert np.abs(frame(source).astype(int) - card(number)).mean() < 4
        source.close()


@pytest.mark.parametrize("stall", [True, False], ids=["silence", "hang-up"])
def test_a_stream_that_stops_is_an_error_without_secrets(stall: bool) -> None:
    with motion_jpeg(40, stall) as place:
        source = open_source(f"http://admin:secret@{place}{PATH}#timeout_s=2")
        with pytest.raises(SourceError) as caught:
            list(iter(source.grab, None))
        source.close()
    assert "stopped giving frames" in str(caught.value)
    assert f"http://{place} " in str(caught.value)
    assert "secret" not in str(caught.value)
    assert source.name == "http-127-0-0-1"


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_nobody_there_is_an_error_without_secrets(scheme: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(f"{scheme}://admin:secret@127.0.0.1:9{PATH}#timeout_s=1")
    assert str(caught.value).startswith(f"{scheme}://127.0.0.1:9 gives no video; tried for up to 1 s.")
    assert "secret" not in str(caught.value) + "".join(capfd.readouterr())


@pytest.mark.parametrize("address", ["http://", "http:///video", "rtsp://:554/s", "http://[::1/x", "http://cam:port/x"])
def test_an_address_without_a_host_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="names no host"):
        open_network(parse_uri(address))


def test_a_wrong_option_is_answered_with_the_right_one() -> None:
    with pytest.raises(UsageError, match="Did you mean timeout_s"):
        open_network(parse_uri("rtsp://cam/s#timeout=3"))
