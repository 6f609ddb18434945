"""Basler cameras through pylon: `basler:`, `basler:SERIAL?fps=60`. Needs the package pypylon."""

from typing import Any, Final

import numpy as np

from capture.sources.industrial.device import FilledBuffer, IndustrialOptions, chosen, library
from capture.sources.industrial.source import IndustrialSource
from capture.sources.options import options_as
from capture.sources.uri import SourceUri
from stream.errors import SourceError
from stream.machine.devices import Found

_NO_BLOCK_ID: Final = 2**64 - 1


def open_basler(uri: SourceUri) -> IndustrialSource:
    """Open a camera by its serial number, name or index; the first if none is given. Raises SourceError, UsageError."""
    options = options_as(uri, IndustrialOptions)
    pylon = _pylon()
    try:
        factory = pylon.TlFactory.GetInstance()
        infos = list(factory.EnumerateDevices())
        info = infos[chosen(uri, [(one.GetSerialNumber(), one.GetUserDefinedName()) for one in infos])]
        camera = pylon.InstantCamera(factory.CreateDevice(info))
        camera.Open()
    except pylon.GenericException as error:
        raise SourceError(f"basler:{uri.path} cannot be opened: {_said(error)}.") from None
    return IndustrialSource(uri.scheme, _BaslerCamera(pylon, camera, info.GetSerialNumber()), options)


def found_basler() -> list[Found]:
    """Return the cameras that pylon sees. Raises SourceError if pypylon is missing."""
    devices = _pylon().TlFactory.GetInstance().EnumerateDevices()
    return [Found(f"basler:{one.GetSerialNumber()}", one.GetFriendlyName()) for one in devices]


def _pylon() -> Any:
    return library("basler", "pypylon.pylon", "basler")


def _said(error: Exception) -> str:
    """Return pylon's own sentence, without the place in its source code."""
    return str(error).partition(" : ")[0].strip().rstrip(".")


class _BaslerFeatures:
    """The node map of a camera."""

    def __init__(self, pylon: Any, nodes: Any) -> None:
        self._pylon, self._nodes = pylon, nodes

    def read(self, name: str) -> str | None:
        """See `device.Features`."""
        try:
            return str(self._nodes.GetNode(name).ToString())
        except (AttributeError, self._pylon.GenericException):  # there is no such node, or it cannot be read now
            return None

    def write(self, name: str, value: str) -> None:
        """See `device.Features`."""
        try:
            self._nodes.GetNode(name).FromString(value)
        except self._pylon.GenericException as error:
            raise SourceError(_said(error)) from None


class _BaslerCamera:
    """An open camera; see `device.Device`. pylon itself keeps the newest frame only."""

    buffers = 10

    def __init__(self, pylon: Any, camera: Any, serial: str) -> None:
        self._pylon, self._camera = pylon, camera
        self.serial, self.label = serial, f"basler:{serial}"
        self.features = _BaslerFeatures(pylon, camera.GetNodeMap())

    def start(self) -> None:
        """See `device.Device`."""
        try:
            self._camera.StartGrabbing(self._pylon.GrabStrategy_LatestImageOnly)
        except self._pylon.GenericException as error:
            raise SourceError(f"{self.label} does not start: {_said(error)}. Does another program use it?") from None

    def pop(self, timeout_s: float) -> FilledBuffer | None:
        """See `device.Device`."""
        try:
            result = self._camera.RetrieveResult(int(timeout_s * 1000), self._pylon.TimeoutHandling_Return)
            if result is None or not result.IsValid():
                return None
            whole = result.GrabSucceeded()
            block = result.GetBlockID()
            return FilledBuffer(
                data=np.frombuffer(result.GetBuffer() if whole else b"", np.uint8),
                width=result.GetWidth() if whole else 0,
                height=result.GetHeight() if whole else 0,
                padding=result.GetPaddingX() if whole else 0,
                frame_id=None if block in (0, _NO_BLOCK_ID) else block,
                device_ns=result.GetTimeStamp() or None,
                fault="" if whole else _said(Exception(result.GetErrorDescription())) or "incomplete",
                release=result.Release,
            )
        except self._pylon.GenericException as error:
            raise SourceError(f"{self.label} was lost: {_said(error)}. Check cable and power.") from None

    def close(self, *, lost: bool) -> None:  # noqa: ARG002
        """See `device.Device`."""
        try:
            self._camera.StopGrabbing()
            self._camera.Close()
        except self._pylon.GenericException:  # it was unplugged
            pass
