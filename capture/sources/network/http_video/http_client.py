"""A camera's answer over HTTP, on a socket of our own.

It asks the camera itself, whatever the environment says: the standard library's http.client knows no proxy but the one
it is given. A redirect is followed on the same host only, and a certificate is always verified.
"""

import contextlib
import secrets
import socket
import ssl
import threading
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Final

from capture.sources.network.address import Address, redirected
from capture.sources.network.http_video.authentication import authorization, challenges_of
from stream.errors import SourceError
from stream.version import VERSION

REMEDY: Final = "Check its address, its password and the network."
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5
_AT_ONCE_BYTES: Final = 256 * 1024


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Return what verifies a certificate: by the machine's authorities, or by those in `ca_file`. Raises SourceError.

    Made without `ssl.create_default_context`, which would write the keys of the connection to a file that the
    environment names (SSLKEYLOGFILE).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(Path(ca_file).expanduser())
    except (OSError, ssl.SSLError):
        raise SourceError(f"ca={ca_file} is no file of certificates (PEM) that can be read.") from None
    return context


class HttpAnswer:
    """The answer to GET, status 200. Read in one thread; `stop` may be called from another.

    length: bytes of the body, None if the camera does not say how many come.
    """

    def __init__(self, address: Address, timeout_s: float, ca_file: str | None) -> None:
        """Prepare the question; nothing is sent. timeout_s: for each wait on the socket."""
        self.content_type = ""
        self.length: int | None = None
        self._address, self._timeout_s, self._ca_file = address, timeout_s, ca_file
        self._connection: HTTPConnection | None = None
        self._response: HTTPResponse | None = None
        self._socket: socket.socket | None = None
        self._stopped = threading.Event()

    def open(self) -> None:
        """Ask, following redirects and proving who asks if the camera wants to know. Raises SourceError."""
        address, proof, redirects = self._address, None, 0
        while True:
            response = self._ask(address, proof)
            if response.status in _REDIRECTS and redirects < _MOST_REDIRECTS:
                redirects += 1
                address, proof = redirected(address, response.headers.get("location", "")), None
            elif response.status == 401 and proof is None and address.user and "www-authenticate" in response.headers:
                proof = self._proof(address, response)
            elif response.status == 200:
                self.content_type = response.headers.get("content-type", "")
                self.length = response.length
                return
            else:
                raise SourceError(f"{self._address.label} gives no video: {_refusal(response.status)} {REMEDY}")

    def read(self, most: int = _AT_ONCE_BYTES) -> bytes:
        """Return bytes of the body as they arrive; empty at its end. Raises SourceError if none come in time."""
        assert self._response is not None
        try:
            return self._response.read1(most)
        except (OSError, HTTPException, ValueError) as error:
            raise SourceError(f"{self._address.label} broke off: {cause_of(error)}. {REMEDY}") from None

    def stop(self) -> None:
        """End a read that waits, in whichever thread, and all later ones."""
        self._stopped.set()
        connected = self._socket
        if connected is not None:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go; only in the thread that reads."""
        self._socket = None
        if self._response is not None:
            self._response.close()
        if self._connection is not None:
            self._connection.close()

    def _ask(self, address: Address, proof: str | None) -> HTTPResponse:
        self.close()
        host, port = address.proxy or (address.host, address.port)
        if address.scheme == "https":
            context = tls_context(self._ca_file)
            connection: HTTPConnection = HTTPSConnection(host, port, timeout=self._timeout_s, context=context)
        else:
            connection = HTTPConnection(host, port, timeout=self._timeout_s)
        if address.proxy is not None:
            connection.set_tunnel(address.host, address.port)
        self._connection = connection
        headers = {"Accept": "*/*", "User-Agent": f"capillary-stream/{VERSION}"}
        if proof is not None:
            headers["Authorization"] = proof
        try:
            connection.connect()
            self._socket = connection.sock  # the connection forgets it once the answer owns it
            if self._stopped.is_set():
                raise SourceError(f"{address.label} was left.")
            connection.request("GET", address.target, headers=headers)
            self._response = connection.getresponse()
        except (OSError, HTTPException, ValueError) as error:
            raise SourceError(f"{self._address.label} gives no video: {cause_of(error)}. {REMEDY}") from None
        return self._response

    def _proof(self, address: Address, response: HTTPResponse) -> str:
        challenges = challenges_of(response.headers.get_all("www-authenticate", []))
        proof = authorization(challenges, "GET", address.target, address.user, address.password, secrets.token_hex(8))
        if proof is None:
            raise SourceError(f"{self._address.label} asks for a password in a way that is neither Basic nor Digest.")
        return proof


def _refusal(status: int) -> str:
    """Return what a status other than 200 means for a camera."""
    match status:
        case 401 | 403:
            return "it refuses the user or the password; write them as http://user:password@host."
        case 404 | 410:
            return "it knows no such path."
        case 503:
            return "it is busy; it may serve only so many programs at the same time."
        case _ if status in _REDIRECTS:
            return "it sends its callers in circles."
        case _:
            return f"it answers with status {status}."


def cause_of(error: Exception) -> str:
    """Return why a connection failed, without anything that the camera or the address may have put into it."""
    match error:
        case TimeoutError():
            return "it did not answer in time"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message}); if it is its own, give it with #ca=FILE"
        case ssl.SSLError():
            return "it speaks no TLS there, or none that is safe enough; an address without TLS is http:// or rtsp://"
        case socket.gaierror():
            return "its name is not known"
        case ConnectionRefusedError():
            return "nothing listens there"
        case OSError() if str(error).startswith("Tunnel connection failed"):
            return "the proxy makes no connection to it"
        case OSError(strerror=str(words)):
            return words[:1].lower() + words[1:]
        case _:
            return "its answer is no HTTP"
