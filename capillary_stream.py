"""What a plug-in imports: contracts, messages and errors, under one name in the checkout and in the installed package.

Each name is loaded when it is first used, so that this module costs nothing to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from capture.sources.options import options_as
    from capture.sources.uri import SourceUri
    from stream.errors import (
        ConfigError,
        FrameError,
        ModelError,
        OutputError,
        RefusedMessageError,
        SourceError,
        StreamError,
        UsageError,
    )
    from stream.outlets.identity import identity
    from stream.outlets.outlet import Published, Sender
    from stream.protocol.bedside import AlarmEvent, Marker
    from stream.protocol.contracts import (
        Analyser,
        Analysis,
        Frame,
        FrameSource,
        Grab,
        PictureObject,
        Pixels,
        Quality,
        Region,
    )
    from stream.protocol.readings import DensityReading, RunStatus
    from workers.training.architectures.architecture import Architecture

_MODULES: Final = {
    "stream.protocol.contracts": (
        ("Analyser", "Analysis", "Frame", "FrameSource", "Grab", "PictureObject", "Pixels", "Quality", "Region")
    ),
    "stream.errors": (
        *("ConfigError", "FrameError", "ModelError", "OutputError", "RefusedMessageError", "SourceError"),
        *("StreamError", "UsageError"),
    ),
    "stream.outlets.identity": ("identity",),
    "stream.outlets.outlet": ("Published", "Sender"),
    "stream.protocol.readings": ("DensityReading", "RunStatus"),
    "stream.protocol.bedside": ("AlarmEvent", "Marker"),
    "capture.sources.options": ("options_as",),
    "capture.sources.uri": ("SourceUri",),
    "workers.training.architectures.architecture": ("Architecture",),
}
"""Module → the names in it that plug-ins may rely on."""

_MODULE_OF: Final = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AlarmEvent",
    "Analyser",
    "Analysis",
    "Architecture",
    "ConfigError",
    "DensityReading",
    "Frame",
    "FrameError",
    "FrameSource",
    "Grab",
    "Marker",
    "ModelError",
    "OutputError",
    "PictureObject",
    "Pixels",
    "Published",
    "Quality",
    "RefusedMessageError",
    "Region",
    "RunStatus",
    "Sender",
    "SourceError",
    "SourceUri",
    "StreamError",
    "UsageError",
    "identity",
    "options_as",
]


def __getattr__(name: str) -> Any:
    """Load a name that plug-ins may rely on. Raises AttributeError if there is none of that name."""
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"capillary_stream has no {name}; it has {', '.join(__all__)}")
    return getattr(import_module(module), name)
