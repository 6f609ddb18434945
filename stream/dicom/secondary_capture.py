"""Frames as an object that any viewer shows: Multi-frame True Color Secondary Capture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sr.codedict import codes
from pydicom.uid import JPEGBaseline8Bit, MultiFrameTrueColorSecondaryCaptureImageStorage

from stream.dicom.common import Identity, complete

_PATIENT_AND_STUDY: Final = (
    "SpecificCharacterSet", "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
    "StudyID", "StudyDescription", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip
_FRAME_TIME: Final = 0x00181063


@dataclass(frozen=True, slots=True)
class PictureKind:
    """What the frames of an object show. image_type: as in Image Type (DICOM PS3.3, C.7.6.1.1.2)."""

    series_number: int
    series: str
    derivation: str
    image_type: tuple[str, str]


OVERLAY: Final = PictureKind(
    102, "Capillaries outlined", "Capillaries outlined, with density, interval and quality", ("DERIVED", "SECONDARY")
)
CLIP: Final = PictureKind(103, "Clip", "Compressed", ("DERIVED", "PRIMARY"))


def pictures(
    kind: PictureKind,
    jpegs: Sequence[bytes],
    size: tuple[int, int],
    frame_ms: float,
    identity: Identity,
    burned_in: str = "YES",
    source: Dataset | None = None,
) -> Dataset:
    """Return the object of frames that are encoded as JPEG, 8 bits, Y'CbCr with half the columns of colour (4:2:2).

    size: width and height, px. frame_ms: time from one frame to the next. burned_in: whether the pictures may name a
    patient, "YES" or "NO". source: the object that the frames are from.
    """
    made = Dataset()
    for name in _PATIENT_AND_STUDY:
        setattr(made, name, identity.study.get(name))
    made.SOPClassUID, made.SOPInstanceUID = MultiFrameTrueColorSecondaryCaptureImageStorage, identity.instance_uid
    made.SeriesInstanceUID, made.SeriesNumber = identity.series_uid, kind.series_number
    made.SeriesDescription, made.Modality, made.ConversionType = kind.series, "GM", "WSD"
    made.InstanceNumber, made.ImageType = identity.number, list(kind.image_type)
    made.PatientOrientation, made.Laterality, made.BurnedInAnnotation = None, None, burned_in
    made.DerivationDescription = kind.derivation
    if source is not None:
        made.SourceImageSequence = [_reference(source)]
    _describe_pixels(made, jpegs, size, frame_ms)
    complete(made, identity)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = (
        made.SOPClassUID,
        made.SOPInstanceUID,
    )
    return made


def _describe_pixels(made: Dataset, jpegs: Sequence[bytes], size: tuple[int, int], frame_ms: float) -> None:
    made.Columns, made.Rows = size
    made.SamplesPerPixel, made.PlanarConfiguration, made.PhotometricInterpretation = 3, 0, "YBR_FULL_422"
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation = 7, 0
    made.NumberOfFrames, made.FrameIncrementPointer = len(jpegs), _FRAME_TIME
    made.FrameTime = f"{frame_ms:.10g}"
    made.LossyImageCompression, made.LossyImageCompressionMethod = "01", "ISO_10918_1"
    raw = 3 * size[0] * size[1] * len(jpegs)
    made.LossyImageCompressionRatio = f"{raw / max(1, sum(map(len, jpegs))):.4g}"
    made.PixelData = encapsulate(list(jpegs))
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True


def _reference(source: Dataset) -> Dataset:
    """Return the reference to the object that frames are from (DICOM PS3.3, C.7.6.1.1.4)."""
    purpose, item = Dataset(), Dataset()
    concept = codes.DCM.SourceImageForImageProcessingOperation
    purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = (
        concept.value,
        concept.scheme_designator,
        concept.meaning,
    )
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = source.SOPClassUID, source.SOPInstanceUID
    item.PurposeOfReferenceCodeSequence = [purpose]
    return item
