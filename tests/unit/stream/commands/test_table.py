"""The table of commands: each is there and says what it does."""

import pytest

from run_stream import COMMANDS
from tests.unit.stream.commands.conftest import Type


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(typed: Type, name: str) -> None:
    done = typed(*name.split(), "--help")
    assert done.code == 0
    assert f"{name} [OPTIONS]" in done.text
    assert len(done.text.splitlines()[2].strip()) > 20


def test_the_list_has_every_command(typed: Type) -> None:
    listed = typed("--help").text
    assert all(f"\n  {name} " in listed for name in COMMANDS if " " not in name)
    assert "\n  synthesize " in typed("models", "--help").text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("replay", "x.mp4"), "Missing option '--output'"),
        (("replay", "x.mp4", "-o", "out", "--frames", "0"), "0 is not in the range"),
        (("live",), "no source: name one"),
        (("live", "camera:0", "--port", "70000"), "70000 is not in the range"),
        (("-c", "nothing.toml", "doctor"), "there is no config file nothing.toml"),
    ],
)
def test_wrong_use_is_refused(typed: Type, arguments: tuple[str, ...], says: str) -> None:
    done = typed(*arguments)
    assert done.code == 2
    assert says in done.text
