"""The outlet `prometheus`: a question is answered with the run in numbers, in both of Prometheus' text formats."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from stream.errors import ConfigError, OutputError
from stream.outlets.prometheus.prometheus_sender import PrometheusSender
from stream.outlets.prometheus.run_watch import SILENT_S, RunWatch
from stream.outlets.selection import sender_of
from stream.protocol.bedside import AlarmEvent
from stream.protocol.outlets import OutletState
from stream.protocol.readings import RunStatus
from tests.doubles.archives.certificates import Authority
from tests.doubles.readings import START_NS, reading
from tests.running import free_port

parse_open_metrics: Any = open_metrics.text_string_to_metric_families
Open = Callable[..., tuple[PrometheusSender, str]]


@pytest.fixture
def outlet() -> Iterator[Open]:
    made = []

    def open_outlet(**settings: Any) -> tuple[PrometheusSender, str]:
        """Return an outlet that was told of a run, and where it answers."""
        port = free_port()
        sender = sender_of("prometheus", {"port": port, **settings})
        assert isinstance(sender, PrometheusSender)
        made.append(sender)
        sender.send(reading(begun_ms=10.0, latency_ms=30.0, stored_ms=40.0, measures={"analysed_pct": 92.0}))
        sender.send(status())
        return sender, f"127.0.0.1:{port}/metrics"

    yield open_outlet
    for sender in made:
        sender.close()


def status(**fields: Any) -> RunStatus:
    given: dict[str, Any] = {"density_pct": 12.5, "published": 7, "frames_per_s": 25.0, "age_ms": 40.0}
    ward = OutletState(name="ward", condition="connected")
    about: dict[str, Any] = {"session": "session", "source": "scope", "mode": "live", "state": "good"}
    return RunStatus(outlets=(ward,), **about | given | fields)


def values(watch: RunWatch, now_s: float) -> dict[str, float]:
    """Return values by name, without labels."""
    families = text_string_to_metric_families(watch.exposition(now_s).text())
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_both_parsers_of_the_client_library_read_what_is_answered(outlet: Open) -> None:
    _, address = outlet()
    plain = httpx.get(f"http://{address}")
    families = {family.name: family for family in text_string_to_metric_families(plain.text)}
    assert families["capillary_density_percent"].samples[0][1:3] == ({"mode": "live", "source": "scope"}, 12.5)
    assert families["capillary_readings"].samples[0].value == 7
    assert families["capillary_analysis_seconds"].type == "histogram"
    opened = httpx.get(f"http://{address}", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert opened.headers["content-type"].startswith("application/openmetrics-text")
    assert {family.name for family in parse_open_metrics(opened.text)} == set(families)


def test_several_runs_are_one_answer_with_a_label_for_each_source(outlet: Open) -> None:
    sender, address = outlet()
    sender.send(reading(session="other"))
    sender.send(status(session="other", source="scope-2", published=3, refused=2))
    opened = httpx.get(f"http://{address}", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    families = {family.name: family.samples for family in parse_open_metrics(opened.text)}
    readings = {sample.labels["source"]: sample.value for sample in families["capillary_readings"]}
    assert readings == {"scope": 7, "scope-2": 3}
    assert [sample.value for sample in families["capillary_refused"]] == [2]
    assert [sample.value for sample in families["capillary_build_info"]] == [1]
    assert len({sample.labels["source"] for sample in families["capillary_analysis_seconds"]}) == 2


def test_a_run_that_falls_silent_has_no_density_and_no_rate() -> None:
    watch = RunWatch()
    watch.take(reading(), 100.0)
    watch.take(status(), 100.0)
    assert values(watch, 101.0)["capillary_density_percent"] == 12.5
    silent = values(watch, 100.0 + SILENT_S + 1)
    assert "capillary_density_percent" not in silent
    assert silent["capillary_frames_per_second"] == 0
    assert silent["capillary_reading_age_seconds"] > SILENT_S


def test_an_alarm_is_there_until_it_is_over() -> None:
    watch = RunWatch()
    raised: dict[str, Any] = {"session": "s", "source": "scope", "t_ns": START_NS, "id": 1, "kind": "low"}
    watch.take(AlarmEvent(event="raised", state="sounding", priority="high", **raised), 1.0)
    assert values(watch, 1.0)["capillary_alarm"] == 1
    watch.take(AlarmEvent(event="ended", state=None, **raised), 2.0)
    assert "capillary_alarm" not in values(watch, 2.0)


def test_a_port_in_use_is_one_sentence_and_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sender = PrometheusSender({"port": port})
        for attempt in (sender.check, lambda: sender.send(status())):
            with pytest.raises(OutputError, match=f"port {port} on 127.0.0.1: the port is in use by another program"):
                attempt()
    assert sender.check() == f"would answer at http://127.0.0.1:{port}/metrics"
    sender.send(status())
    assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 200
    sender.close()


def test_beyond_this_machine_only_clients_with_a_certificate_may_read(outlet: Open, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='there is no "certificate"'):
        PrometheusSender({"host": "0.0.0.0"})
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.sign("localhost")
    _, address = outlet(certificate=certificate, key=key, ca=str(authority.certificate))
    address = f"https://{address}"
    trusting = ssl.create_default_context(cafile=authority.certificate)
    trusting.check_hostname = False
    with pytest.raises(httpx.TransportError):
        httpx.get(address, verify=trusting)
    trusting.load_cert_chain(certificate, key)
    assert "capillary_readings_total" in httpx.get(address, verify=trusting).text


def test_a_client_that_says_nothing_holds_up_no_other(outlet: Open) -> None:
    _, address = outlet()
    host, port = address.removesuffix("/metrics").split(":")
    with socket.create_connection((host, int(port))):
        asked_s = time.monotonic()
        assert httpx.get(f"http://{address}", timeout=5).status_code == 200
        assert time.monotonic() - asked_s < 2
