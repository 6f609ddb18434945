"""The description of an OME-TIFF (OME model 2016-06): which directory holds which plane, and how wide a pixel is."""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from stream.errors import SourceError

_MAX_PLANES: Final = 1_000_000
_COLOURS: Final = ((0xFF0000, ("red", "r")), (0x00FF00, ("green", "g")), (0x0000FF, ("blue", "b")))


@dataclass(frozen=True, slots=True)
class OmePixels:
    """The planes of an OME-TIFF.

    directories: number of the directory of each plane, None if it has none; channels vary first, then depth, then time.
    channels: planes per frame. are_colours: three channels that are red, green and blue.
    size_x: width of a pixel in `unit`, None if it is not written.
    """

    directories: tuple[int | None, ...]
    channels: int
    are_colours: bool
    size_x: float | None
    unit: str


def read_ome(description: str) -> OmePixels:
    """Read the XML of an OME-TIFF.

    Raises SourceError, a sentence without its subject, if the planes are not all in this file.
    """
    try:
        root = ElementTree.fromstring(description)
    except ElementTree.ParseError:
        raise SourceError("is damaged: its OME description cannot be read") from None
    found = root.findall(".//{*}Pixels")
    if len(found) != 1:
        raise SourceError(f"holds {len(found)} images (OME-TIFF); save the one to be measured alone")
    pixels = found[0]
    names = {one.get("FileName") for one in pixels.iter() if one.tag.endswith("}UUID") and one.get("FileName")}
    if len(names) > 1 or root.find(".//{*}BinaryOnly") is not None:
        raise SourceError("has its frames in several files (OME-TIFF); save them as one file, such as with ImageJ")
    channels = pixels.findall("{*}Channel")
    sizes = {axis: int(pixels.get(f"Size{axis}", "1")) for axis in "CZT"}
    samples = sum(int(one.get("SamplesPerPixel", "1")) for one in channels)
    sizes["C"] = len(channels) if channels and samples == sizes["C"] else sizes["C"]
    if min(sizes.values()) < 1 or sizes["C"] * sizes["Z"] * sizes["T"] > _MAX_PLANES:
        raise SourceError(f"is damaged: it claims {sizes['C']} channels, {sizes['Z']} slices and {sizes['T']} frames")
    size_x = pixels.get("PhysicalSizeX")
    return OmePixels(
        _directories(pixels, sizes),
        sizes["C"],
        len(channels) == sizes["C"] == 3 and all(map(_is_colour, channels, range(3))),
        float(size_x) if size_x else None,
        pixels.get("PhysicalSizeXUnit", "µm"),
    )


def _directories(pixels: ElementTree.Element, sizes: dict[str, int]) -> tuple[int | None, ...]:
    order = [axis for axis in pixels.get("DimensionOrder", "XYCZT") if axis in sizes]
    count = sizes["C"] * sizes["Z"] * sizes["T"]
    found: dict[int, int] = {}
    for part in pixels.findall("{*}TiffData"):
        start, stride = 0, 1
        for axis in order:
            start += int(part.get(f"First{axis}", "0")) * stride
            stride *= sizes[axis]
        directory = int(part.get("IFD", "0"))
        planes = int(part.get("PlaneCount", "1" if part.get("IFD") is not None else str(count)))
        found |= {start + one: directory + one for one in range(min(planes, count - start))}
    places = []
    for time in range(sizes["T"]):
        for depth in range(sizes["Z"]):
            for channel in range(sizes["C"]):
                at, stride = 0, 1
                for axis in order:
                    at += {"C": channel, "Z": depth, "T": time}[axis] * stride
                    stride *= sizes[axis]
                places.append(found.get(at))
    return tuple(places)


def _is_colour(channel: ElementTree.Element, number: int) -> bool:
    """Return whether a channel is the colour of its place: by its Color (RGBA in 32 bits), or else its name."""
    rgb, names = _COLOURS[number]
    colour = channel.get("Color")
    if colour is not None:
        return (int(colour) & 0xFFFFFFFF) >> 8 == rgb
    return (channel.get("Name") or "").strip().lower() in names
