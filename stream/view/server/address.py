"""Where browsers open the page, and what they need there. Pure; loads no server."""

from typing import Final

from stream.config.sections import LOOPBACK, ViewConfig

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", "*"})


def address_of(view: ViewConfig, port: int) -> str:
    """The page's address: the first of its names, which its certificate is for; else where it listens.

    An address that means every network is none to open: without a name it is this machine's own.
    """
    host = view.host.strip("[]")
    if view.names and view.host not in LOOPBACK:
        host = view.names[0]
    elif host in _EVERYWHERE:
        host = "localhost"
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if view.certificate_file else 'http'}://{name}:{port}"


def entrance(view: ViewConfig) -> str:
    """How the token is given, without it; empty where none is asked for."""
    return f" (open it once with /?token=… and the token in {view.token_file})" if view.token_file else ""
