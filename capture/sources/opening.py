"""Opening a source by its URI or path: a small table of openers, merged with those of installed packages."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, cast

from msgspec import structs

from capture.sources.files import is_folder, is_pattern
from capture.sources.options import nearest, options_as
from capture.sources.uri import NETWORK_SCHEMES, PLAIN, SourceUri, parse_uri
from stream.errors import SourceError, UsageError
from stream.machine.files import SUFFIXES, expanded
from stream.protocol.contracts import FrameSource

ENTRY_POINTS: Final = "capillary_stream.sources"
"""Entry point group: the name is the scheme, the value "module:function", a function from SourceUri to FrameSource."""

Opener = Callable[[SourceUri], FrameSource]

# Named, not imported: opening a camera does not load the synthetic microscope.
_BUILT_IN: Final = {
    "video": "capture.sources.video:open_video",
    "images": "capture.sources.images:open_images",
    "camera": "capture.sources.camera:open_camera",
    "synthetic": "capture.sources.opening:open_synthetic",
    **dict.fromkeys(NETWORK_SCHEMES, "capture.sources.camera:open_network"),
}

_SCHEME_OF_SUFFIX: Final = {
    **dict.fromkeys(SUFFIXES, "images"),
    ".dcm": "dicom",
}


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """The largest frame that is accepted, in pixels: what a slot of the ring is made for."""

    max_width: int = 4096
    max_height: int = 3072


def schemes() -> dict[str, str]:
    """Scheme → "module:function" of every source that is installed; a package cannot replace a built-in one."""
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)} | _BUILT_IN


def open_source(uri: str, limits: SourceLimits | None = None) -> FrameSource:
    """Open a source by URI or plain path. Raises UsageError for a wrong name or option, SourceError for the rest."""
    parsed = placed(parse_uri(uri))
    openers = schemes()
    if parsed.scheme not in openers:
        raise UsageError(
            f"There is no source '{parsed.scheme}:'. {nearest(parsed.scheme, openers)} "
            "A file with a colon in its name is written ./name."
        )
    source = _load(openers[parsed.scheme])(parsed)
    try:
        _check_size(source, limits or SourceLimits())
    except SourceError:
        source.close()
        raise
    return source


def placed(uri: SourceUri) -> SourceUri:
    """A plain path with the scheme that opens it."""
    if uri.scheme != PLAIN:
        return uri
    path = expanded(uri.path)
    if is_folder(path) or (is_pattern(uri.path) and not path.exists()):
        return SourceUri("images", str(path))
    return SourceUri(_SCHEME_OF_SUFFIX.get(path.suffix.lower(), "video"), str(path))


def _load(target: str) -> Opener:
    """The opener itself. What a third party's module raises on import is not hidden."""
    module, _, function = target.partition(":")
    return cast("Opener", getattr(import_module(module), function))


def _check_size(source: FrameSource, limits: SourceLimits) -> None:
    if source.width > limits.max_width or source.height > limits.max_height:
        raise SourceError(
            f"Frames of {source.name} are {source.width}x{source.height}, more than the {limits.max_width}x"
            f"{limits.max_height} allowed; raise capture.max_width_px and capture.max_height_px in the configuration."
        )


def open_synthetic(uri: SourceUri) -> FrameSource:
    """Opener of `synthetic:?seed=1`: its options are the fields of the synthetic microscope's settings."""
    from capture.sources import synthetic

    if uri.path:
        raise UsageError(f"synthetic: takes options only, not '{uri.path}'; write synthetic:?seed=1.")
    return synthetic.open_synthetic(**structs.asdict(options_as(uri, synthetic.SyntheticSettings)))
