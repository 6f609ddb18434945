"""All devices that are plugged in. Each kind is asked in a process of its own: a maker's library may hang or crash."""

import os
import time
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import Final

from stream.config.plugins import load
from stream.errors import StreamError
from stream.machine.devices import Found, FoundKind

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "camera": "capture.devices.v4l2:found_v4l2",
        "genicam": "capture.sources.industrial.genicam:found_genicam",
        "aravis": "capture.sources.industrial.aravis:found_aravis",
        "basler": "capture.sources.industrial.basler:found_basler",
    }
)
"""Kind → "module:function" that returns a list of `Found`. Raises SourceError if it cannot."""

_LONGEST_S: Final = 6.0


def found_devices(kinds: Mapping[str, str] = KINDS, longest_s: float = _LONGEST_S) -> list[FoundKind]:
    """Ask all kinds at the same time, and return what they said within so many seconds."""
    context = get_context("spawn")
    asked = []
    for kind, target in kinds.items():
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(there, target), name=f"devices-{kind}", daemon=True)
        process.start()
        there.close()
        asked.append((kind, process, here))
    until_s = time.monotonic() + longest_s
    found = []
    for kind, process, here in asked:
        found.append(_heard(kind, here, max(0.0, until_s - time.monotonic()), longest_s))
        process.kill()
        process.join()
        here.close()
    return found


def _heard(kind: str, here: Connection, wait_s: float, longest_s: float) -> FoundKind:
    try:
        if not here.poll(wait_s):
            return FoundKind(kind=kind, note=f"no answer within {longest_s:g} s; the driver or a device hangs")
        devices, note = here.recv()
        return FoundKind(kind=kind, devices=devices, note=note.removeprefix(f"{kind}: "))
    except EOFError:
        return FoundKind(kind=kind, note="the driver crashed when it was asked")


def _answer(there: Connection, target: str) -> None:
    """Be the child: say what a kind has. What libraries print is left out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    devices: tuple[Found, ...] = ()
    note = ""
    try:
        devices = tuple(load(target)())
    except StreamError as error:
        note = str(error)
    except Exception as error:  # noqa: BLE001 (a library's own: the other kinds are listed all the same)
        note = f"the driver failed: {error}"
    there.send((devices, note))
