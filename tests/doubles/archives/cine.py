"""A cine as a microscope pushes it: tissue of the built-in microscope in a DICOM object with a name of a patient."""

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MultiFrameTrueColorSecondaryCaptureImageStorage, generate_uid

from capture.sources.opening import SourceLimits, open_source

PATIENT = "Müller^Änne"


def write_cine(path: Path, frames: int) -> Dataset:
    """Write a cine of 30 frames per second, and return it without its pixels."""
    source = open_source(f"synthetic:?seed=1&fps=30&frames={frames}", SourceLimits(4096, 3072))
    pixels = np.empty((source.height, source.width, 3), np.uint8)
    taken = []
    for _ in range(frames):
        source.grab()
        source.retrieve(pixels)
        taken.append(pixels[:, :, ::-1].tobytes())
    source.close()
    cine = _header(frames, source.width, source.height)
    cine.PixelData = b"".join(taken)
    cine["PixelData"].VR = "OB"
    pydicom.dcmwrite(path, cine, enforce_file_format=True)
    del cine.PixelData
    return cine


def _header(frames: int, width: int, height: int) -> Dataset:
    cine = Dataset()
    cine.file_meta = FileMetaDataset()
    cine.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    cine.SOPClassUID, cine.SOPInstanceUID = MultiFrameTrueColorSecondaryCaptureImageStorage, generate_uid()
    cine.StudyInstanceUID, cine.SeriesInstanceUID = generate_uid(), generate_uid()
    cine.SpecificCharacterSet, cine.PatientName, cine.PatientID = "ISO_IR 100", PATIENT, "4711"
    cine.PatientBirthDate, cine.PatientSex, cine.ReferringPhysicianName = "19700101", "F", ""
    cine.StudyDate, cine.StudyTime, cine.StudyID, cine.AccessionNumber = "20260101", "120000", "S1", "A1"
    cine.Modality, cine.ConversionType, cine.SeriesNumber, cine.InstanceNumber = "GM", "DV", 1, 1
    cine.NumberOfFrames, cine.FrameTime, cine.FrameIncrementPointer = frames, "33.3333", 0x00181063
    cine.Columns, cine.Rows, cine.SamplesPerPixel, cine.PlanarConfiguration = width, height, 3, 0
    cine.PhotometricInterpretation, cine.BitsAllocated, cine.BitsStored, cine.HighBit = "RGB", 8, 8, 7
    cine.PixelRepresentation, cine.BurnedInAnnotation = 0, "NO"
    return cine
