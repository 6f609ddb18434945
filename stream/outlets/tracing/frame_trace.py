"""A frame's steps as a request of OTLP 1.x (opentelemetry.proto.collector.trace.v1). Pure."""

import hashlib
from typing import Any

from stream.outlets.library import library
from stream.outlets.tracing.frame_steps import FrameStep, frame_steps
from stream.protocol.readings import DensityReading
from stream.version import VERSION


class FrameTraces:
    """Makes requests. Raises ConfigError on its making if the library is missing."""

    def __init__(self) -> None:
        self._trace = library("otlp", "opentelemetry.proto.trace.v1.trace_pb2", "tracing")
        self._common = library("otlp", "opentelemetry.proto.common.v1.common_pb2", "tracing")
        self._service = library("otlp", "opentelemetry.proto.collector.trace.v1.trace_service_pb2", "tracing")

    def request(self, reading: DensityReading, arrived_ms: float) -> bytes:
        """Return the request with one trace: a span of the whole way, and one for each step below it.

        Its identifier follows from session and seq, so that a frame that is sent twice is the same trace.
        """
        trace_id = hashlib.blake2b(f"{reading.session} {reading.seq}".encode(), digest_size=16).digest()
        steps = list(frame_steps(reading, arrived_ms))
        whole = FrameStep("frame", reading.t_capture_ns, steps[-1].ended_ns if steps else reading.t_capture_ns)
        root = self._span(trace_id, whole, attributes=self._attributes(_facts(reading)))
        if reading.status == "failed":
            root.status.code = self._trace.Status.STATUS_CODE_ERROR
            root.status.message = reading.error
        spans = [root, *(self._span(trace_id, step, parent_span_id=root.span_id) for step in steps)]
        resource = self._attributes({"service.name": "capillary-stream", "service.version": VERSION})
        request = self._service.ExportTraceServiceRequest()
        of_resource = request.resource_spans.add()
        of_resource.resource.attributes.extend(resource)
        of_resource.scope_spans.add(spans=spans)
        serialized: bytes = request.SerializeToString()
        return serialized

    def nothing(self) -> bytes:
        """Return the request without a trace, which a receiver answers all the same."""
        serialized: bytes = self._service.ExportTraceServiceRequest().SerializeToString()
        return serialized

    def refusal(self, answer: bytes) -> str:
        """Return why a receiver did not take all spans of a request; empty if it did."""
        try:
            partial = self._service.ExportTraceServiceResponse.FromString(answer).partial_success
        except ValueError:  # protobuf's DecodeError
            return ""
        return str(partial.error_message or "no reason given") if partial.rejected_spans else ""

    def _span(self, trace_id: bytes, step: FrameStep, **more: Any) -> Any:
        return self._trace.Span(
            trace_id=trace_id,
            span_id=hashlib.blake2b(trace_id + step.name.encode(), digest_size=8).digest(),
            name=step.name,
            kind=self._trace.Span.SPAN_KIND_INTERNAL,
            start_time_unix_nano=step.began_ns,
            end_time_unix_nano=step.ended_ns,
            **more,
        )

    def _attributes(self, facts: dict[str, str | int]) -> list[Any]:
        return [
            self._common.KeyValue(
                key=key,
                value=self._common.AnyValue(**{"int_value" if isinstance(value, int) else "string_value": value}),
            )
            for key, value in facts.items()
        ]


def _facts(reading: DensityReading) -> dict[str, str | int]:
    return {
        "capillary.session": reading.session,
        "capillary.source": reading.source,
        "capillary.seq": reading.seq,
        "capillary.worker": reading.worker,
        "capillary.attempt": reading.attempt,
        "capillary.quality": reading.quality or "",
        "capillary.model_id": reading.model_id,
    }
