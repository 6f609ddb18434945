"""The status as Prometheus text (exposition format 0.0.4). A pure function; knows no server."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from stream.protocol import measures
from stream.protocol.bedside import ActiveAlarm
from stream.protocol.types import RunState
from stream.view.live.status import Status

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
STATES: Final = ("starting", *get_args(RunState))

Kind = Literal["counter", "gauge"]


def metrics_text(status: Status, alarms: Sequence[ActiveAlarm] = ()) -> str:
    """Return all metrics of a run. A value that is missing (no current density, no alarm) has no sample."""
    source = {"source": status.source}
    measured = {**source, "mode": status.mode}
    age_s = None if status.age_ms is None else status.age_ms / 1e3
    latency_s = None if status.latency_ms is None else status.latency_ms / 1e3
    build = {"version": status.version, "model_id": status.model_id}
    parts = [
        _metric("capillary_readings_total", "counter", "Readings published.", [(source, status.published)]),
        _metric("capillary_failed_total", "counter", "Frames whose analysis failed.", [(source, status.failed)]),
        _metric("capillary_dropped_total", "counter", "Frames captured, not analysed.", [(source, status.dropped)]),
        _metric("capillary_late_total", "counter", "Readings after a newer one.", [(source, status.late)]),
        _metric("capillary_refused_total", "counter", "Messages, peers turned away.", [({}, status.refused)]),
        *(
            _metric(
                measure.metric,
                "gauge",
                f"{measure.label.capitalize()} now, while current.",
                [(measured, _value(status, measure))],
            )
            for measure in measures.MEASURES
            if measure.metric
        ),
        _metric("capillary_reading_age_seconds", "gauge", "Age of the newest reading.", [(source, age_s)]),
        _metric("capillary_latency_seconds", "gauge", "Grab to reading, newest frame.", [(source, latency_s)]),
        _metric("capillary_frames_per_second", "gauge", "Readings a second.", [(source, status.frames_per_s)]),
        _metric("capillary_viewers", "gauge", "Pages that are open.", [({}, status.viewers)]),
        _metric("capillary_state", "gauge", "1 for the state now, else 0.", _states(status)),
        _metric("capillary_alarm", "gauge", "1 for every alarm that is active.", _alarms(status, alarms)),
        _metric("capillary_mode_info", "gauge", "What is measured: demo is no patient.", [(measured, 1)]),
        _metric("capillary_build_info", "gauge", "Program and model.", [(build, 1)]),
    ]
    return "".join(parts)


def _value(status: Status, measure: measures.Measure) -> float | None:
    """Return the value with six digits: more say nothing."""
    value = measures.value_of(status, measure.keys[0])
    return None if value is None else float(f"{value:.6g}")


def _alarms(status: Status, alarms: Sequence[ActiveAlarm]) -> list[tuple[dict[str, str], float | None]]:
    return [
        (
            {
                "source": status.source,
                **{name: getattr(alarm, name) for name in ("kind", "cause", "priority", "state")},
            },
            1.0,
        )
        for alarm in alarms
    ]


def _states(status: Status) -> list[tuple[dict[str, str], float | None]]:
    return [({"source": status.source, "state": state}, float(state == status.state)) for state in STATES]


def _metric(name: str, kind: Kind, text: str, samples: list[tuple[dict[str, str], float | None]]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{_labels(labels)} {value:.12g}" for labels, value in samples if value is not None]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items()) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
