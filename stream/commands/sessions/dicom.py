"""`run_stream.py dicom`: a session for an archive of pictures. Loads what it needs when it runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from stream.outlets.dicom.archive_settings import DicomSettings

_DRAW: Final = "capture.writers.drawn_reading:drawn_jpeg"
_MOST_FRAMES: Final = 300  # ten seconds at 30 frames per second, some 100 MB


@click.command()
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder to write the objects into.")
@click.option("--to", metavar="OUTLET", help="Store them with this DICOM outlet of the configuration.")
@click.option("--from-s", type=click.FloatRange(0), default=0.0, help="Begin at this media time, s.")
@click.option("--to-s", type=click.FloatRange(0), default=float("inf"), help="End at this media time, s.")
@click.option(
    "--frames", type=click.IntRange(1, 3000), default=_MOST_FRAMES, show_default=True, help="At most so many."
)
@click.option("--worklist", metavar="ACCESSION", help="The objects are of this examination of the worklist.")
@click.option("--recording", help="Where the recording is now. Default: where it was analysed.")
@click.pass_obj
def dicom(
    parts: Parts,
    session: Path,
    output: Path | None,
    to: str | None,
    from_s: float,
    to_s: float,
    frames: int,
    worklist: str | None,
    recording: str | None,
) -> None:
    """Make DICOM objects of a part of a SESSION: clip, outlined clip, outlines and report; write or store them."""
    from contextlib import closing

    from stream.config.framing import framing_from
    from stream.config.plugins import load
    from stream.dicom.subject import Station, Subject
    from stream.errors import UsageError
    from stream.outlets.dicom.installed import need_dicom
    from stream.session.archive import Archive
    from stream.session.finished import session_file

    if (output is None) == (to is None):
        raise UsageError("say where the objects go: --output FOLDER, or --to OUTLET")
    need_dicom()
    from stream.serving.examination import of_examination
    from stream.serving.receiver import dicom_outlet
    from stream.session.exports.dicom_objects import objects_of, part_of

    config = parts.load("default.toml", {})
    if worklist is not None:
        config = of_examination(config, worklist)
    settings = None if to is None and worklist is None else dicom_outlet(config, to)
    with closing(Archive(session_file(session))) as archive:
        facts = archive.facts()
        own = parts.recorded_session(archive.path.parent) if recording is None else None
        source = recording or (str(archive.path.parent) if own else str(facts.get("asked_source") or ""))
        if own is not None:
            own.close()
        readings = part_of(archive, from_s, to_s, frames)
        pictures = parts.lookup(source, framing_from(facts.get("framing")))
        named = settings.subject if settings is not None and worklist is not None else Subject()
        whom = named, settings.station if settings is not None else Station()
        made = objects_of(archive, readings, pictures, load(_DRAW), whom)
    where = _written(made, output) if output is not None else _stored(made, settings)
    print(f"{len(made)} objects of frames {readings[0].seq} to {readings[-1].seq}: {where}", file=sys.stderr)


def _written(made: "list[Dataset]", folder: Path) -> str:
    """Write the objects, and say where. Raises OutputError."""
    import pydicom

    from stream.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in made:
            name = "-".join(one.get("SeriesDescription", "outlines").lower().split())
            pydicom.dcmwrite(folder / f"{name}.dcm", one, enforce_file_format=True, overwrite=False)
    except OSError as error:
        raise OutputError(f"the objects cannot be written into {folder}: {error.strerror or error}") from error
    return str(folder)


def _stored(made: "list[Dataset]", settings: "DicomSettings | None") -> str:
    """Store the objects, and say where. Raises OutputError, RefusedMessageError."""
    from stream.outlets.dicom.reaching import archive_of

    assert settings is not None
    archive_of(settings).store(*made)
    return "stored"
