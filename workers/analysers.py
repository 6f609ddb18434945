"""The analysers that ship, each made from the table `[analyser.settings]` of the configuration."""

from collections.abc import Mapping
from typing import Any

import msgspec

from stream.errors import ConfigError
from stream.protocol.contracts import Analyser
from workers.capillary.settings import AnalyserSettings


def settings_of(table: Mapping[str, Any]) -> AnalyserSettings:
    """Read the capillary analyser's settings. Raises ConfigError naming the key. Loads nothing heavy."""
    try:
        return msgspec.convert(dict(table), AnalyserSettings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"[analyser.settings]: {error}") from error


def capillary(table: Mapping[str, Any]) -> Analyser:
    """Make the capillary analyser. Raises ConfigError or ModelError."""
    from workers.capillary.analyser import make_analyser

    return make_analyser(settings_of(table))


def helmy2022(table: Mapping[str, Any]) -> Analyser:
    """Make the published analysis as it stood: slow, and without settings. Raises ConfigError or ModelError."""
    if table:
        raise ConfigError(f'[analyser.settings]: the analyser "helmy2022" has no settings, so no {next(iter(table))!r}')
    from workers.helmy2022.analyser import make

    return make()
