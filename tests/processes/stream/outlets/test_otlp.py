"""Traces of frames at a collector: what a reading says of its frame's way is what the spans say."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from stream.errors import ConfigError, OutputError
from stream.outlets.outlet import extras_of
from stream.outlets.selection import sender_of
from stream.outlets.tracing.otlp_sender import OtlpSender
from tests.doubles.collectors.trace_collector import TraceCollector
from tests.doubles.readings import START_NS, failed, reading
from tests.running import free_port

STEPS = ("grab", "dispatch", "analyse", "order", "commit", "publish")
WAY = {"ready_ms": 5.0, "begun_ms": 7.0, "latency_ms": 27.0, "ordered_ms": 28.0, "stored_ms": 31.0}


@pytest.fixture
def collector() -> Iterator[TraceCollector]:
    made = TraceCollector()
    yield made
    made.stop()


def sender(collector: TraceCollector, **settings: object) -> OtlpSender:
    made = sender_of("otlp", {"endpoint": collector.endpoint, **settings})
    assert isinstance(made, OtlpSender)
    return made


def test_a_frame_is_a_trace_with_a_span_for_each_step_without_a_gap(collector: TraceCollector) -> None:
    made = sender(collector)
    made.send(reading(3, t_capture_ns=START_NS, t_grab_monotonic_ns=1, **WAY))
    made.close()
    (trace,) = collector.traces()
    assert tuple(trace) == ("frame", *STEPS)
    began = [trace[name].start_time_unix_nano for name in STEPS]
    ended = [trace[name].end_time_unix_nano for name in STEPS]
    assert began == [START_NS, *ended[:-1]]
    assert [(end - START_NS) / 1e6 for end in ended[:-1]] == list(WAY.values())
    root = trace["frame"]
    assert (root.start_time_unix_nano, root.end_time_unix_nano) == (START_NS, ended[-1])
    assert {trace[name].parent_span_id for name in STEPS} == {root.span_id}
    assert len({span.trace_id for span in trace.values()}) == 1
    facts = {one.key: one.value.int_value or one.value.string_value for one in root.attributes}
    assert (facts["capillary.seq"], facts["capillary.quality"]) == (3, "good")


def test_the_same_frame_is_the_same_trace_and_another_one_another(collector: TraceCollector) -> None:
    made = sender(collector)
    for seq in (1, 1, 2):
        made.send(reading(seq, **WAY))
    first, again, other = (trace["frame"].trace_id for trace in collector.traces())
    assert first == again != other
    made.close()


def test_steps_whose_times_are_not_known_are_left_out(collector: TraceCollector) -> None:
    made = sender(collector)
    made.send(failed(0, latency_ms=20.0))
    made.close()
    (trace,) = collector.traces()
    assert tuple(trace) == ("frame", "analyse")
    assert trace["frame"].status.message == "ValueError: why"


def test_one_frame_per_second_is_traced_unless_more_are_asked_for(collector: TraceCollector) -> None:
    extras = extras_of(sender(collector))
    assert (extras.every_s, extras.messages, extras.acknowledged) == (1.0, ("reading",), False)


def test_what_is_wrong_is_one_sentence(collector: TraceCollector) -> None:
    made = sender(collector, token="secret")
    assert made.check() == f"{collector.endpoint}/v1/traces takes traces"
    assert collector.tokens == ["Bearer secret"]
    collector.refuses = "too many spans"
    with pytest.raises(OutputError, match="did not take a trace: too many spans"):
        made.send(reading())
    collector.status = 401
    with pytest.raises(OutputError, match=r'/v1/traces does not let this program in \(401\): check "token"'):
        made.send(reading())
    made.close()
    nobody = sender_of("otlp", {"endpoint": f"http://127.0.0.1:{free_port()}"})
    with pytest.raises(OutputError, match="nothing listens on http"):
        nobody.send(reading())
    nobody.close()


@pytest.mark.parametrize(
    "wrong",
    [{"endpoint": "collector:4318"}, {"endpoint": "http://collector:x"}, {"endpoint": "http://10.0.0.8", "token": "s"}],
)
def test_an_endpoint_that_cannot_be_meant_is_refused_at_once(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        sender_of("otlp", wrong)


def test_a_connection_that_the_collector_has_closed_costs_no_trace(collector: TraceCollector) -> None:
    made = sender(collector)
    made.send(reading(0, **WAY))
    collector.stop()
    again = TraceCollector(port=collector.port)
    made.send(reading(1, **WAY))
    assert len(again.traces()) == 1
    again.stop()
    made.close()


def test_without_the_outlet_nothing_of_it_is_loaded() -> None:
    code = (
        "import sys, stream.delivery.process, stream.sink.process, stream.view.process\n"
        "print([name for name in ('opentelemetry', 'google.protobuf', 'prometheus_client') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
