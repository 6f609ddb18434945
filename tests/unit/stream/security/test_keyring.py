"""Keys lie in files of the user's own, are made once, and count as soon as they are allowed or forbidden."""

from pathlib import Path

import pytest

from stream.config.sections import PublishConfig, SecurityConfig
from stream.errors import ConfigError, UsageError
from stream.security.key_pair import new_keys, public_of
from stream.security.keyring import Keyring, keyring_for, parse_key
from stream.security.token import read_token, write_token

KEY = "ab" * 32


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


def test_a_pair_is_made_once_and_read_again(ring: Keyring) -> None:
    made = ring.make()
    assert ring.own() == made
    assert made.public == public_of(made.secret)
    with pytest.raises(UsageError, match="has a key already"):
        ring.make()


def test_the_secret_is_the_users_own_and_never_shown(ring: Keyring) -> None:
    made = ring.make()
    file = ring.folder / "own.key"
    assert (file.stat().st_mode & 0o777, ring.folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert made.secret.hex() not in repr(made)
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        ring.own()


def test_no_pair_or_a_broken_one_is_said_with_what_to_do(ring: Keyring) -> None:
    with pytest.raises(ConfigError, match="keys new"):
        ring.own()
    ring.make()
    (ring.folder / "own.key").write_bytes(b"\xff\x00")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        ring.own()
    (ring.folder / "own.key").write_text("no key")
    with pytest.raises(ConfigError, match="holds no key"):
        ring.own()


def test_allowed_keys_have_names_and_are_let_in_at_once(ring: Keyring) -> None:
    assert ring.name_of(bytes.fromhex(KEY)) is None
    ring.allow(KEY.upper(), "ward-7")
    ring.allow("cd" * 32, "ward-8")
    assert ring.name_of(bytes.fromhex(KEY)) == "ward-7"
    ring.forbid("ward-7")
    assert ring.allowed() == {bytes.fromhex("cd" * 32): "ward-8"}
    ring.forbid("cd" * 32)
    assert ring.allowed() == {}
    with pytest.raises(UsageError, match="keys list"):
        ring.forbid("ward-7")


@pytest.mark.parametrize("key", ["", "ab", "zz" * 32, KEY + "a", "ab" * 33, f" {KEY}"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        parse_key(key)


@pytest.mark.parametrize("name", ["", "two words", "line\nbreak", "-x", "n" * 61])
def test_what_is_no_name_is_refused(ring: Keyring, name: str) -> None:
    with pytest.raises(UsageError, match="letters"):
        ring.allow(KEY, name)


def test_a_broken_list_names_its_line_and_lets_nobody_in(ring: Keyring) -> None:
    ring.allow(KEY, "ward-7")
    with (ring.folder / "allowed.txt").open("a") as file:
        file.write("nonsense\n")
    with pytest.raises(ConfigError, match="line 2"):
        ring.allowed()
    assert ring.name_of(bytes.fromhex(KEY)) is None


def test_publishing_beyond_this_machine_needs_a_key_and_somebody_to_let_in(ring: Keyring) -> None:
    security = SecurityConfig(keys_dir=str(ring.folder))
    remote = PublishConfig(endpoint="tcp://0.0.0.0:5560")
    assert keyring_for(PublishConfig(), security) is None
    assert keyring_for(PublishConfig(enabled=False, endpoint="tcp://0.0.0.0:5560"), security) is None
    with pytest.raises(ConfigError, match=r"CURVE keys.*keys new"):
        keyring_for(remote, security)
    ring.make()
    with pytest.raises(ConfigError, match="keys allow"):
        keyring_for(remote, security)
    ring.allow(new_keys().public.hex(), "ward-7")
    assert keyring_for(remote, security) == ring


def test_a_token_is_long_private_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "token"
    write_token(file)
    assert len(read_token(str(file)) or "") >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError):
        write_token(file)
    assert read_token("") is None


@pytest.mark.parametrize("text", ["", "short", "x" * 31, "x" * 40 + " y", "ü" * 40])
def test_what_is_no_token_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(text)
    with pytest.raises(ConfigError, match="keys token"):
        read_token(str(file))


def test_a_token_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    write_token(file)
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_token(str(file))
