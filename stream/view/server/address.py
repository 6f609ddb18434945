"""The address at which browsers open the page, and the hint how the token is given. Pure; loads no server."""

from stream.config.addresses import in_address, is_any, is_loopback
from stream.config.sections import ViewConfig


def page_address(view: ViewConfig, port: int) -> str:
    """Return the page's address: the first of its names, which its certificate is for; else the host that is set.

    A host that means every network cannot be opened: without a name the address is this machine's own.
    """
    host = view.host
    if view.names and not is_loopback(host):
        host = view.names[0]
    elif is_any(host):
        host = "localhost"
    return f"{'https' if view.certificate_file else 'http'}://{in_address(host)}:{port}"


def token_hint(view: ViewConfig) -> str:
    """Return the sentence how the token is given, without the token; empty if the page takes none."""
    return f" (open it once with /?token=… and the token in {view.token_file})" if view.token_file else ""
