"""One connection of the Minimal Lower Layer Protocol, plain or in TLS: a message out, its answer back."""

import socket
import ssl
import time
from typing import Final

from stream.errors import OutputError
from stream.outlets.unreachable import why_unreachable

_START: Final = b"\x0b"
_END: Final = b"\x1c\r"
_LONGEST: Final = 2**20
_PIECE: Final = 65536
_MOMENT_S: Final = 0.3


class MllpConnection:
    """A connection that is made when it is needed, and made anew after anything unexpected."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, timeout_s: float) -> None:
        """Connect to nothing yet. timeout_s: for the connection, and for each answer."""
        self._host, self._port, self._tls, self._timeout_s = host, port, tls, timeout_s
        self.place = f"{host}:{port}"
        self._socket: socket.socket | None = None

    def connect(self) -> str:
        """Make sure that there is a connection. Return how it is guarded. Raises OutputError."""
        if self._socket is not None and _is_over(self._socket):
            self.close()
        if self._socket is None:
            try:
                self._socket = self._connected()
            except OSError as error:
                raise OutputError(why_unreachable(error, self.place)) from error
        return (self._socket.version() or "TLS") if isinstance(self._socket, ssl.SSLSocket) else "not encrypted"

    def stays(self) -> bool:
        """Return whether the connection is still there after a moment: a refused certificate is said late (TLS 1.3)."""
        return self._socket is not None and not _is_over(self._socket, _MOMENT_S)

    def exchange(self, message: bytes) -> bytes:
        """Send a message and return the answer. Raises OutputError if there is none, or not the whole of one."""
        self.connect()
        assert self._socket is not None
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(_START + message + _END)
            return self._answer(self._socket)
        except OSError as error:
            self.close()  # an answer that comes later must not be taken for that of another message
            if isinstance(error, OutputError):
                raise
            raise OutputError(why_unreachable(error, self.place)) from error

    def close(self) -> None:
        """End the connection. May be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        plain = socket.create_connection((self._host, self._port), self._timeout_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return plain
        try:
            return self._tls.wrap_socket(plain, server_hostname=self._host)
        except BaseException:
            plain.close()
            raise

    def _answer(self, opened: socket.socket) -> bytes:
        until_s = time.monotonic() + self._timeout_s
        got = b""
        while not got.endswith(_END):
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            opened.settimeout(left_s)
            piece = opened.recv(_PIECE)
            if not piece:
                half = "in the middle of its answer" if got else "without an answer"
                raise OutputError(f"{self.place} closed the connection {half}: see its log; the message is sent again")
            got += piece
            if not got.startswith(_START) or len(got) > _LONGEST:
                raise OutputError(f"{self.place} does not speak MLLP: check host and port, and whether it asks for TLS")
        return got[len(_START) : -len(_END)]


def _is_over(opened: socket.socket, within_s: float = 0.0) -> bool:
    """Return whether the other side has closed the connection, or says what was not asked for."""
    opened.settimeout(within_s)
    try:
        opened.recv(1)
    except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    return True
