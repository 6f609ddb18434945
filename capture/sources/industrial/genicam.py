"""GenICam cameras through a maker's GenTL producer: `genicam:`, `genicam:SERIAL?cti=/opt/maker/producer.cti`.

Needs the packages harvesters and genicam, and the producer, a file `*.cti` that a maker's software installs and enters
into the variable GENICAM_GENTL64_PATH (GenTL 1.6, section 4.1).
"""

import contextlib
import ctypes
import logging
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from capture.sources.industrial.device import FilledBuffer, IndustrialOptions, chosen, library
from capture.sources.industrial.source import IndustrialSource
from capture.sources.options import options_as
from capture.sources.uri import SourceUri
from stream.errors import SourceError
from stream.machine.devices import Found

_PATHS: Final = "GENICAM_GENTL64_PATH"
_AT_ONCE_S: Final = 1e-6
_LOOK_AGAIN_S: Final = 0.001
"""Between two looks for a frame. harvesters waits with Python's lock held: waiting here lets other threads run."""
_BUFFERS: Final = 6
_IN_USE: Final = "Does another program use it?"
T = TypeVar("T")


class GenicamOptions(IndustrialOptions, frozen=True, kw_only=True):
    """cti: file of the GenTL producer, if the variable does not name its folder."""

    cti: str | None = None


def open_genicam(uri: SourceUri) -> IndustrialSource:
    """Open a camera by its serial number, id or index; the first if none is given. Raises SourceError, UsageError."""
    options = options_as(uri, GenicamOptions)
    harvester = _harvester(producers(options.cti))
    with contextlib.ExitStack() as undo, _as_source_error(f"genicam:{uri.path} cannot be opened: {{}}. {_IN_USE}"):
        undo.callback(harvester.reset)
        infos = harvester.device_info_list
        index = chosen(uri, [_known(one) for one in infos])
        acquirer = harvester.create(index)
        undo.pop_all()
    return IndustrialSource(uri.scheme, _GenicamCamera(harvester, acquirer, _known(infos[index])[0]), options)


def found_genicam() -> list[Found]:
    """Return the cameras that the installed producers see. Raises SourceError if a package or producer is missing."""
    harvester = _harvester(producers(None))
    found = [Found(f"genicam:{_known(one)[0]}", f"{one.vendor} {one.model}") for one in harvester.device_info_list]
    harvester.reset()
    return found


def producers(cti: str | None) -> list[Path]:
    """Return the GenTL producers: the one that is named, else all in the variable's folders.

    Raises SourceError if there is none.
    """
    if cti is not None:
        if not Path(cti).is_file():
            raise SourceError(
                f"There is no GenTL producer {cti}. Name the file *.cti that the camera's maker installs."
            )
        return [Path(cti)]
    folders = [Path(one) for one in os.environ.get(_PATHS, "").split(os.pathsep) if one]
    files = [one for folder in folders for one in sorted(folder.glob("*.cti"))]
    if not files:
        where = f"{_PATHS} names no folder that holds one" if folders else f"{_PATHS} is not set"
        raise SourceError(
            f"genicam: finds no GenTL producer: {where}. Install the camera's software, or add ?cti=FILE.cti"
        )
    return files


def _harvester(files: list[Path]) -> Any:
    """Load the producers, and look for devices. Raises SourceError if a producer is no library."""
    core = library("genicam", "harvesters.core", "genicam")
    logging.getLogger(core.__name__).setLevel(logging.CRITICAL)  # it logs with tracebacks what is said here
    harvester = core.Harvester()
    for file in files:
        try:
            ctypes.CDLL(str(file))
        except OSError as error:
            raise SourceError(f"The GenTL producer {file.name} cannot be loaded: {error}.") from None
        harvester.add_file(str(file))
    harvester.update()
    return harvester


def _known(info: Any) -> tuple[str, ...]:
    """Return by what a device is known, as far as its producer tells."""
    names = ("serial_number", "id_", "user_defined_name")
    told = [_answer(partial(getattr, info, name)) for name in names]
    return tuple(str(one) for one in told if one) or ("",)


@contextlib.contextmanager
def _as_source_error(sentence: str) -> Iterator[None]:
    """Raise a SourceError for whatever harvesters raises: what its producers do, of many classes.

    sentence: with {} for what the producer said.
    """
    try:
        yield
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001 (see above)
        raise SourceError(sentence.replace("{}", str(error))) from None


def _answer(question: Callable[[], T]) -> T | None:
    """Return what a producer answers; None if it does not have that."""
    try:
        return question()
    except Exception:  # noqa: BLE001 (as in `_as_source_error`)
        return None


class _GenicamFeatures:
    """The node map of a camera."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def read(self, name: str) -> str | None:
        """See `device.Features`."""
        return _answer(lambda: str(self._nodes.get_node(name).to_string()))

    def write(self, name: str, value: str) -> None:
        """See `device.Features`."""
        try:
            self._nodes.get_node(name).from_string(value)
        except Exception as error:  # noqa: BLE001 (as in `_as_source_error`)
            raise SourceError(str(error).partition(" : ")[0]) from None


class _GenicamCamera:
    """An open camera; see `device.Device`."""

    buffers = _BUFFERS

    def __init__(self, harvester: Any, acquirer: Any, serial: str) -> None:
        self._harvester, self._acquirer = harvester, acquirer
        self.serial, self.label = serial, f"genicam:{serial}"
        self.features = _GenicamFeatures(acquirer.remote_device.node_map)
        self._incomplete = 0

    def start(self) -> None:
        """See `device.Device`."""
        from harvesters.core import Callback

        camera = self

        class Counted(Callback):  # type: ignore[misc] # harvesters has no types
            def emit(self, _: Any) -> None:
                camera._incomplete += 1

        acquirer = self._acquirer
        acquirer.add_callback(acquirer.Events.INCOMPLETE_BUFFER, Counted())
        acquirer.timeout_period_on_update_event_data_call = 0
        with _as_source_error(f"{self.label} does not start: {{}}. {_IN_USE}"):
            acquirer.num_buffers = _BUFFERS
            acquirer.start()
            self.buffers = len(acquirer._announced_buffers)

    def pop(self, timeout_s: float) -> FilledBuffer | None:
        """See `device.Device`. A frame that is not whole comes without number and pixels: harvesters keeps them."""
        until_s = time.monotonic() + timeout_s
        while True:
            before = self._incomplete
            with _as_source_error(f"{self.label} was lost: {{}}. Check cable and power."):
                raw = self._acquirer.try_fetch(timeout=_AT_ONCE_S, is_raw=True)
            if self._incomplete > before:
                return FilledBuffer(np.empty(0, np.uint8), 0, 0, 0, None, None, "parts of it are missing", lambda: None)
            if raw is not None:
                return self._buffer_of(raw)
            if time.monotonic() >= until_s:
                return None
            time.sleep(_LOOK_AGAIN_S)

    def _buffer_of(self, raw: Any) -> FilledBuffer:
        parts = _answer(lambda: list(raw.parts)) or []
        part = parts[0] if parts else raw
        nodes = self._acquirer.remote_device.node_map
        offset = _answer(lambda: part.data_offset if parts else raw.image_offset) or 0
        return FilledBuffer(
            data=np.frombuffer(raw.raw_buffer, np.uint8, offset=offset),
            width=_answer(lambda: int(part.width)) or int(nodes.Width.value),
            height=_answer(lambda: int(part.height)) or int(nodes.Height.value),
            padding=_answer(lambda: int(part.x_padding if parts else raw.padding_x)) or 0,
            frame_id=_answer(lambda: int(raw.frame_id)) or None,
            device_ns=_answer(lambda: int(raw.timestamp_ns)) or None,
            fault="",
            release=lambda: raw.parent.queue_buffer(raw),
        )

    def close(self, *, lost: bool) -> None:  # noqa: ARG002
        """See `device.Device`."""
        _answer(self._acquirer.stop)
        _answer(self._acquirer.destroy)
        _answer(self._harvester.reset)
