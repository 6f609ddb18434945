"""This machine's key pair and the keys that it allows, in files of the user's own. Knows no socket.

Keys are CURVE keys (ZeroMQ RFC 26), written as 64 hexadecimal digits: safe in a shell, and taken as 32 bytes by ZeroMQ.
`own.key` holds the secret half, `allowed.txt` one line per key: the key, a space, its owner's name.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stream.config.sections import PublishConfig, SecurityConfig
from stream.errors import ConfigError, UsageError
from stream.machine.files import expanded
from stream.machine.text_files import TextError, read_text
from stream.security.key_pair import Keys, new_keys, public_of
from stream.security.private_files import read_line, write_new

_OWN: Final = "own.key"
_ALLOWED: Final = "allowed.txt"
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,59}")


def keys_folder(configured: str) -> Path:
    """Return the keys' folder: as configured, else below the user's configuration folder (XDG Base Directory)."""
    if configured:
        return expanded(configured)
    base = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or "~/.config"
    return expanded(base) / "capillary-stream" / "keys"


def parse_key(text: str) -> bytes:
    """Return the 32 bytes of a public key from its hexadecimal digits. Raises UsageError."""
    if not _KEY.fullmatch(text.lower()):
        raise UsageError("a key has 64 hexadecimal digits, as `keys new` on the other machine printed it")
    return bytes.fromhex(text)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in one folder. Read anew each time, so that a change counts at once."""

    folder: Path

    def make(self) -> Keys:
        """Make this machine's pair. Raises UsageError if there is one: peers that know it would be locked out."""
        path = self.folder / _OWN
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = new_keys()
        try:
            write_new(path, keys.secret.hex())
        except FileExistsError:
            raise UsageError(f"this machine has a key already, in {path}; remove the file to make another") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        return keys

    def own(self) -> Keys:
        """Read this machine's pair. Raises ConfigError if there is none, or others may read it."""
        path = self.folder / _OWN
        try:
            text = read_line(path)
        except ConfigError:
            raise
        except OSError:
            raise ConfigError(f"this machine has no key in {self.folder}; make one with `keys new`") from None
        if not _KEY.fullmatch(text):
            raise ConfigError(f"{path} holds no key; remove it and make one with `keys new`")
        secret = bytes.fromhex(text)
        return Keys(public_of(secret), secret)

    def allowed(self) -> dict[bytes, str]:
        """Read the allowed keys, each with its owner's name. Raises OSError, ConfigError for a line that is no key."""
        path = self.folder / _ALLOWED
        try:
            lines = read_text(path).split("\n")
        except FileNotFoundError:
            return {}
        except TextError as error:
            raise ConfigError(f"{path} is {error}") from error
        found = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            key, _, name = line.strip().partition(" ")
            if not (_KEY.fullmatch(key) and _NAME.fullmatch(name)):
                raise ConfigError(f"line {number} of {path} is not a key with a name; correct or remove it")
            found[bytes.fromhex(key)] = name
        return found

    def name_of(self, key: bytes) -> str | None:
        """Return the name of the key's owner, None if it is not allowed (a list that cannot be read allows none)."""
        try:
            return self.allowed().get(key)
        except (ConfigError, OSError):
            return None

    def allow(self, text: str, name: str) -> None:
        """Allow that public key. Raises UsageError if key or name are not valid."""
        key = parse_key(text)
        if not _NAME.fullmatch(name):
            raise UsageError("a key's name has 1 to 60 letters, digits, dots and dashes; it appears in logs")
        self._write(self.allowed() | {key: name})

    def forbid(self, which: str) -> None:
        """Remove that key, or all keys of that name, from the allowed ones. Raises UsageError if there is none."""
        known = self.allowed()
        left = {key: name for key, name in known.items() if which.lower() != key.hex() and which != name}
        if len(left) == len(known):
            raise UsageError(f"no allowed key is {which}; `keys list` shows them")
        self._write(left)

    def _write(self, allowed: dict[bytes, str]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / _ALLOWED
        new = path.with_suffix(".new")
        new.write_text("".join(f"{key.hex()} {name}\n" for key, name in allowed.items()))
        new.replace(path)


def keyring_for(publish: PublishConfig, security: SecurityConfig) -> Keyring | None:
    """Return the keyring that subscribers' keys are checked by; None if every program on this machine may subscribe.

    Raises ConfigError if one is needed and this machine has no key, or allows none.
    """
    if not (publish.enabled and publish.guarded):
        return None
    ring = Keyring(keys_folder(security.keys_dir))
    try:
        ring.own()
        anybody = ring.allowed()
    except ConfigError as error:
        raise ConfigError(f'"publish.endpoint" {publish.endpoint} needs CURVE keys: {error}') from error
    if not anybody:
        raise ConfigError(
            f'"publish.endpoint" {publish.endpoint} is for allowed keys alone, and none is: `keys allow KEY NAME`'
        )
    return ring
