"""Which outlets a run has is chosen by its configuration; a mistake in it is a sentence."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.errors import ConfigError, OutputError
from stream.outlets.selection import sender_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("mine", None)


def write(folder: Path, make: str) -> None:
    (folder / "mine.py").write_text(
        f"class Sender:\n    def send(self, message): ...\n    def close(self): ...\ndef make(settings):\n    {make}\n"
    )


def test_an_outlet_in_the_current_folder_is_made_from_its_own_settings(folder: Path) -> None:
    write(folder, "made = Sender(); made.settings = settings; return made")
    sender = sender_of("mine:make", {"broker": "10.0.0.8"})
    assert getattr(sender, "settings") == {"broker": "10.0.0.8"}  # noqa: B009 (no attribute of every sender)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pigeon", 'no outlet is called "pigeon"'),
        ("no_such_module_here:make", "there is no module no_such_module_here"),
        ("json:nothing_here", "json has no nothing_here"),
    ],
)
def test_an_outlet_that_is_not_there_is_a_sentence_about_the_configuration(name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        sender_of(name, {})


def test_settings_that_it_does_not_take_are_said_with_its_name(folder: Path) -> None:
    write(folder, "return Sender(**settings)")
    with pytest.raises(ConfigError, match=r'outlet "mine:make" failed at start: .* takes no arguments'):
        sender_of("mine:make", {"colour": "red"})


@pytest.mark.parametrize("error", [ConfigError, OutputError])
def test_what_it_says_itself_is_passed_on(folder: Path, error: type[Exception]) -> None:
    write(folder, f"from stream.errors import {error.__name__}; raise {error.__name__}('name a broker')")
    with pytest.raises(error, match=r"^name a broker$"):
        sender_of("mine:make", {})


def test_what_cannot_send_is_no_outlet(folder: Path) -> None:
    write(folder, "return 3")
    with pytest.raises(ConfigError, match=r"needs the methods send\(message\) and close\(\)"):
        sender_of("mine:make", {})
