"""Whole files of every family of recordings and pictures, written by the encoders that are here.

FAMILIES is the table: a name, and what writes the file into a folder and returns its path.
"""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
import tifffile
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG4HP41, JPEG2000Lossless, JPEGLosslessSV1, RLELossless

from capture.sources.opening import open_source
from stream.protocol.contracts import Pixels
from tests.doubles.frames.encoded import encode
from tests.unit.capture.sources.dicom.writing import by_ffmpeg, cine, header, save, video

Family = Callable[[Path], Path]

FRAMES: Final = 8
WIDTH, HEIGHT = 480, 270


@cache
def pictures() -> tuple[Pixels, ...]:
    """Return pictures of skin that is good to measure, each a little further than the one before."""
    source = open_source("synthetic:?seed=3")
    source.grab()
    whole = np.empty((source.height, source.width, 3), np.uint8)
    source.retrieve(whole)
    smaller: Pixels = cv2.resize(whole, (1440, 810), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return tuple(smaller[270 + n : 270 + n + HEIGHT, 480 + 2 * n : 480 + 2 * n + WIDTH].copy() for n in range(FRAMES))


def _rgb() -> list[Pixels]:
    return [np.ascontiguousarray(picture[..., ::-1]) for picture in pictures()]


def _video(name: str, codec: str, pixel_format: str = "yuv420p", **options: str) -> Family:
    """Return what encodes a recording. x264-params may hold what it wants, `_` in a name is `-`."""
    given = {key.replace("_", "-"): value for key, value in options.items()}
    return lambda folder: encode(folder / name, pictures(), codec, pixel_format=pixel_format, options=given)


def _jpegs(name: str, **options: Any) -> Family:
    """Return what puts JPEGs of a camera into a container."""

    def write(folder: Path) -> Path:
        path = folder / name
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream("mjpeg", rate=25)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
            container.start_encoding()
            for number, picture in enumerate(_rgb()):
                file = io.BytesIO()
                Image.fromarray(picture).save(file, "JPEG", quality=90, **options)
                packet = av.Packet(file.getvalue())
                packet.stream, packet.time_base = stream, Fraction(1, 25)
                packet.pts = packet.dts = number
                packet.is_keyframe = True
                container.mux(packet)
        return path

    return write


def _pillow(name: str, **options: Any) -> Family:
    def write(folder: Path) -> Path:
        first, *others = map(Image.fromarray, _rgb())
        first.save(folder / name, save_all=True, append_images=others, **options)
        return folder / name

    return write


def _tiff(name: str, deep: bool = False, **options: Any) -> Family:
    def write(folder: Path) -> Path:
        stack: Any = np.stack(_rgb())
        if deep:
            stack = stack.astype(np.uint16) * 257
        if options.get("planarconfig") == "separate":
            stack = np.moveaxis(stack, -1, 1)
        tifffile.imwrite(folder / name, stack, photometric="rgb", **options)
        return folder / name

    return write


def _opencv(name: str) -> Family:
    def write(folder: Path) -> Path:
        cv2.imwrite(str(folder / name), pictures()[0])
        return folder / name

    return write


def _dicom(name: str, syntax: str, compress: Callable[[Pixels], bytes]) -> Family:
    def write(folder: Path) -> Path:
        parts = [compress(picture) for picture in _rgb()]
        return save(folder / name, header(FRAMES, HEIGHT, WIDTH, syntax), encapsulate(parts))

    return write


def _plain_dicom(folder: Path) -> Path:
    return save(folder / "plain.dcm", header(FRAMES, HEIGHT, WIDTH), np.stack(_rgb()).tobytes())


def _rle_dicom(folder: Path) -> Path:
    data = header(FRAMES, HEIGHT, WIDTH)
    data.PixelData = np.stack(_rgb()).tobytes()
    data["PixelData"].VR = "OB"
    data.compress(RLELossless, generate_instance_uid=False)
    data.save_as(folder / "rle.dcm", enforce_file_format=True)
    return folder / "rle.dcm"


def _video_dicom(folder: Path) -> Path:
    stream = video("libx264", "h264", _rgb(), profile="high", g="4")
    data = header(FRAMES, HEIGHT, WIDTH, MPEG4HP41, PhotometricInterpretation="YBR_PARTIAL_420")
    return save(folder / "h264.dcm", data, encapsulate([stream], has_bot=False))


_CABAC: Final = {"crf": "18", "g": "6", "bf": "2"}
_CAVLC: Final = {"crf": "18", "g": "6", "bf": "0", "coder": "cavlc"}

FAMILIES: Final[dict[str, Family]] = {
    "H.264 CABAC, B-frames, mp4": _video("cabac.mp4", "libx264", **_CABAC),
    "H.264 CABAC, 4 slices, mkv": _video("slices.mkv", "libx264", **_CABAC, x264_params="slices=4"),
    "H.264 CAVLC, mp4": _video("cavlc.mp4", "libx264", **_CAVLC),
    "H.264 CAVLC, 4 slices, ts": _video("cavlc.ts", "libx264", **_CAVLC, x264_params="slices=4"),
    "H.264 CABAC, bare": _video("bare.h264", "libx264", **_CABAC),
    "MJPEG of FFmpeg, avi": _video("mjpeg.avi", "mjpeg", "yuvj420p", qmin="2", qmax="3"),
    "MJPEG of a camera, mov": _jpegs("camera.mov"),
    "MJPEG, own tables, mkv": _jpegs("tables.mkv", optimize=True),
    "MJPEG, restarts, mkv": _jpegs("restarts.mkv", restart_marker_rows=1),
    "MPEG-4 part 2, mp4": _video("part2.mp4", "mpeg4", qmin="2", qmax="3"),
    "MPEG-2, ts": _video("mpeg2.ts", "mpeg2video", qmin="2", qmax="3"),
    "FFV1 with checksums, mkv": _video("ffv1.mkv", "ffv1", "bgr0", level="3", slices="4", slicecrc="1"),
    "PNG": _opencv("a.png"),
    "JPEG": _opencv("a.jpg"),
    "APNG": _pillow("animation.png"),
    "GIF": _pillow("animation.gif"),
    "WebP": _pillow("animation.webp", quality=90),
    "WebP, lossless": _pillow("lossless.webp", lossless=True),
    "TIFF, planes": _tiff("planes.tif", planarconfig="separate"),
    "TIFF, 16 bit": _tiff("deep.tif", deep=True),
    "TIFF, LZW": _pillow("lzw.tif", compression="tiff_lzw"),
    "TIFF, Deflate": _pillow("deflate.tif", compression="tiff_adobe_deflate"),
    "TIFF, JPEG": _pillow("jpeg.tif", compression="jpeg"),
    "TIFF, PackBits": _pillow("packbits.tif", compression="packbits"),
    "TIFF, ImageJ": _tiff("imagej.tif", imagej=True, metadata={"axes": "TYXS"}),
    "TIFF, OME": _tiff("ome.ome.tif", metadata={"axes": "TYXS"}, ome=True),
    "DICOM": _plain_dicom,
    "DICOM, JPEG": lambda folder: cine(folder / "jpeg.dcm", _rgb()),
    "DICOM, lossless JPEG": _dicom("lossless.dcm", JPEGLosslessSV1, lambda rgb: by_ffmpeg("ljpeg", _bgr(rgb), "bgr24")),
    "DICOM, JPEG 2000": _dicom("j2k.dcm", JPEG2000Lossless, lambda rgb: by_ffmpeg("jpeg2000", rgb, "rgb24")),
    "DICOM, RLE": _rle_dicom,
    "DICOM, H.264": _video_dicom,
}


def _bgr(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture[..., ::-1])


def written(folder: Path, names: Sequence[str] = tuple(FAMILIES)) -> dict[str, Path]:
    """Write one whole file of each family."""
    return {name: FAMILIES[name](folder) for name in names}
