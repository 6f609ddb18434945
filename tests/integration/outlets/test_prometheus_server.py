"""A real Prometheus scrapes a running program, without and with a page, and answers with the program's own numbers."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.conftest import ROOT, missing
from tests.running import eventually, free_port, page_address, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
DASHBOARD = ROOT / "examples" / "grafana-dashboard.json"


class Prometheus:
    """A Prometheus server of its own, which asks several targets four times per second."""

    def __init__(self, folder: Path, targets: list[str]) -> None:
        if shutil.which("prometheus") is None:
            missing("no prometheus: apt-get install prometheus")
        port = free_port()
        folder.mkdir()
        config = folder / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 250ms, scrape_timeout: 200ms}\n"
            f"scrape_configs: [{{job_name: capillary, static_configs: [{{targets: {json.dumps(targets)}}}]}}]\n"
        )
        self.api = f"http://127.0.0.1:{port}/api/v1"
        self._log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stdout=self._log, stderr=self._log)  # fmt: skip

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return what a query gives now; nothing while the server starts."""
        try:
            found = httpx.get(f"{self.api}/query", params={"query": query})
        except httpx.TransportError:
            return []
        if found.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # it listens before it is ready
            return []
        answer = found.json()
        assert answer["status"] == "success", answer
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def value(self, query: str) -> float | None:
        """Return the one value that a query gives; None if there is none."""
        found = self.ask(query)
        return float(found[0]["value"][1]) if found else None

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Prometheus, str, str]]:
    """Yield a server, and the two addresses that it asks: the outlet's and the page's of one run."""
    folder = tmp_path_factory.mktemp("scraped")
    port, config = free_port(), folder / "mine.toml"
    config.write_text(
        f'publish.enabled = false\nview.port = {free_port()}\nsink.sessions_dir = "{folder / "sessions"}"\n'
        f"[outlets.prometheus]\nport = {port}\n"
    )
    with running("-c", config, "live", "synthetic:?seed=1&fps=20&episodes=steady") as process:
        page = page_address(process).removeprefix("http://")
        server = Prometheus(folder / "server", [f"127.0.0.1:{port}", page])
        try:
            yield server, f"127.0.0.1:{port}", page
        finally:
            server.close()


EXPECTED: Final = (
    ("capillary_readings_total", 100, 10_000),
    ("capillary_frames_per_second", 10, 25),
    ("capillary_ring_slots_used / capillary_ring_slots", 0.01, 1),
    ("rate(capillary_publication_latency_seconds_count[5s])", 10, 25),
    ("histogram_quantile(0.5, rate(capillary_analysis_seconds_bucket[5s]))", 0.001, 0.2),
    ('capillary_outlet_state{state="connected"}', 1, 1),
    ("sum by (instance) (capillary_quality_total) / sum by (instance) (capillary_readings_total)", 0.9, 1.1),
)


def both_within(server: Prometheus, instances: set[str], query: str, low: float, high: float) -> bool:
    """Return whether a query gives a value of each instance, and each lies between the bounds."""
    given = {one["metric"]["instance"]: float(one["value"][1]) for one in server.ask(query)}
    return set(given) == instances and all(low <= value <= high for value in given.values())


def test_both_endpoints_are_up_and_count_the_same_readings(scraped: tuple[Prometheus, str, str]) -> None:
    server, outlet, page = scraped
    eventually(lambda: server.value("sum(up)") == 2, "both endpoints are read")
    status = httpx.get(f"http://{page}/api/status").json()
    for query, low, high in EXPECTED:
        eventually(partial(both_within, server, {outlet, page}, query, low, high), f"{low} <= {query} <= {high}")
    (model,) = server.ask(f'capillary_model_info{{instance="{outlet}"}}')
    assert model["metric"]["model_id"] == status["model_id"]
    assert model["metric"]["source"] == status["source"]


def test_each_query_of_the_dashboard_gives_something_or_counts_what_has_not_happened(
    scraped: tuple[Prometheus, str, str],
) -> None:
    server, outlet, _ = scraped
    eventually(lambda: (server.value("sum(capillary_readings_total)") or 0) > 100, "some seconds are kept")
    known = set(httpx.get(f"{server.api}/label/__name__/values").json()["data"])
    families = {family["metric"] for family in httpx.get(f"{server.api}/targets/metadata").json()["data"]}
    panels = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    assert len(queries) > 10
    for query in queries:
        answered = server.ask(query.replace("$source", ".*").replace("$__rate_interval", "5s"))
        names = {word for word in _words(query) if word.startswith("capillary_")}
        assert names, query
        silent = names - known
        assert answered or silent, f"{query} gives nothing, though {names} have values"
        assert {name.removesuffix("_total") for name in silent} <= {f.removesuffix("_total") for f in families}, query
    assert server.ask(f'up{{instance="{outlet}"}}')


def _words(query: str) -> list[str]:
    return "".join(one if one.isalnum() or one == "_" else " " for one in query).split()
