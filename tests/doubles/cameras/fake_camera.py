"""A network camera that misbehaves when a test wants it: Motion JPEG over HTTP, as a real one sends it."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import cv2
import numpy as np

from stream.protocol.contracts import Pixels

Mood = Literal["well", "unplugged", "silent", "frozen", "garbage", "cut", "black", "white"]


@dataclass
class FakeCamera:
    """A camera whose mood and picture size may change at any moment; `place` is its host and port.

    pictures: JPEGs that it shows in turn; without them, noise.
    """

    fps: float = 25.0
    width: int = 320
    height: int = 240
    mood: Mood = "well"
    place: str = ""
    sent: int = 0
    connections: int = 0
    pictures: Sequence[bytes] = ()
    _noise: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def picture(self) -> Pixels:
        """Return noise on grey, as a sensor gives it; nothing but black or white if that is its mood."""
        if self.mood in ("black", "white"):
            return np.full((self.height, self.width, 3), 255 * (self.mood == "white"), np.uint8)
        noise = self._noise.integers(-20, 20, (self.height, self.width, 3))
        return (128 + noise).astype(np.uint8)

    def _encoded(self) -> bytes:
        if self.pictures and self.mood not in ("black", "white"):
            return self.pictures[self.sent % len(self.pictures)]
        return cv2.imencode(".jpg", self.picture())[1].tobytes()

    def parts(self) -> Iterator[bytes]:
        """Yield the body of the answer, part by part, at the camera's pace, until the cable is out."""
        jpeg = b""
        while self.mood != "unplugged":
            if self.mood != "silent":
                if not jpeg or self.mood != "frozen":
                    jpeg = self._encoded()
                body = {"garbage": b"\xff\xd8 no picture at all", "cut": jpeg[: len(jpeg) // 2]}.get(self.mood, jpeg)
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                self.sent += 1
                yield head.encode() + body + b"\r\n"
            time.sleep(1 / self.fps)  # its pace


@contextmanager
def fake_camera(**fields: object) -> Iterator[FakeCamera]:
    """Serve a camera on a free port of this machine."""
    camera = FakeCamera(**fields)  # type: ignore[arg-type]

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if camera.mood == "unplugged":
                self.send_error(503)
                return
            camera.connections += 1
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            try:
                for part in camera.parts():
                    self.wfile.write(part)
            except ConnectionError:
                pass  # it was left

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    camera.place = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield camera
    finally:
        camera.mood = "unplugged"
        server.shutdown()
        server.server_close()
        thread.join(10)
