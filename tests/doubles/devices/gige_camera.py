"""aravis' fake camera: real GigE Vision over loopback, in a process that a test can kill and start again."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from capture.sources.industrial.aravis_library import aravis
from stream.errors import SourceError
from tests.conftest import missing
from tests.running import ROOT, eventually

PROGRAM = "arv-fake-gv-camera-0.8"
SERIAL = "TEST01"
URI = "aravis:127.0.0.1"


@dataclass
class GigeCamera:
    """The camera's process.

    lost_per_mille: of its packets, so many are not sent. pictures: what it sees, one after the other, in RGB8 (no
    packet is lost then); without any, a grey pattern.
    """

    lost_per_mille: int = 0
    pictures: Sequence[Path] = ()
    _process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Switch it on, and wait until it answers."""
        command = [PROGRAM, "-i", "127.0.0.1", "-s", SERIAL, "-r", str(self.lost_per_mille)]
        if self.pictures:
            command = [sys.executable, "-m", "tests.doubles.devices.gige_pictures", SERIAL, *map(str, self.pictures)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        eventually(self._answers, "the fake camera answers")

    def stop(self) -> None:
        """Cut its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    @staticmethod
    def _answers() -> bool:
        library = aravis()
        try:
            library.call("g_object_unref", library.call("arv_camera_new", b"127.0.0.1"))
        except SourceError:
            return False
        return True


@contextmanager
def gige_camera(lost_per_mille: int = 0, pictures: Sequence[Path] = ()) -> Iterator[GigeCamera]:
    """Run a camera at 127.0.0.1. Its port is the standard's own: other tests wait until it is free."""
    if shutil.which(PROGRAM) is None:
        missing(f"no {PROGRAM}: apt-get install aravis-tools")
    try:
        aravis()
    except SourceError as error:
        missing(str(error))
    with (Path(tempfile.gettempdir()) / f"gige-camera-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        camera = GigeCamera(lost_per_mille, pictures)
        camera.start()
        try:
            yield camera
        finally:
            camera.stop()
