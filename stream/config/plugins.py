"""The one way from a name to the code behind it: built-in names, installed packages, or `package.module:attribute`.

Code is named here as text and loaded only when it is asked for, so that nothing depends on a concrete part.
A package adds names with entry points of the group `capillary_stream.<group>`; it cannot replace a built-in name.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from stream.errors import ConfigError, ModelError, StreamError, UsageError

GroupName = Literal["sources", "analysers", "runtimes", "architectures", "outlets", "engines"]

_BY_MODULE: Final = 'Use a known name or "package.module:attribute".'


@dataclass(frozen=True, slots=True)
class _Group:
    """One kind of plug-in.

    noun: what one of them is called. error: raised if a name leads nowhere. remedy: what a user can do then.
    built_in: name → "module:attribute".
    """

    noun: str
    error: type[StreamError]
    built_in: Mapping[str, str]
    remedy: str = _BY_MODULE


_GROUPS: Final[Mapping[GroupName, _Group]] = {
    "sources": _Group(
        "source",
        UsageError,
        {
            "session": "capture.sources.session.recorded:open_session",
            "video": "capture.sources.video.recording:open_video",
            "images": "capture.sources.pictures.images:open_images",
            "dicom": "capture.sources.dicom.source:open_dicom",
            "camera": "capture.sources.camera:open_camera",
            "synthetic": "capture.sources.opening:open_synthetic",
            "genicam": "capture.sources.industrial.genicam:open_genicam",
            "aravis": "capture.sources.industrial.aravis:open_aravis",
            "basler": "capture.sources.industrial.basler:open_basler",
            "http": "capture.sources.network.opening:open_http",
            "https": "capture.sources.network.opening:open_http",
            "rtsp": "capture.sources.network.opening:open_rtsp",
            "rtsps": "capture.sources.network.opening:open_rtsp",
        },
        "Use a known name; a file with a colon in its name is written ./name.",
    ),
    "analysers": _Group(
        "analyser",
        ModelError,
        {"capillary": "workers.analysers:capillary", "helmy2022": "workers.analysers:helmy2022"},
    ),
    "runtimes": _Group(
        "runtime",
        ModelError,
        {
            "litert": "workers.runtimes.litert:LiteRtRuntime",
            "litert-float32": "workers.runtimes.litert:LiteRtRuntime",
            "keras": "workers.runtimes.keras:KerasRuntime",
            "onnx": "workers.runtimes.onnx:OnnxRuntime",
            "openvino": "workers.runtimes.openvino:OpenVinoRuntime",
            "openvino-bf16": "workers.runtimes.openvino:OpenVinoBf16Runtime",
        },
    ),
    "architectures": _Group("architecture", ModelError, {"compact": "workers.training.architectures.compact:COMPACT"}),
    "outlets": _Group(
        "outlet",
        ConfigError,
        {
            "dicom": "stream.outlets.dicom.sender:DicomSender",
            "fhir": "stream.outlets.clinical.fhir.fhir_sender:FhirSender",
            "hl7": "stream.outlets.clinical.hl7.hl7_sender:Hl7Sender",
            "lsl": "stream.outlets.lsl.sender:LslSender",
            "mqtt": "stream.outlets.mqtt.mqtt_sender:MqttSender",
            "otlp": "stream.outlets.tracing.otlp_sender:OtlpSender",
            "prometheus": "stream.outlets.prometheus.prometheus_sender:PrometheusSender",
            "webhook": "stream.outlets.webhook.webhook_sender:WebhookSender",
        },
    ),
    "engines": _Group(
        "engine",
        UsageError,
        {
            "serial": "stream.engines.serial:serial",
            "router": "stream.engines.router:router",
            "ray": "stream.engines.ray:ray_engine",
        },
        'Use a known name, "package.module:attribute", or stream, the default.',
    ),
}
"""What each group's objects are called with and return is said where they are used: see docs/extending/."""


def names(group: GroupName) -> dict[str, str]:
    """Return every known name of a group and the "module:attribute" behind it."""
    from importlib.metadata import entry_points  # not for the children of a run, which only `load`

    points = entry_points(group=f"capillary_stream.{group}")
    return {point.name: point.value for point in points} | dict(_GROUPS[group].built_in)


def added(group: GroupName) -> list[str]:
    """Return the names of a group that installed packages added, in order of the alphabet."""
    return sorted(set(names(group)) - set(_GROUPS[group].built_in))


def find(group: GroupName, name: str) -> Any:
    """Load what a group calls `name`, or what "package.module:attribute" names, also from the working folder.

    Raises UsageError for a source or an engine, ModelError for an analyser, a runtime or an architecture, ConfigError
    for an outlet, if there is no such name, module or attribute. An error inside the plug-in's own module is raised as
    it is.
    """
    kind, known = _GROUPS[group], names(group)
    target = known.get(name, name)
    module, colon, attribute = target.partition(":")
    if not (colon and attribute and all(module.split("."))):
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=1)
        hint = f'; did you mean "{near[0]}"?' if near else f"; known: {', '.join(known) or 'none'}."
        raise kind.error(f'no {kind.noun} is called "{name}"{hint} {kind.remedy}')
    if name not in known and str(Path.cwd()) not in sys.path:  # a folder that a user works in may hold anything
        sys.path.append(str(Path.cwd()))
    try:
        loaded = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            raise kind.error(f'"{target}": there is no module {error.name} on the path or in this folder') from error
        raise
    try:
        return getattr(loaded, attribute)
    except AttributeError as error:
        raise kind.error(f'"{target}": module {module} has no {attribute}') from error


def load(target: str) -> Any:
    """Return what "module:attribute" names: a part of this program. Raises ImportError, AttributeError."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
