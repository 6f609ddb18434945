"""`run_stream.py subscribe`: readings as JSON lines. Loads what it needs when it runs."""

import sys

import click

from stream.config.parts import Parts


@click.command()
@click.argument("endpoint", required=False)
@click.option("--count", type=click.IntRange(min=1), help="End after this many messages.")
@click.option("--topic", default="reading.", show_default=True, help="Print topics that begin with this text.")
@click.option("--key", metavar="KEY", help="The publishing machine's public key, if it asks for keys.")
@click.pass_obj
def subscribe(parts: Parts, endpoint: str | None, count: int | None, topic: str, key: str | None) -> None:
    """Print the readings that are published on ENDPOINT as JSON lines. Default: the configured endpoint.

    For another machine, it needs that machine's --key, and that machine must allow this machine's key; see `keys`.
    """
    from stream.outlets.zmq_subscriber import Credentials, json_lines
    from stream.security.keyring import Keyring, keys_folder, parse_key

    config = parts.load("default.toml", {})
    endpoint = endpoint or config.publish.endpoint
    credentials = None
    if key is not None:
        credentials = Credentials(Keyring(keys_folder(config.security.keys_dir)).own(), parse_key(key))
    if not parts.quiet:
        print(f"Waiting for {topic}* on {endpoint}; Ctrl-C ends.", file=sys.stderr)

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    for number, line in enumerate(json_lines(endpoint, topic, credentials, say), start=1):
        print(line, flush=True)
        if number == count:
            return
