"""A hospital's modality worklist: dcmtk's wlmscpfs, with a folder and a port of its own."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from tests.conftest import missing
from tests.running import eventually, free_port

TITLE = "WORKLIST"
_PROGRAM = Path("/usr/bin/wlmscpfs")


@contextlib.contextmanager
def worklist(folder: Path, *accession_numbers: str) -> Iterator[int]:
    """Run a worklist with an examination for each accession number, and yield its port."""
    if not _PROGRAM.exists():
        missing("no wlmscpfs: apt-get install dcmtk")
    (folder / TITLE).mkdir(parents=True)
    (folder / TITLE / "lockfile").touch()
    for number, accession in enumerate(accession_numbers):
        item = _item(accession)
        pydicom.dcmwrite(folder / TITLE / f"{number}.wl", item, enforce_file_format=True)
    port = free_port()
    process = subprocess.Popen(
        [_PROGRAM, "-dfp", folder, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        eventually(lambda: _listens(port), "the worklist takes connections")
        yield port
    finally:
        process.kill()
        process.wait()


def _item(accession: str) -> Dataset:
    item, step = Dataset(), Dataset()
    item.file_meta = FileMetaDataset()
    item.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    item.file_meta.MediaStorageSOPClassUID = UID("1.2.276.0.7230010.3.1.0.1")  # as dcmtk's dump2dcm writes it
    item.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    item.SpecificCharacterSet = "ISO_IR 100"
    item.AccessionNumber, item.PatientName, item.PatientID = accession, f"Müller^{accession}", f"P-{accession}"
    item.PatientBirthDate, item.PatientSex, item.StudyInstanceUID = "19700131", "F", generate_uid()
    item.RequestedProcedureID, item.RequestedProcedureDescription = f"R-{accession}", "Microcirculation"
    step.Modality, step.ScheduledStationAETitle = "GM", "CAPILLARY"
    step.ScheduledProcedureStepStartDate, step.ScheduledProcedureStepStartTime = "20270115", "080000"
    step.ScheduledProcedureStepDescription, step.ScheduledProcedureStepID = "Sublingual microscopy", f"S-{accession}"
    item.ScheduledProcedureStepSequence = [step]
    return item


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
