"""The address at which browsers open the page, and the hint how the token is given. Pure; loads no server."""

from typing import Final

from stream.config.sections import LOOPBACK, ViewConfig

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", "*"})


def page_address(view: ViewConfig, port: int) -> str:
    """Return the page's address: the first of its names, which its certificate is for; else the host that is set.

    A host that means every network cannot be opened: without a name the address is this machine's own.
    """
    host = view.host.strip("[]")
    if view.names and view.host not in LOOPBACK:
        host = view.names[0]
    elif host in _EVERYWHERE:
        host = "localhost"
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if view.certificate_file else 'http'}://{name}:{port}"


def token_hint(view: ViewConfig) -> str:
    """Return the sentence how the token is given, without the token; empty if the page takes none."""
    return f" (open it once with /?token=… and the token in {view.token_file})" if view.token_file else ""
