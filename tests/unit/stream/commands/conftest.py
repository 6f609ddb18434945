"""Commands as a user types them, in this process: no run is started."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from run_stream import main
from stream.errors import StreamError


@dataclass(frozen=True)
class Typed:
    """What came of a command line: its exit code, and everything that a user saw."""

    code: int
    text: str


Type = Callable[..., Typed]


@pytest.fixture(name="typed")
def type_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command line in an empty folder, with nothing of this user's configured."""
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))

    def typed(*arguments: str | Path) -> Typed:
        done = CliRunner().invoke(main, [str(argument) for argument in arguments], standalone_mode=False)
        error = done.exception
        if isinstance(error, StreamError):
            return Typed(error.exit_code, f"{done.output}{error}")
        if isinstance(error, click.ClickException):
            return Typed(2, f"{done.output}{error.format_message()}")
        assert error is None or isinstance(error, SystemExit), done.exc_info
        return Typed(done.exit_code, done.output)

    return typed
