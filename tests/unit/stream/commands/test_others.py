"""The commands about finished sessions, keys and subscribers: what they print, and what they refuse."""

from pathlib import Path

import pytest

from tests.unit.stream.commands.conftest import Type


def test_a_key_is_made_once_listed_and_allowed_by_name(typed: Type) -> None:
    key = typed("keys", "new").text.strip()
    assert len(key) == 64
    assert "has a key already" in typed("keys", "new").text
    typed("keys", "allow", "ab" * 32, "ward-7")
    assert typed("keys", "list").text == f"{key}\tthis machine\n{'ab' * 32}\tward-7\n"
    typed("keys", "forbid", "ward-7")
    assert "ward-7" not in typed("keys", "list").text


def test_a_machine_without_a_key_still_lists_those_that_it_allows(typed: Type) -> None:
    typed("keys", "allow", "ab" * 32, "ward-7")
    done = typed("keys", "list")
    assert done.code == 0
    assert "make one with `keys new`" in done.text
    assert "\tward-7\n" in done.text


def test_a_token_is_written_for_this_user_alone(typed: Type) -> None:
    assert typed("keys", "token", "page.token").code == 0
    assert Path("page.token").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("subscribe", "tcp://127.0.0.1:99999"), "99999"),
        (("subscribe", "--key", "ab" * 32), "make one with `keys new`"),
        (("keys", "allow", "short", "ward-7"), "64 hexadecimal digits"),
        (("bench", "-o", "out", "--engines", "stream,routr"), "not 'routr'"),
        (("bench", "-o", "out", "--engines", "spark"), "--engines takes serial, router, ray, stream"),
        (("bench", "-o", "out", "--workers", "0"), "numbers from 1 to 64"),
        (("bench", "-o", "out", "--live", "5", "--fps", "fast"), "--fps takes numbers from 1 to 240"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: Type, arguments: tuple[str, ...], says: str) -> None:
    done = typed(*arguments)
    assert done.code == 2
    assert says in done.text
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["loop", "a" * 300])
@pytest.mark.parametrize("command", [("view",), ("alarms", "try")])
def test_a_session_that_cannot_be_is_refused(typed: Type, command: tuple[str, ...], name: str) -> None:
    Path("loop").symlink_to("loop")
    done = typed(*command, name)
    assert done.code == 1
    assert name in done.text


def test_no_session_is_kept_yet(typed: Type) -> None:
    assert "There is no session in" in typed("view").text
    assert typed("view", "--last").code == 2
