"""What is in the picture and is not tissue, from an analysis to every reader: files, page, metrics."""

import json
from pathlib import Path

import httpx

from tests.running import eventually, page_address, rows, run, running

HAIRY = {"CAPILLARY_STREAM_ANALYSER_NAME": '"tests.doubles.strange_analysers:hairy"'}


def test_a_replay_writes_the_share_of_tissue_and_the_outlines(tmp_path: Path) -> None:
    done = run("replay", "synthetic:?frames=4", "--output", tmp_path, "--workers", "1", "--regions", **HAIRY)
    assert done.returncode == 0, done.stderr
    assert [row["analysed_pct"] for row in rows(tmp_path)] == ["75.0"] * 4
    lines = [json.loads(line) for line in (tmp_path / "regions.jsonl").read_text().splitlines()]
    assert [(line["objects"][0]["name"], len(line["objects"][0]["polygon_px"])) for line in lines] == [("hair", 4)] * 4


def test_the_page_and_metrics_have_the_share_of_tissue_while_it_is_current() -> None:
    with running("demo", CAPILLARY_STREAM_VIEW_PORT="0", CAPILLARY_STREAM_PUBLISH_ENABLED="false", **HAIRY) as demo:
        page = page_address(demo)
        sample = 'capillary_tissue_analysed_percent{mode="demo",source="synthetic"} 74.96'
        eventually(lambda: sample in httpx.get(f"{page}/metrics").text, "the metric")
        share = {"analysed_pct": 74.96}
        eventually(lambda: httpx.get(f"{page}/api/status").json().get("measures") == share, "the status")
        readings = httpx.get(f"{page}/api/readings", params={"since_s": 5}).json()
        assert readings[-1]["measures"] == share
