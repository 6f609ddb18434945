"""configs/default.toml says what the code says."""

import tomllib
from pathlib import Path

import msgspec

from run_stream import CONFIGS
from stream.commands.default_config import default_toml
from stream.config.loading import load
from stream.config.sections import Config


def test_the_file_is_what_the_code_says() -> None:
    written = (CONFIGS / "default.toml").read_text(encoding="utf-8")
    assert written == default_toml(), "run: uv run python -m stream.commands.default_config > configs/default.toml"


def test_it_states_every_key_with_its_default() -> None:
    stated, coded = tomllib.loads(default_toml()), msgspec.to_builtins(Config())
    for table in ("alarms", "capture"):
        off = {key: None for key, value in coded[table].items() if value is None}
        stated[table] = off | stated[table]
    assert msgspec.json.decode(msgspec.json.encode(coded)) == stated, "what is off is stated as a comment"


def test_what_is_commented_out_can_be_switched_on(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in default_toml().splitlines() if not line.startswith("# Capillary")]
    examples = "\n".join(line for line in lines if not line.startswith(("Later wins", "the command line", "Generated")))
    (tmp_path / "mine.toml").write_text(examples, encoding="utf-8")
    config = load(tmp_path / "mine.toml", {}, {})
    assert config.alarms.low_pct == 4.0
    assert config.capture.scale_of(1920) == 1.27
    assert config.analyser.settings == {"weights": "synthetic"}
    assert config.outlets == {"my_outlet:JsonLines": {"path": "readings.jsonl"}}


def test_every_key_says_what_it_means() -> None:
    for line in default_toml().splitlines():
        assert not line or line.startswith("# ") or "  # " in line, line
