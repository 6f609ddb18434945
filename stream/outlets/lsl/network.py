"""How far Lab Streaming Layer reaches from this process: its library takes that once, before its first stream."""

import threading
from typing import Any, Final

from stream.config.optional import optional
from stream.config.sections import LslScope
from stream.errors import ConfigError

_LOG_ERRORS: Final = "[log]\nlevel = -2\n"
_ONE_AT_A_TIME: Final = threading.Lock()
_opened: LslScope | None = None


def pylsl_within(scope: LslScope) -> Any:
    """Return the module pylsl, whose streams are found within a scope.

    Raises ConfigError if it is missing, or if this process has opened another scope before.
    """
    global _opened
    pylsl = optional("Lab Streaming Layer", "pylsl", "lsl")
    with _ONE_AT_A_TIME:
        if _opened is None:
            pylsl.set_config_content(_settings(scope))
            _opened = scope
    if _opened != scope:
        raise ConfigError(
            f'Lab Streaming Layer has one scope per run, and two are set: "{_opened}" and "{scope}"; set the same '
            'in every table "outlets.…" and "inlets.lsl"'
        )
    return pylsl


def _settings(scope: LslScope) -> str:
    """Return the settings as liblsl reads them from lsl_api.cfg."""
    here_alone = "ListenAddress = 127.0.0.1\n[ports]\nIPv6 = disable\n" if scope == "machine" else ""
    return f"[multicast]\nResolveScope = {scope}\n{here_alone}{_LOG_ERRORS}"
