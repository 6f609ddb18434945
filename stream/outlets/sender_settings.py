"""The settings of a built-in sender, from its table in the configuration. Pure."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from stream.config.wrong_field import wrong_field
from stream.errors import ConfigError

Settings = TypeVar("Settings", bound=Struct)


def settings_of(outlet: str, table: Mapping[str, Any], kind: type[Settings]) -> Settings:
    """Return the settings that a table holds. Raises ConfigError, which names the key that is wrong, and what is right.

    kind: the settings' type, a Struct with forbid_unknown_fields.
    """
    try:
        return msgspec.convert(dict(table), kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f'the outlet "{outlet}" is not set right: {wrong_field(str(error), kind)}.') from None
