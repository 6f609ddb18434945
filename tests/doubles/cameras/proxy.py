"""A proxy that the environment names, and that must hear nothing."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "rtsp_proxy")


@dataclass
class Proxy:
    """The variables that name it, and what it heard."""

    environment: Mapping[str, str]
    heard: list[str] = field(default_factory=list)


@contextmanager
def hostile_proxy() -> Iterator[Proxy]:
    """Listen on a free port of this machine; every connection is one line in `heard`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        names = [*_VARIABLES, *(name.upper() for name in _VARIABLES)]
        proxy = Proxy({**dict.fromkeys(names, address), "no_proxy": "", "NO_PROXY": ""})

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(1)
                        with suppress(OSError):
                            proxy.heard.append(connection.recv(1000).decode("latin-1"))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
