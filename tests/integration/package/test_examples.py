"""Every example runs as it is, beside one demo."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import missing
from tests.running import ROOT, command, eventually, free_port, page_address, running

EXAMPLES = ROOT / "examples"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[str, str]]:
    """Return address and endpoint of a demo that has readings."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    with running("demo", CAPILLARY_STREAM_VIEW_PORT="0", CAPILLARY_STREAM_PUBLISH_ENDPOINT=endpoint) as process:
        address = page_address(process)
        eventually(lambda: httpx.get(f"{address}/api/readings").json(), "readings")
        yield address, endpoint


def needed(command_name: str, package: str) -> None:
    if shutil.which(command_name) is None:
        missing(f"no {command_name} on this machine: install Debian's package {package}")


def output(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        arguments, capture_output=True, text=True, timeout=30, check=False, cwd=ROOT, env=environment or None
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readings_become_a_table(demo: tuple[str, str]) -> None:
    table = output(sys.executable, str(EXAMPLES / "readings_to_csv.py"), demo[1], "3").splitlines()
    assert table[0].startswith("seq,t_capture_ns,density_pct")
    assert len(table) == 4


def test_ten_lines_print_the_density_until_the_program_is_gone(demo: tuple[str, str]) -> None:
    text = (EXAMPLES / "density.py").read_text()
    here = text.replace("tcp://127.0.0.1:5560", demo[1]).replace("while socket.poll(1000):", "for _ in range(3):")
    assert text != here
    said = output(sys.executable, "-c", here).splitlines()
    assert said[0].split()[0] == "synthetic"
    assert said[-1].startswith("no status for a second")


def test_the_guide_begins_with_the_ten_lines() -> None:
    code = (EXAMPLES / "density.py").read_text().partition('"""\n\n')[2]
    assert f"```python\n{code}```" in (ROOT / "docs" / "integration.md").read_text()


def test_what_was_and_what_comes_is_one_table(demo: tuple[str, str]) -> None:
    client = {"PYTHONPATH": str(ROOT / "clients" / "python")}
    said = output(sys.executable, str(EXAMPLES / "recent.py"), demo[1], demo[0], "1", **client).splitlines()
    assert said[0] == "t_capture,seq,density_pct,quality"
    seqs = [int(line.split(",")[1]) for line in said[1:]]
    assert seqs == sorted(set(seqs))
    assert len(seqs) > 5


def test_node_prints_readings(demo: tuple[str, str]) -> None:
    needed("node", "nodejs")
    if not (ROOT / "node_modules" / "zeromq").exists():
        missing("no zeromq for Node: npm ci")
    said = output("node", str(EXAMPLES / "feed.mjs"), demo[1], "3").splitlines()
    assert [line.split()[0] for line in said] == ["reading"] * 3
    assert float(said[0].split()[2]) > 0


def test_a_pipe_of_jq_prints_readings_below_a_limit(demo: tuple[str, str]) -> None:
    needed("jq", "jq")
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(ROOT)}
    subscribe = " ".join([*command("subscribe"), "--count", "3"])
    said = output("sh", str(EXAMPLES / "below.sh"), "100", demo[1], SUBSCRIBE=subscribe, **path).splitlines()
    assert len(said) == 3
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d+\.\d+", said[0])


def test_a_marker_is_set_and_alarms_are_listed(demo: tuple[str, str]) -> None:
    said = output(sys.executable, str(EXAMPLES / "marker_and_alarms.py"), demo[0])
    assert said.startswith("marker 1 at frame ")
    assert "call for attention" in said


def test_the_trend_is_a_table(demo: tuple[str, str]) -> None:
    assert output(sys.executable, str(EXAMPLES / "trend.py"), demo[0]).startswith("x,density_mean_pct,")


def test_node_shows_state_and_readings(demo: tuple[str, str]) -> None:
    needed("node", "nodejs")
    said = output("node", str(EXAMPLES / "status.mjs"), demo[0])
    assert said.startswith("state ")
    assert "\nreading " in said


def test_a_shell_shows_the_state(demo: tuple[str, str]) -> None:
    needed("curl", "curl")
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(ROOT)}
    subscribe = " ".join(command("subscribe"))
    said = output("sh", str(EXAMPLES / "status.sh"), ADDRESS=demo[0], ENDPOINT=demo[1], SUBSCRIBE=subscribe, **path)
    assert '"published"' in said
    assert '"type": "progress"' in said
