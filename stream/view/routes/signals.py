"""Signals of other devices, recorded beside the readings, reduced to as many samples as a screen has pixels."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from stream.session.archive import Archive
from stream.session.signals.stored import StoredSignal, signals_of, thinned
from stream.view.answers.operation import DescribedRoute, Operation, Query
from stream.view.routes.request_helpers import json, number, stretch
from stream.view.routes.services import PageServices

_MOST_PIXELS: Final = 4000
_LAST_NS: Final = 2**62
_WINDOW: Final = (
    Query(name="from_s", says="first time on the trend's axis, s; default: the beginning"),
    Query(name="to_s", says="last time on the trend's axis, s; default: the end"),
    Query(name="pixels", says=f"samples of each channel at most, about: 10 to {_MOST_PIXELS}; default 1000"),
)


class ShownChannel(Struct, frozen=True, kw_only=True):
    """A channel with its samples. x: on the trend's axis, s; value: null if there was none."""

    signal: str
    channel: str
    unit: str
    x: list[float]
    value: list[float | None]


class ShownSignals(Struct, frozen=True, kw_only=True):
    """All channels that have numbers, by signal."""

    channels: list[ShownChannel]


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the route of signals. It reads a file, so it runs beside the server's loop."""

    def shown_signals(request: Request) -> Response:
        from_s, to_s = stretch(request)
        pixels = int(number(request, "pixels", 1000, 10, _MOST_PIXELS))
        if page.archive is None:
            return json(ShownSignals(channels=[]))
        with page.archive.readable():
            edges_ns = (_ns(from_s, 0), _ns(to_s, _LAST_NS))
            shown = [
                one for signal in signals_of(page.archive) for one in _shown(page.archive, signal, edges_ns, pixels)
            ]
        return json(ShownSignals(channels=shown))

    says = "signals of other devices, reduced to what a screen shows"
    operation = Operation(says=says, answer=ShownSignals, query=_WINDOW, errors=(400, 409))
    return [DescribedRoute("/api/signals", shown_signals, operation)]


def _shown(archive: Archive, signal: StoredSignal, edges_ns: tuple[int, int], pixels: int) -> Iterator[ShownChannel]:
    samples = thinned(archive, signal.name, *edges_ns, pixels)
    x = [t_ns / 1e9 for t_ns, _ in samples]
    for place, channel in enumerate(signal.channels):
        values = [values[place] if place < len(values) else None for _, values in samples]
        numbers = [value for value in values if not isinstance(value, str)]
        if len(numbers) == len(values):
            yield ShownChannel(signal=signal.name, channel=channel.label, unit=channel.unit, x=x, value=numbers)


def _ns(x: float | None, default: int) -> int:
    return default if x is None else min(max(round(x * 1e9), 0), _LAST_NS)
