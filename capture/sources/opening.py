"""Opens a source by its URI or path.

What opens a scheme is looked up among the plug-ins: a function from SourceUri to FrameSource.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import structs

from capture.sources.dicom.finding import SUFFIXES as DICOM_SUFFIXES
from capture.sources.dicom.finding import begins_as_dicom, holds_dicom
from capture.sources.files import is_empty, is_folder, is_pattern
from capture.sources.misnamed import hint
from capture.sources.options import options_as
from capture.sources.pictures.foreign import FOREIGN_SUFFIXES, foreign
from capture.sources.pictures.recognise import begins_as_picture
from capture.sources.session.description import is_recording
from capture.sources.uri import PLAIN, SourceUri, parse_uri
from capture.sources.video.containers.recognise import recognise
from stream.config.framing import AS_IT_IS, Framing
from stream.config.plugins import find, names
from stream.config.sections import CaptureConfig, Decoder
from stream.errors import SourceError, UsageError
from stream.machine.files import SUFFIXES, expanded
from stream.session.store import FILE_NAME as SESSION_FILE

if TYPE_CHECKING:
    from stream.protocol.contracts import FrameSource

_SCHEME_OF_SUFFIX: Final = dict.fromkeys(SUFFIXES, "images") | dict.fromkeys(DICOM_SUFFIXES, "dicom")


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What becomes of a source's frames, and how large they may be then.

    max_width, max_height: in pixels, what a slot of the ring is made for. framing: of all frames but those of a
    recording of this program, which were framed when they were recorded. decoder: of videos that name none.
    """

    max_width: int = 4096
    max_height: int = 3072
    framing: Framing = AS_IT_IS
    decoder: Decoder = "software"


def limits_of(capture: CaptureConfig) -> SourceLimits:
    """Return what a configuration says of frames."""
    return SourceLimits(capture.max_width_px, capture.max_height_px, capture.framing, capture.decoder)


def open_source(uri: str, limits: SourceLimits | None = None) -> "FrameSource":
    """Open a source by URI or plain path. Raises UsageError for a wrong name or option, SourceError for the rest."""
    limits = limits or SourceLimits()
    named = parse_uri(uri)
    try:
        parsed = _with_decoder(placed(named), limits.decoder)
        opened: FrameSource = find("sources", parsed.scheme)(parsed)
    except (UsageError, SourceError) as error:
        meant = hint(uri, named, names("sources"))
        if not meant:
            raise
        raise (UsageError if isinstance(error, UsageError) else SourceError)(f"{error}{meant}") from None
    try:
        source = opened if parsed.scheme == "session" else _framed(opened, limits.framing)
        _check_size(source, limits)
    except SourceError:
        opened.close()
        raise
    return source


def _with_decoder(uri: SourceUri, decoder: Decoder) -> SourceUri:
    if uri.scheme != "video" or decoder == "software":
        return uri
    return replace(uri, options={"decoder": decoder} | dict(uri.options))


def _framed(source: "FrameSource", framing: Framing) -> "FrameSource":
    if framing == AS_IT_IS:
        return source
    from capture.framed import FramedSource  # OpenCV is not needed for the rest

    return FramedSource(source, framing)


def placed(uri: SourceUri) -> SourceUri:
    """Return a plain path with the scheme that opens it."""
    if uri.scheme != PLAIN:
        return uri
    path = expanded(uri.path)
    if path.name == SESSION_FILE or is_recording(path):
        return SourceUri("session", str(path))
    if is_folder(path) or (is_pattern(uri.path) and not path.exists()):
        return SourceUri("dicom" if _holds_dicom(path) else "images", str(path))
    return SourceUri(_scheme_of_file(path), str(path))


def _scheme_of_file(path: Path) -> str:
    """Return what opens a file: its first bytes decide, its name only if they do not.

    Raises SourceError if it is empty.
    """
    suffix = path.suffix.lower()
    by_name = _SCHEME_OF_SUFFIX.get(suffix, "video")
    if is_empty(path):
        raise SourceError(f"{path} is empty: it has no bytes. Copy or record it again.")
    try:
        if begins_as_dicom(path):  # before TIFF, which may stand in the preamble
            return "dicom"
        if suffix in FOREIGN_SUFFIXES or begins_as_picture(path) or foreign(path):
            return "images"
        form = None if by_name == "video" else recognise(path)
    except OSError:  # said when it is opened
        return "images" if suffix in FOREIGN_SUFFIXES else by_name
    return "video" if form is not None and form.format != "mjpeg" else by_name


def _holds_dicom(place: Path) -> bool:
    try:
        return holds_dicom(place)
    except OSError:  # said when it is opened
        return False


def _check_size(source: "FrameSource", limits: SourceLimits) -> None:
    if source.width > limits.max_width or source.height > limits.max_height:
        raise SourceError(
            f"Frames of {source.name} are {source.width}x{source.height}, more than the {limits.max_width}x"
            f"{limits.max_height} allowed; raise capture.max_width_px and capture.max_height_px in the configuration."
        )


def open_synthetic(uri: SourceUri) -> "FrameSource":
    """Open `synthetic:?seed=1`: its options are the fields of the synthetic microscope's settings."""
    from capture.sources import synthetic

    if uri.path:
        raise UsageError(f"synthetic: takes options only, not '{uri.path}'; write synthetic:?seed=1.")
    return synthetic.open_synthetic(**structs.asdict(options_as(uri, synthetic.SyntheticSettings)))
