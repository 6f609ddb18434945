"""Which streams of Lab Streaming Layer the configuration means, and whether they are there."""

import time
from collections.abc import Sequence
from typing import Any, Final

from stream.config.sections import LslInletConfig
from stream.console.logs import discreet
from stream.console.text import counted
from stream.errors import OutputError
from stream.outlets.lsl.network import pylsl_within

_LOOK_S: Final = 0.05
_LONGEST_S: Final = 3.0


def predicate(streams: Sequence[str]) -> str:
    """Return the search for streams of these names or types, as liblsl reads it."""
    return " or ".join(f"name='{one}' or type='{one}'" for one in streams)


class LslSearch:
    """A search for the streams of the configuration, which lasts until all are found, 3 s at most."""

    def __init__(self, settings: LslInletConfig) -> None:
        """Search. Raises ConfigError if pylsl is missing or its scope is set in two ways."""
        resolver = pylsl_within(settings.scope).ContinuousResolver(pred=predicate(settings.streams))
        until_s = time.monotonic() + _LONGEST_S
        while True:
            self._found: list[Any] = resolver.results()
            if all(map(self._meant, settings.streams)) or time.monotonic() > until_s:
                return
            time.sleep(_LOOK_S)

    def said_of(self, stream: str) -> str:
        """Return what was found for a name or type. Raises OutputError if nothing was."""
        meant = self._meant(stream)
        if not meant:
            raise OutputError(
                'there is no such stream now: start its device, or correct "streams" or "scope" in [inlets.lsl]'
            )
        return ", ".join(f"{discreet(one.name())} ({counted(one.channel_count(), 'channel')})" for one in meant)

    def _meant(self, stream: str) -> list[Any]:
        return [one for one in self._found if stream in (one.name(), one.type())]
