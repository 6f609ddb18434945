"""`run_stream.py sources …`: which cameras are plugged in, and how good one is. Loads what it needs when it runs."""

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stream.config.parts import Parts
from stream.errors import FrameError, OutputError, SourceError

if TYPE_CHECKING:
    from stream.protocol.contracts import FrameSource, Pixels
    from stream.readings.source_trial import TrialFigures

_OTHER: Final = "Recordings, folders of pictures and addresses (http, https, rtsp, rtsps) are sources too"


@click.group()
def sources() -> None:
    """List the cameras that are plugged in, and test a source."""


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_sources(parts: Parts, as_json: bool) -> None:
    """List cameras by what opens them: V4L2, GenICam, GigE Vision and USB3 Vision, Basler; and added schemes."""
    import msgspec

    from stream.config.plugins import added

    kinds, schemes = parts.found_devices(), added("sources")
    if as_json:
        print(msgspec.json.encode({"kinds": kinds, "added_schemes": schemes}).decode())
        return
    for kind in kinds:
        print(f"{kind.kind}:")
        for device in kind.devices:
            print(f"  {device.uri}  {device.description}")
        if not kind.devices:
            print(f"  none: {kind.note}" if kind.note else "  none found")
    print(f"{_OTHER}; so is what plug-ins add: {', '.join(schemes)}." if schemes else f"{_OTHER}.")


@sources.command("test")
@click.argument("source")
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(0.1, 3600), help="How long to look.")
@click.option("--picture", type=click.Path(path_type=Path), help="Also write the last frame there, as PNG.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def test_source(parts: Parts, source: str, seconds: float, picture: Path | None, as_json: bool) -> None:
    """Open SOURCE, look at its frames for a while, and say its rate, jitter, losses, latency and settings."""
    import msgspec

    from stream.protocol.contracts import extras_of

    config = parts.load("default.toml", {})
    began_s = time.monotonic()
    with contextlib.closing(parts.open_source(source, config)) as opened:
        opening_s = time.monotonic() - began_s
        figures, last = _watched(opened, seconds)
        extras = extras_of(opened)
        about = {
            "source": opened.name,
            "width": opened.width,
            "height": opened.height,
            "live": opened.live,
            "promised_hz": opened.fps,
            "opening_s": round(opening_s, 3),
            "settings": dict(extras.device_settings),
            "treatment": extras.treatment,
        }
    if picture is not None and last is not None:
        _write(picture, last)
    if as_json:
        print(msgspec.json.encode(about | msgspec.to_builtins(figures)).decode())
    else:
        for line in _lines(about, figures):
            print(line)
    if last is None:
        raise SourceError(f"{about['source']} gave {figures.frames} frames, and none could be read.")


def _watched(source: "FrameSource", seconds: float) -> "tuple[TrialFigures, Pixels | None]":
    """Read frames for so long, or to the end. Returns the figures, and the last frame that could be read."""
    import numpy as np

    from stream.protocol.contracts import extras_of
    from stream.readings.source_trial import SourceTrial

    trial, last = SourceTrial(), None
    pixels: Pixels = np.empty((source.height, source.width, 3), np.uint8)
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s and (grab := source.grab()) is not None:
        came_s = time.monotonic()
        try:
            source.retrieve(pixels)
            last = pixels
            whole = True
        except FrameError:
            whole = False
        trial.frame(
            time_s=came_s if source.live else grab.time_s,
            reading_s=time.monotonic() - came_s,
            whole=whole,
            lost_before=grab.lost_before,
            age_ns=None if grab.device_ns is None else time.time_ns() - grab.device_ns,
        )
    return trial.figures(extras_of(source).lost_at_end), last


def _lines(about: dict[str, Any], figures: "TrialFigures") -> list[str]:
    promised = "" if about["promised_hz"] is None else f", {about['promised_hz']:.4g} promised"
    rows = [
        ("source", f"{about['source']}, opened in {about['opening_s']:.2f} s"),
        ("size", f"{about['width']}x{about['height']} px"),
        ("frames", f"{figures.frames}, of these {figures.failed} failed; {figures.lost} lost before they came"),
        ("rate", "" if figures.rate_hz is None else f"{figures.rate_hz:.4g} frames per second{promised}"),
        (
            "intervals",
            ""
            if figures.interval_ms is None
            else f"median {figures.interval_ms:.2f} ms, ± {figures.jitter_ms or 0:.2f} ms (half of the interquartile "
            f"range), longest {figures.longest_ms:.1f} ms",
        ),
        (
            "latency",
            "" if figures.latency_ms is None else f"{figures.latency_ms:.1f} ms from {_FROM[figures.latency_from]}",
        ),
        ("settings", ", ".join(f"{name} {value}" for name, value in about["settings"].items())),
        ("treatment", about["treatment"]),
    ]
    return [f"{what + ':':<11}{text}" for what, text in rows if text]


_FROM: Final = {
    "device clock": "the device's own time of the frame to its pixels",
    "grab": "the grabbed frame to its pixels; the device has no clock to compare",
}


def _write(path: Path, pixels: "Pixels") -> None:
    """Write (height, width, 3) uint8 BGR pixels as PNG. Raises OutputError."""
    from PIL import Image

    from stream.machine.files import written_whole

    try:
        with written_whole(path) as partial, partial.open("wb") as file:
            Image.fromarray(pixels[:, :, ::-1]).save(file, "PNG")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from None
