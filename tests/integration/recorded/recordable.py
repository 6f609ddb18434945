"""One source of each kind whose pictures can be recorded, each as real as a machine without cameras has it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from stream.protocol.contracts import Pixels
from tests.conftest import missing
from tests.doubles.cameras.fake_camera import fake_camera
from tests.doubles.cameras.rtsp_camera import rtsp_camera
from tests.doubles.cameras.tissue import tissue
from tests.doubles.devices.gige_camera import URI, gige_camera
from tests.doubles.frames.encoded import encode
from tests.unit.capture.sources.dicom.writing import cine

FPS = 10
SIZE = (640, 360)
NUMBER_AND_TIME = ("device_frame", "device_ns")


@dataclass(frozen=True)
class Recordable:
    """A source that gives frames for as long as it is asked. device: columns of frames.csv that it fills."""

    uri: str
    device: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@cache
def _jpegs() -> list[bytes]:
    """Return twelve pictures of tissue, small enough that two cores record each frame without loss."""
    return [cv2.imencode(".jpg", picture)[1].tobytes() for picture in map(_small, tissue())]


def _small(jpeg: bytes) -> Pixels:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(cv2.resize(image, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def _pictures(frames: int) -> list[Pixels]:
    few = [_small(jpeg) for jpeg in tissue()]
    return [few[number % len(few)] for number in range(frames)]


def _in_files(folder: Path, suffix: str) -> Path:
    for name, picture in enumerate(_jpegs()):
        (folder / f"{name}{suffix}").write_bytes(picture)
    return folder


@contextmanager
def _synthetic(_folder: Path, _seconds: int) -> Iterator[Recordable]:
    yield Recordable(f"synthetic:?seed=3&live=true&fps={FPS}")


@contextmanager
def _video(folder: Path, seconds: int) -> Iterator[Recordable]:
    yield Recordable(str(encode(folder / "clip.mp4", _pictures(seconds * FPS), fps=FPS)))


@contextmanager
def _images(folder: Path, seconds: int) -> Iterator[Recordable]:
    for number in range(seconds * FPS):
        (folder / f"{number:05}.jpg").write_bytes(_jpegs()[number % 12])
    yield Recordable(f"images:{folder}?fps={FPS}")


@contextmanager
def _dicom(folder: Path, seconds: int) -> Iterator[Recordable]:
    few = [picture[:, :, ::-1] for picture in _pictures(seconds * FPS)]
    yield Recordable(f"dicom:{cine(folder / 'cine.dcm', few, CineRate=FPS)}")


@contextmanager
def _http(_folder: Path, _seconds: int) -> Iterator[Recordable]:
    with fake_camera(fps=FPS, pictures=_jpegs()) as camera:
        yield Recordable(f"http://{camera.place}/video")


@contextmanager
def _rtsp(folder: Path, _seconds: int) -> Iterator[Recordable]:
    with rtsp_camera("h264", _in_files(folder, ".jpg")) as camera:
        yield Recordable(f"rtsp://{camera.place}/live")


@contextmanager
def _aravis(folder: Path, _seconds: int) -> Iterator[Recordable]:
    pictures = sorted(_in_files(folder, ".jpg").iterdir())
    with gige_camera(pictures=pictures):
        wanted = f"width={SIZE[0]}&height={SIZE[1]}&fps={FPS}&packet_size=9000&pixel_format=RGB8"
        yield Recordable(f"{URI}?{wanted}", NUMBER_AND_TIME)


@contextmanager
def _genicam(_folder: Path, _seconds: int) -> Iterator[Recordable]:
    found = find_spec("genicam")
    if found is None or found.origin is None:
        missing("no package genicam: uv sync, or pip install capillary-stream[genicam]")
    # This producer gives no times.
    yield Recordable(f"genicam:?cti={Path(found.origin).parent / 'viky.cti'}", ("device_frame",))


@contextmanager
def _basler(folder: Path, _seconds: int) -> Iterator[Recordable]:
    if find_spec("pypylon") is None:
        missing("no package pypylon: uv sync, or pip install capillary-stream[basler]")
    for number, picture in enumerate(_pictures(12)):
        cv2.imwrite(str(folder / f"{number:02}.png"), picture)
    features = f"TestImageSelector:Off,ImageFilename:{folder},ImageFileMode:On"
    wanted = f"width={SIZE[0]}&height={SIZE[1]}&fps={FPS}&pixel_format=BGR8Packed&features={features}"
    # The emulation gives no times.
    yield Recordable(f"basler:?{wanted}", ("device_frame",), environment={"PYLON_CAMEMU": "1"})


KINDS: dict[str, Callable[[Path, int], AbstractContextManager[Recordable]]] = {
    "synthetic": _synthetic,
    "video": _video,
    "images": _images,
    "dicom": _dicom,
    "http": _http,
    "rtsp": _rtsp,
    "aravis": _aravis,
    "genicam": _genicam,
    "basler": _basler,
}
"""By kind: what begins one in an empty folder, with frames for so many seconds, and ends it."""
