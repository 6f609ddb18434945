"""Cameras that speak HTTP, over real sockets: what they send, how they ask for a password, where they send one on."""

import base64
import contextlib
import itertools
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import cv2
import numpy as np
import pytest

from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError, UsageError
from stream.protocol.contracts import FrameSource, Pixels
from tests.conftest import missing
from tests.contracts.source_contract import buffer, frame, grabbed
from tests.doubles.cameras.http_server import PATH, begin, opened, refused, send_part, serving
from tests.doubles.media import card
from tests.running import eventually, free_port

MULTIPART = "multipart/x-mixed-replace; boundary=frame"


def jpeg(number: int) -> bytes:
    return cv2.imencode(".jpg", card(number))[1].tobytes()


def paced(fps: float = 50.0) -> Iterator[int]:
    """Count frames, at a camera's pace, for at most half a minute."""
    for number in range(int(30 * fps)):
        yield number
        time.sleep(1 / fps)  # its pace


def cards(handler: BaseHTTPRequestHandler) -> None:
    """Answer as a camera that works."""
    begin(handler, MULTIPART)
    for number in paced():
        send_part(handler, jpeg(number % 40))


def number_of(pixels: Pixels) -> int:
    return min(range(40), key=lambda number: np.abs(pixels.astype(int) - card(number)).sum())


def test_frames_come_in_order() -> None:
    with opened(cards) as source:
        numbers = [number_of(pixels) for pixels in [frame(source) for _ in range(6)]]
        assert numbers == [(numbers[0] + step) % 40 for step in range(6)]
        assert source.fps == pytest.approx(50, rel=0.5)


@pytest.mark.parametrize("stall", [True, False], ids=["silence", "hang-up"])
def test_a_stream_that_stops_is_an_error_without_secrets(stall: bool) -> None:
    released = threading.Event()

    def stops(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, MULTIPART)
        for number in itertools.islice(paced(), 20):
            send_part(handler, jpeg(number))
        released.wait(30 if stall else 0)

    with serving(stops) as place:
        source = open_source(f"http://admin:secret@{place}{PATH}#timeout_s=1")
        with pytest.raises(SourceError) as caught:
            list(iter(source.grab, None))
        source.close()
        released.set()
    assert re.search("stopped giving frames|broke off", str(caught.value))
    assert f"http://{place} " in str(caught.value)
    assert "secret" not in str(caught.value)
    assert source.name == "http-127-0-0-1"


@pytest.mark.parametrize("scheme", ["http", "https", "rtsp"])
def test_nobody_there_is_an_error_without_secrets(scheme: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(f"{scheme}://admin:secret@127.0.0.1:9{PATH}#timeout_s=1")
    assert str(caught.value).startswith(f"{scheme}://127.0.0.1:9 gives no video: nothing listens there.")
    assert "secret" not in str(caught.value) + "".join(capfd.readouterr())


def test_a_camera_that_never_answers_costs_no_more_than_the_time_to_wait() -> None:
    released = threading.Event()

    def silent(_: BaseHTTPRequestHandler) -> None:
        released.wait(30)

    with serving(silent) as place:
        began_s = time.monotonic()
        with pytest.raises(SourceError, match="gives no"):
            open_source(f"http://{place}/#timeout_s=0.5")
        assert time.monotonic() - began_s < 2
        released.set()


@pytest.mark.slow
def test_a_camera_that_sends_bytes_without_end_costs_no_more_either() -> None:
    def drips(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, MULTIPART)
        for _ in paced():
            handler.wfile.write(b"x" * 10)

    with serving(drips) as place:
        began_s = time.monotonic()
        with pytest.raises(SourceError, match=r"gives no picture; tried for up to 1 s"):
            open_source(f"http://{place}/#timeout_s=0.5")
        assert time.monotonic() - began_s < 3


@pytest.mark.slow
def test_a_camera_that_changes_its_size_is_opened_again() -> None:
    def grows(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, MULTIPART)
        for number in paced():
            size = (320, 240) if number < 20 else (640, 480)
            send_part(handler, cv2.imencode(".jpg", card(number, *size))[1].tobytes())

    with opened(grows) as source, pytest.raises(SourceError, match="changed its frames from 320x240 to 640x480"):
        list(iter(source.grab, None))


def test_the_cameras_own_time_is_kept() -> None:
    def stamped(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, MULTIPART)
        for number in paced():
            send_part(handler, jpeg(0), f"X-Timestamp: {1700000000 + number}.25")

    with opened(stamped) as source:
        first, second = grabbed(source).device_ns, grabbed(source).device_ns
    assert first is not None
    assert second == first + 1_000_000_000
    assert first % 1_000_000_000 == 250_000_000


def test_old_frames_that_a_stall_held_back_are_counted_and_not_shown() -> None:
    def stalls(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, MULTIPART)
        for number in itertools.islice(paced(25), 15):
            send_part(handler, jpeg(number % 2))
        time.sleep(1.0)  # the cable is out; the camera goes on
        for number in range(10, 30):
            send_part(handler, jpeg(number))
        for _ in paced(25):
            send_part(handler, jpeg(39))

    with opened(stalls) as source:
        seen, lost = [], 0
        while 39 not in seen:
            lost += grabbed(source).lost_before
            source.retrieve(out := buffer(source))
            seen.append(number_of(out))
    assert set(seen) <= {0, 1, 29, 39}
    assert lost >= 19


@pytest.mark.slow
def test_frames_that_nobody_took_in_time_are_counted() -> None:
    with opened(cards) as source:
        grabbed(source)
        time.sleep(0.5)  # the program is busy
        assert grabbed(source).lost_before > 5


def test_sound_and_events_between_pictures_are_no_frames() -> None:
    def mixed(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, MULTIPART)
        for number in paced():
            send_part(handler, jpeg(number % 40))
            handler.wfile.write(b"--frame\r\nContent-Type: audio/basic\r\nContent-Length: 3\r\n\r\nabc\r\n")

    with opened(mixed) as source:
        for _ in range(5):
            frame(source)


def test_single_pictures_are_asked_for_at_the_given_rate() -> None:
    asked: list[float] = []

    def snapshot(handler: BaseHTTPRequestHandler) -> None:
        asked.append(time.monotonic())
        begin(handler, "image/jpeg")
        handler.wfile.write(jpeg(len(asked) % 40)[: None if len(asked) % 2 else 2000])

    with opened(snapshot, "&fps=20") as source:
        assert source.fps == 20
        with pytest.raises(FrameError, match="cut off"):
            frame(source), frame(source)
        for _ in range(6):
            grabbed(source)
    assert np.diff(asked).mean() > 0.04


def test_a_stream_without_its_name_is_recognised() -> None:
    def unnamed(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, "application/octet-stream")  # as FFmpeg does with -listen 1
        for number in paced():
            send_part(handler, jpeg(number % 40))

    with opened(unnamed) as source:
        frame(source)


@pytest.mark.slow
def test_ffmpeg_as_a_camera_is_read() -> None:
    if shutil.which("ffmpeg") is None:
        missing("needs Debian's ffmpeg")
    place = f"http://127.0.0.1:{free_port()}/"
    source = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25"]
    command = ["ffmpeg", "-loglevel", "quiet", *source, "-f", "mpjpeg", "-listen", "1", place]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as ffmpeg:
        try:
            opened_source = eventually(lambda: _opened_or_none(place), "FFmpeg listens")
            assert frame(opened_source).std() > 0
            opened_source.close()
        finally:
            ffmpeg.kill()


def _opened_or_none(place: str) -> FrameSource | None:
    with contextlib.suppress(SourceError):
        return open_source(place)
    return None


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "knows no such path"), (401, "refuses the user or the password"), (503, "is busy"), (500, "status 500")],
)
def test_a_refusal_is_told_in_words(status: int, words: str) -> None:
    assert words in refused(lambda handler: begin(handler, "text/plain", status), user="admin:secret@")


def test_a_page_instead_of_video_is_told() -> None:
    assert "answers with text/html, not with video" in refused(lambda handler: begin(handler, "text/html"))


def test_what_is_no_http_is_told() -> None:
    def greets(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    assert "its answer is no HTTP" in refused(greets)


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_a_password_is_given_only_to_who_asks_for_it(scheme: str) -> None:
    seen: list[str] = []
    challenge = {"Basic": 'Basic realm="cam"', "Digest": 'Digest realm="cam", nonce="n1", qop="auth", opaque="o"'}

    def asks(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization", ""))
        if seen[-1]:
            cards(handler)
        else:
            begin(handler, "text/plain", 401, WWW_Authenticate=challenge[scheme])

    with opened(asks, user="ad%20min:sec%3Aret@") as source:
        frame(source)
    assert seen[0] == ""
    assert seen[1].startswith(scheme)
    if scheme == "Basic":
        assert base64.b64decode(seen[1].removeprefix("Basic ")) == b"ad min:sec:ret"
    else:
        assert 'uri="/secret-path?token=secret-token"' in seen[1]
        assert "sec" not in seen[1].replace("secret-", "")


def test_a_redirect_on_the_same_host_is_followed() -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/video":
            cards(handler)
        else:
            begin(handler, "text/plain", 302, Location="/video")

    with opened(moved) as source:
        frame(source)


@pytest.mark.parametrize(
    "location", ["http://localhost:1/video", "http://192.0.2.1/", "file:///etc/passwd", "http://["]
)
def test_a_redirect_to_elsewhere_is_refused(location: str) -> None:
    words = refused(lambda handler: begin(handler, "text/plain", 302, Location=location), user="admin:secret@")
    assert "sends its callers" in words


def test_a_camera_that_hangs_up_is_not_said_to_be_slow() -> None:
    assert "ended the connection" in refused(lambda handler: begin(handler, MULTIPART))


def test_a_single_picture_without_its_kind_is_asked_for_again() -> None:
    def snapshot(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, "application/octet-stream", Content_Length=str(len(jpeg(1))))
        handler.wfile.write(jpeg(1))

    with opened(snapshot, "&fps=50") as source:
        assert number_of(frame(source)) == number_of(frame(source)) == 1


def test_a_redirect_in_circles_ends() -> None:
    assert "in circles" in refused(lambda handler: begin(handler, "text/plain", 302, Location=handler.path))


@pytest.mark.parametrize("address", ["http://", "http:///video", "rtsp://:554/s", "http://[::1/x"])
def test_an_address_without_a_host_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="names no host"):
        open_source(address)


def test_a_wrong_option_is_answered_with_the_right_one() -> None:
    with pytest.raises(UsageError, match="Did you mean timeout_s"):
        open_source("rtsp://cam/s#timeout=3")
    with pytest.raises(UsageError, match=r"transport=upd will not do\. Did you mean udp"):
        open_source("rtsp://cam/s#transport=upd")
