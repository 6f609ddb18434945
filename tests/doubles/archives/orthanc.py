"""Orthanc, a real archive of pictures, with a port and a folder of its own."""

import contextlib
import json
import socket
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pydicom
from pydicom.dataset import FileDataset

from tests.conftest import missing
from tests.running import eventually, free_port

_PROGRAM = Path("/usr/sbin/Orthanc")
_WEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


class Orthanc:
    """An archive that keeps what it has in `folder` when it is killed and started again."""

    AE_TITLE = "ORTHANC"

    def __init__(self, folder: Path, **settings: Any) -> None:
        """Prepare; settings: of Orthanc's configuration."""
        if not _PROGRAM.exists():
            missing("no Orthanc: apt-get install orthanc orthanc-dicomweb")
        folder.mkdir(exist_ok=True)
        self.dicom_port, self.http_port = free_port(), free_port()
        self._open = build_opener(ProxyHandler({})).open
        self._files: dict[str, FileDataset] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._configuration = folder / "orthanc.json"
        self._configuration.write_text(
            json.dumps(
                {
                    "StorageDirectory": str(folder / "storage"),
                    "IndexDirectory": str(folder / "storage"),
                    "DicomAet": self.AE_TITLE,
                    "DicomPort": self.dicom_port,
                    "DicomCheckCalledAet": True,
                    "DicomAlwaysAllowEcho": False,
                    "HttpPort": self.http_port,
                    "AuthenticationEnabled": False,
                    "Plugins": [str(_WEB)] if _WEB.exists() else [],
                    "DicomModalities": {"program": ["CAPILLARY", "127.0.0.1", 4242]},
                    "DicomAlwaysAllowStore": False,
                    **settings,
                }
            )
        )

    @property
    def web(self) -> str:
        """Return the address of its DICOMweb service."""
        return f"http://127.0.0.1:{self.http_port}/dicom-web"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._process = subprocess.Popen(
            [str(_PROGRAM), str(self._configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(lambda: all(map(_listens, (self.dicom_port, self.http_port))), "Orthanc takes connections")

    def stop(self) -> None:
        """Kill it as a power cut would. May be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def objects(self) -> list[FileDataset]:
        """Return all that it has, in the order in which it came; nothing while it is away."""
        with contextlib.suppress(OSError):
            changes = json.loads(self._get("/changes?limit=10000"))["Changes"]
            ids = [change["ID"] for change in changes if change["ChangeType"] == "NewInstance"]
            return [self._file(one) for one in ids]
        return []

    def count(self) -> int:
        """Return how many objects it has."""
        return int(json.loads(self._get("/statistics"))["CountInstances"])

    def _file(self, one: str) -> FileDataset:
        if one not in self._files:
            self._files[one] = pydicom.dcmread(BytesIO(self._get(f"/instances/{one}/file")))
        return self._files[one]

    def _get(self, path: str) -> bytes:
        with self._open(f"http://127.0.0.1:{self.http_port}{path}", timeout=10) as answer:
            content: bytes = answer.read()
            return content


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
