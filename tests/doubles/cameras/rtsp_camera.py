"""A network camera that speaks RTSP and can be switched off and on: `rtsp_server.py` as a process of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import missing

_PYTHON = "/usr/bin/python3"
_SERVER = Path(__file__).with_name("rtsp_server.py")


class RtspCamera:
    """A camera at `rtsp://place/live` that gives video at 25 frames per second: the pictures of a folder, or noise."""

    def __init__(self, codec: str, pictures: Path | None) -> None:
        self._port, self._shows = "0", [codec, *([str(pictures)] if pictures else [])]
        self._process: subprocess.Popen[str] | None = None

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"

    def switch_on(self) -> None:
        """Start it, at the port that it had before."""
        if self._process is None:
            self._process = subprocess.Popen(
                [_PYTHON, str(_SERVER), self._port, *self._shows],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert self._process.stdout is not None
            self._port = self._process.stdout.readline().strip()
            assert self._port, "GStreamer's RTSP server did not start"

    def lose_packets(self, share: float) -> None:
        """Lose that share of the packets from now on."""
        self._say(str(share))

    def end_frame(self) -> None:
        """Send the frame that is being sent to its end, and no other."""
        self._say("hold")
        assert self._process is not None
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == "held"

    def _say(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def switch_off(self) -> None:
        """Kill it, in the middle of a frame if that is so."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=20)
            self._process = None


@contextmanager
def rtsp_camera(codec: str, pictures: Path | None = None) -> Iterator[RtspCamera]:
    """Serve `h264` or `jpeg` on a free port of this machine: the pictures 0.jpg, 1.jpg … of a folder, or noise."""
    check = [_PYTHON, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    if not Path(_PYTHON).exists() or subprocess.run(check, capture_output=True, check=False).returncode:
        missing("needs Debian's python3-gi and gir1.2-gst-rtsp-server-1.0")
    camera = RtspCamera(codec, pictures)
    camera.switch_on()
    try:
        yield camera
    finally:
        camera.switch_off()
