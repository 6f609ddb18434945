"""Small DICOM files that tests write for themselves, and their frames as they are read."""

import contextlib
import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

from capture.sources.dicom.source import DicomSource
from capture.sources.opening import open_source
from stream.protocol.contracts import Pixels
from tests.doubles.media import HEIGHT, WIDTH, card

PATIENT: Final = "Mueller^Hans"
VIDEO_MICROSCOPIC: Final = "1.2.840.10008.5.1.4.1.1.77.1.2.1"
RGB = [card(number)[:, :, ::-1] for number in range(4)]
DEEP = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)


def header(frames: int, height: int, width: int, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> Dataset:
    """Return a colour picture without pixels, of a patient who must stay unnamed; `elements` are laid over it."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = UID(syntax)
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = UID(VIDEO_MICROSCOPIC)
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.PatientName, data.PatientID = PATIENT, "19500101-MH"
    data.SeriesInstanceUID = "1.2.3.4"
    data.Rows, data.Columns, data.NumberOfFrames = height, width, frames
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PlanarConfiguration = 3, "RGB", 0
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    for name, value in elements.items():
        setattr(data, name, value)
    if data.SamplesPerPixel == 1:
        del data.PlanarConfiguration
    return data


def save(path: Path, data: Dataset, pixels: bytes, **options: Any) -> Path:
    """Write the file."""
    data.PixelData = pixels
    compressed = data.file_meta.TransferSyntaxUID.is_encapsulated
    data["PixelData"].VR = "OB" if compressed or data.BitsAllocated == 8 else "OW"
    data["PixelData"].is_undefined_length = compressed
    data.save_as(path, enforce_file_format=True, **options)
    return path


def grey(bits_stored: int, **elements: Any) -> dict[str, Any]:
    """Return the elements of a grey picture."""
    return {
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 8 if bits_stored <= 8 else 16,
        "BitsStored": bits_stored,
        "HighBit": bits_stored - 1,
        **elements,
    }


def jpeg(pixels: npt.NDArray[np.uint8], **options: Any) -> bytes:
    """Return RGB or grey pixels as JPEG, of an even length as DICOM wants it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, **options)
    return file.getvalue() + b"\0" * (len(file.getvalue()) % 2)


def cine(path: Path, pictures: Sequence[npt.NDArray[np.uint8]], has_bot: bool = True, **elements: Any) -> Path:
    """Write RGB pictures as JPEG frames."""
    height, width = pictures[0].shape[:2]
    data = header(len(pictures), height, width, JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422", **elements)
    return save(path, data, encapsulate([jpeg(one) for one in pictures], has_bot=has_bot))


def by_ffmpeg(codec: str, pixels: npt.NDArray[Any], form: str) -> bytes:
    """Return one picture compressed by FFmpeg."""
    context: Any = av.CodecContext.create(codec, "w")
    context.height, context.width = pixels.shape[:2]
    context.pix_fmt, context.time_base = form, Fraction(1, 25)
    if codec == "jpeg2000":
        context.options = {"format": "j2k", "pred": "1"}
    frame = av.VideoFrame.from_ndarray(pixels, form)
    data = b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
    return data + b"\0" * (len(data) % 2)


def video(codec: str, container: str, pictures: Sequence[npt.NDArray[np.uint8]], **options: str) -> bytes:
    """Return RGB pictures as a video at 25 frames per second, in a container or bare."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        track: Any = output.add_stream(codec, rate=25, options=options)
        track.height, track.width = pictures[0].shape[:2]
        track.pix_fmt, track.bit_rate = "yuv420p", 8_000_000
        for picture in pictures:
            output.mux(track.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        output.mux(track.encode(None))
    return file.getvalue() + b"\0" * (len(file.getvalue()) % 2)


def opened(path: Path) -> DicomSource:
    """Open a file for what is known of it beside its frames."""
    source = open_source(str(path))
    assert isinstance(source, DicomSource)
    return source


def frames(path: Path) -> list[Pixels]:
    """Return all frames."""
    found = []
    with contextlib.closing(opened(path)) as source:
        while (grab := source.grab()) is not None:
            found.append(np.empty((grab.height, grab.width, 3), np.uint8))
            source.retrieve(found[-1])
    return found


def colour(path: Path, syntax: str = ExplicitVRLittleEndian, **options: Any) -> Path:
    """Write four uncompressed colour frames."""
    return save(path, header(4, HEIGHT, WIDTH, syntax), np.stack(RGB).tobytes(), **options)


def item(**elements: Any) -> Dataset:
    """Return an item of a sequence."""
    data = Dataset()
    for name, value in elements.items():
        setattr(data, name, value)
    return data
