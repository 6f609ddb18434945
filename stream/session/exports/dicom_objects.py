"""A part of a session as DICOM objects: the clip, the same with outlines drawn in, the outlines alone, the report."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import simplejpeg
from msgspec.structs import asdict
from pydicom.dataset import Dataset

from stream.dicom.common import Identity
from stream.dicom.presentation_state import outlines
from stream.dicom.report import FrameTotals, clip_report
from stream.dicom.secondary_capture import CLIP, OVERLAY, pictures
from stream.dicom.study import study, study_of
from stream.dicom.subject import Station, Subject
from stream.dicom.uids import series_uid, uid
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import Pixels, RecordedFrames
from stream.protocol.readings import DensityReading
from stream.session.archive import Archive

Draw = Callable[[Pixels, DensityReading], bytes]
"""Returns a frame with what its reading found drawn in, as JPEG with 4:2:2 colour."""

_QUALITY: Final = 90
_NO_RATE_MS: Final = 1000.0


def part_of(archive: Archive, from_s: float, to_s: float, at_most: int) -> list[DensityReading]:
    """Return the readings whose media time lies between two, the first ones if there are more. Raises UsageError."""
    facts = archive.facts()
    chosen = [seq for seq, time_s in archive.rows(("seq", "time_s")) if from_s <= time_s <= to_s][:at_most]
    if not chosen:
        raise UsageError(f"the session in {archive.path.parent} has no frame in that time")
    readings = [archive.reading(seq) for seq in chosen]
    return [_reading(asdict(one), facts) for one in readings if one is not None]


def objects_of(
    archive: Archive,
    readings: Sequence[DensityReading],
    frames: RecordedFrames,
    draw: Draw,
    whom: tuple[Subject, Station],
) -> list[Dataset]:
    """Return clip, overlay, outlines (if the session keeps them) and report of a part of a session.

    A frame without a picture is left out of all of them. Raises SourceError if none has one.
    """
    shown: list[DensityReading] = []
    plain: list[bytes] = []
    drawn: list[bytes] = []
    size = 0, 0
    for reading in readings:
        try:
            pixels = frames.image(reading.seq, reading.frame).pixels
        except SourceError as error:
            missing = error
            continue
        size = pixels.shape[1], pixels.shape[0]
        shown.append(reading)
        plain.append(simplejpeg.encode_jpeg(pixels, _QUALITY, "BGR", "422"))
        drawn.append(draw(pixels, reading))
    if not shown:
        raise missing
    return _made(archive, shown, plain, drawn, size, whom)


def _made(
    archive: Archive,
    shown: Sequence[DensityReading],
    plain: Sequence[bytes],
    drawn: Sequence[bytes],
    size: tuple[int, int],
    whom: tuple[Subject, Station],
) -> list[Dataset]:
    subject, station = whom
    session, which = shown[0].session, (shown[0].seq, shown[-1].seq, len(shown), shown[0].model_id)

    def identity(kind: str, made_from: Dataset) -> Identity:
        return Identity(
            made_from,
            series_uid(session, kind),
            uid(session, kind, *which),
            which[0] + 1,
            shown[0].t_capture_ns,
            station,
        )

    took_s = shown[-1].time_s - shown[0].time_s
    frame_ms = 1000 * took_s / (len(shown) - 1) if took_s > 0 else _NO_RATE_MS
    clip = pictures(CLIP, plain, size, frame_ms, identity("clip", study(session, subject)))
    made_from = study_of(clip)
    overlay = pictures(OVERLAY, drawn, size, frame_ms, identity("overlay", made_from), source=clip)
    over = outlines(shown, clip, identity("outlines", made_from))
    report = clip_report(shown, clip, identity("clip report", made_from), _session_totals(archive))
    return [clip, overlay, *([] if over is None else [over]), report]


def _session_totals(archive: Archive) -> FrameTotals:
    """Return all frames of the session together."""
    rows = list(archive.rows(("quality", "density_pct")))
    good = [density for quality, density in rows if quality == "good" and density is not None]
    return FrameTotals("Whole session", len(rows), good, str(archive.facts().get("model_id") or ""))


def _reading(stored: dict[str, Any], facts: dict[str, Any]) -> DensityReading:
    given = {name: value for name, value in stored.items() if name != "late" and value is not None}
    beside = {"session": str(facts.get("session") or "session"), "source": str(facts.get("source") or "")}
    return msgspec.convert(given | beside, DensityReading)
