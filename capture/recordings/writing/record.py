"""`run_stream.py record`: pictures of a source to a folder, without analysis."""

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from stream.config.parts import Parts
from stream.config.sections import CodecName

if TYPE_CHECKING:
    from capture.recordings.writing.background import Background
    from stream.protocol.contracts import FrameSource


@click.command()
@click.argument("source")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End after this many seconds.")
@click.option("--codec", type=click.Choice(get_args(CodecName)), help="Of the pictures. Default: as configured.")
@click.pass_obj
def record(parts: Parts, /, source: str, folder: Path, seconds: float | None, codec: str | None) -> None:
    """Record SOURCE into a new folder below DIR, without analysing it: video, table of frames, settings, hashes.

    Exit codes: 0 done; 1 failed; 2 wrong use; 3 the source broke; 5 frames were not recorded; 130 stopped.
    """
    from capture.headers import source_info
    from capture.recordings.writing.background import Background
    from capture.recordings.writing.recording import Recording, describe
    from capture.recordings.writing.sealing import seal
    from stream.console.text import plain
    from stream.errors import OutputError, SourceError
    from stream.machine.files import reason
    from stream.protocol.contracts import extras_of
    from stream.security.audit_log import AuditLog
    from stream.session.folders import new_session_id
    from stream.version import VERSION

    config = parts.load("default.toml", {"record.codec": codec})
    session, broken = new_session_id(), ""
    with closing(parts.open_source(source, config)) as opened:
        place = folder / session
        try:
            place.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise OutputError(f"the folder {place} cannot be made: {reason(error)}; choose another one") from error
        audit = AuditLog(place)
        audit.run_started(session, "record", VERSION)
        scale = config.capture.scale_of(opened.width, extras_of(opened).um_per_px)
        info = source_info(opened, opened.name, time.time_ns(), 0, scale)
        description = describe(session, info, config.record)
        background = Background(Recording(place, description, config.record.leave_free_mb), polite=False)
        stopped = False
        try:
            _take(opened, background, seconds)
        except KeyboardInterrupt:
            stopped = True
        except SourceError as error:
            broken = str(error)
        finally:
            background.close()
    sealed = seal(place)
    assert sealed is not None  # its recording.json was written first
    audit.write("recorded", files=sealed.files)
    code = 130 if stopped else 3 if broken else 5 if background.so_far.not_recorded else 0
    audit.write("ended", exit_code=code)
    print(f"{sealed.sentence} {plain(broken)}".strip(), file=sys.stderr)
    sys.exit(code)


def _take(source: "FrameSource", background: "Background", seconds: float | None) -> None:
    """Record until the source ends or the time is over. A source that waits is waited for. Raises SourceError."""
    from capture.sources.session.frame_table import row_of
    from stream.errors import FrameError
    from stream.protocol.contracts import retrieved
    from stream.protocol.stamp import stamp_of

    began_ns, began_utc_ns, seq = time.monotonic_ns(), time.time_ns(), 0
    while not background.so_far.stopped and (grab := source.grab()) is not None:
        now_ns = time.monotonic_ns() if source.live else began_ns + round(grab.time_s * 1e9)
        if seconds is not None and now_ns - began_ns > seconds * 1e9:
            break
        utc_ns = began_utc_ns + now_ns - began_ns
        stamp = stamp_of(grab, source=source.name, seq=seq, utc_ns=utc_ns, monotonic_ns=now_ns)
        try:
            image = retrieved(source, grab)
        except FrameError:
            background.lose(seq, "unreadable")
        else:
            background.offer(image, row_of(stamp), wait=not source.live)
        seq += 1
