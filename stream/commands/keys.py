"""`run_stream.py keys …`: this machine's key, and whose keys are allowed."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from stream.config.sections import Config
    from stream.security.keyring import Keyring


class Configured(Protocol):
    """What the command line hands over: loads the configuration."""

    def load(self, default: str, overrides: dict[str, object]) -> "Config":
        """The configuration of a command."""


@click.group()
def keys() -> None:
    """Who may connect from another machine: new, list, allow, forbid, token."""


def _keyring(configured: Configured) -> "Keyring":
    from stream.security.keyring import Keyring, keys_folder

    return Keyring(keys_folder(configured.load("default.toml", {}).security.keys_dir))


@keys.command("new")
@click.pass_obj
def keys_new(configured: Configured) -> None:
    """Make this machine's key, and print the half that others may know."""
    print(_keyring(configured).make().public.hex())


@keys.command("list")
@click.pass_obj
def keys_list(configured: Configured) -> None:
    """This machine's public key, and every allowed one with its name."""
    from stream.errors import ConfigError

    ring = _keyring(configured)
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
def keys_allow(configured: Configured, key: str, name: str) -> None:
    """Let the owner of KEY (as `keys new` printed it there) in, under NAME. Counts at once."""
    _keyring(configured).allow(key, name)


@keys.command("forbid")
@click.argument("key_or_name")
@click.pass_obj
def keys_forbid(configured: Configured, key_or_name: str) -> None:
    """Let that key in no more. Who is connected stays so until the run ends."""
    _keyring(configured).forbid(key_or_name)


@keys.command("token")
@click.argument("file", type=click.Path(path_type=Path))
def keys_token(file: Path) -> None:
    """Write a new token for the live page into FILE (`view.token_file`), readable by you alone."""
    from stream.security.token import write_token

    write_token(file)
