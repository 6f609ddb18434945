"""`run_stream.py keys …`: this machine's key, and the keys that are allowed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.security.keyring import Keyring


@click.group()
def keys() -> None:
    """Manage the keys of machines that may connect: new, list, allow, forbid, token."""


def _keyring(parts: Parts) -> "Keyring":
    from stream.security.keyring import Keyring, keys_folder

    return Keyring(keys_folder(parts.load("default.toml", {}).security.keys_dir))


@keys.command("new")
@click.pass_obj
def keys_new(parts: Parts) -> None:
    """Make this machine's pair of keys, and print the public key."""
    print(_keyring(parts).make().public.hex())


@keys.command("list")
@click.pass_obj
def keys_list(parts: Parts) -> None:
    """List this machine's public key, and every allowed one with its name."""
    from stream.errors import ConfigError

    ring = _keyring(parts)
    try:
        print(f"{ring.own().public.hex()}\tthis machine")
    except ConfigError as error:
        click.echo(str(error), err=True)
    for key, name in ring.allowed().items():
        print(f"{key.hex()}\t{name}")


@keys.command("allow")
@click.argument("key")
@click.argument("name")
@click.pass_obj
def keys_allow(parts: Parts, key: str, name: str) -> None:
    """Allow the machine with the public KEY (printed there by `keys new`) to connect, under NAME. Applies at once."""
    _keyring(parts).allow(key, name)


@keys.command("forbid")
@click.argument("key_or_name")
@click.pass_obj
def keys_forbid(parts: Parts, key_or_name: str) -> None:
    """Refuse a key from now on. A connection that exists stays until the run ends."""
    _keyring(parts).forbid(key_or_name)


@keys.command("token")
@click.argument("file", type=click.Path(path_type=Path))
def keys_token(file: Path) -> None:
    """Write a new token for the live page into FILE (`view.token_file`), readable by you only."""
    from stream.security.token import write_token

    write_token(file)
