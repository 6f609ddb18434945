"""A recording gives its frames as they were decoded, in the colours of its BGR, and BGR if it has other planes."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from capture.framed import FramedSource
from capture.recordings.proof import RecordedProof
from capture.recordings.writing.recording import Recording
from capture.recordings.writing.sealing import seal
from capture.sources.video.planes import coded_colours
from capture.sources.video.recording import VideoSource
from stream.config.framing import Framing
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import PixelLayout, frame_bytes
from stream.protocol.contracts import FrameSource, Pixels, retrieved
from tests.doubles.frames.recorded import description, row
from tests.doubles.media import card

ROUNDING = 3
"""Levels: FFmpeg's scaler cuts off three products for a pixel of BGR, and does not round them."""
PLANAR: list[PixelLayout] = ["bt601", "bt601-full", "bt709", "bt709-full"]


def recorded(path: Path, *, pixel_format: str = "yuv420p", colours: tuple[int, int] = (2, 0), width: int = 320) -> Path:
    """Record test cards without loss, with planes of any content; colours: matrix and range by ITU-T H.273."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, 240, pixel_format
        stream.codec_context.colorspace, stream.codec_context.color_range = colours
        for number in range(4):
            frame = av.VideoFrame.from_ndarray(card(number, width), format="bgr24").reformat(format=pixel_format)
            frame.colorspace, frame.color_range = colours
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def both_ways(source: FrameSource) -> tuple[FrameImage, Pixels]:
    """Return the next frame as it is made, and as BGR."""
    grab = source.grab()
    assert grab is not None
    pixels: Pixels = np.empty((grab.height, grab.width, 3), np.uint8)
    source.retrieve(pixels)
    return retrieved(source, grab), pixels


@pytest.mark.parametrize(
    ("colours", "layout"),
    [
        *((coded_colours(layout), layout) for layout in PLANAR),
        ((2, 0), "bt601"),
        ((5, 1), "bt601"),
        ((2, 2), "bt601-full"),
    ],
)
def test_planes_are_read_with_the_matrix_and_the_range_of_the_recording(
    tmp_path: Path, colours: tuple[int, int], layout: PixelLayout
) -> None:
    source = VideoSource(recorded(tmp_path / "a.mkv", colours=colours))
    assert source.layout == layout
    for _ in range(4):
        image, pixels = both_ways(source)
        assert (image.layout, image.memory.size) == (layout, 320 * 240 * 3 // 2)
        np.testing.assert_allclose(image.pixels, pixels.astype(float), atol=ROUNDING)
    source.close()


@pytest.mark.parametrize(
    ("pixel_format", "colours", "width"),
    [
        ("yuv422p", (2, 0), 320),
        ("yuv444p", (2, 0), 320),
        ("yuv420p10le", (2, 0), 320),
        ("gray", (2, 0), 320),
        ("bgr0", (2, 0), 320),
        ("yuv420p", (9, 1), 320),
        ("yuv420p", (2, 0), 319),
    ],
    ids=["4:2:2", "4:4:4", "10 bits", "grey", "RGB", "BT.2020", "odd width"],
)
def test_other_planes_are_converted_to_bgr(
    tmp_path: Path, pixel_format: str, colours: tuple[int, int], width: int
) -> None:
    source = VideoSource(recorded(tmp_path / "a.mkv", pixel_format=pixel_format, colours=colours, width=width))
    assert source.layout == "bgr"
    image, pixels = both_ways(source)
    np.testing.assert_array_equal(image.pixels, pixels)
    source.close()


def test_a_frame_that_is_otherwise_than_the_first_has_its_own_colours_in_the_planes_of_the_first(
    tmp_path: Path,
) -> None:
    with (tmp_path / "a.ts").open("wb") as joined:
        for colours in ((1, 1), (6, 2)):
            with av.open(str(tmp_path / "part.ts"), "w") as container:
                stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
                assert isinstance(stream, VideoStream)
                stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
                stream.codec_context.colorspace, stream.codec_context.color_range = colours
                for number in range(3):
                    frame = av.VideoFrame.from_ndarray(card(number), format="bgr24")
                    planes = frame.reformat(format="yuv420p", dst_colorspace=colours[0], dst_color_range=colours[1])
                    planes.pts, planes.time_base = number, Fraction(1, 25)
                    container.mux(stream.encode(planes))
                container.mux(stream.encode(None))
            joined.write((tmp_path / "part.ts").read_bytes())
    source = VideoSource(tmp_path / "a.ts")
    assert source.layout == "bt709"
    seen = 0
    while (grab := source.grab()) is not None:
        if source._grabbed is None or source._grabbed.damage:
            continue
        image = retrieved(source, grab)
        assert image.layout == "bt709"
        assert np.abs(image.pixels.astype(int) - card(grab.index % 3)).mean() < 4
        seen += 1
    assert seen >= 4
    source.close()


@pytest.mark.parametrize("region", [None, (16, 8, 200, 120), (15, 8, 200, 120)], ids=["whole", "even", "odd"])
@pytest.mark.parametrize("flip", ["none", "horizontal"])
@pytest.mark.parametrize("rotate_deg", [0, 90])
def test_a_part_of_the_picture_is_taken_from_the_planes_unless_that_would_cut_a_pixel_of_colour(
    tmp_path: Path, region: tuple[int, int, int, int] | None, flip: str, rotate_deg: int
) -> None:
    path = recorded(tmp_path / "a.mkv")
    framing = Framing(region=region, flip=flip, rotate_deg=rotate_deg)  # type: ignore[arg-type]  # literals, by parametrize
    source = FramedSource(VideoSource(path), framing)
    image, pixels = both_ways(source)
    assert image.layout == source.layout == ("bgr" if region and region[0] % 2 else "bt601")
    assert image.memory.size == frame_bytes(source.layout, source.width, source.height)
    np.testing.assert_allclose(image.pixels, pixels.astype(float), atol=ROUNDING)
    source.close()


@pytest.mark.parametrize("codec", ["lossless", "ffv1", "h264", "mjpeg"])
@pytest.mark.parametrize("layout", PLANAR)
def test_a_recording_of_planes_is_proven_and_a_lossless_one_has_every_bit_of_them(
    tmp_path: Path, codec: str, layout: PixelLayout
) -> None:
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, frame_bytes(layout, 64, 48), np.uint8) if codec != "mjpeg" else None
    memory = np.full(frame_bytes(layout, 64, 48), 128, np.uint8) if noise is None else noise
    recording = Recording(tmp_path, description(codec))
    for seq in range(3):
        recording.add(FrameImage(memory, 64, 48, layout), row(seq))
    recording.close()
    seal(tmp_path)
    proof = RecordedProof(tmp_path)
    frames = list(proof.frames())
    assert [frame.same for frame in frames] == [True] * 3
    if proof.lossless:
        assert [frame.image.layout for frame in frames if frame.image] == [layout] * 3
        assert all(frame.image is not None and (frame.image.memory == memory).all() for frame in frames)
    proof.close()
