"""A connection with TLS to a camera, for a reader that cannot verify a certificate itself: FFmpeg's RTSP.

The certificate is verified here. The reader connects to a port of this machine, which takes that one connection and no
other; what it says, the password among it, goes to the camera encrypted.
"""

import asyncio
import contextlib
import ssl
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from capture.sources.network.address import Address
from capture.sources.network.http_video.http_client import cause_of, tls_context
from stream.errors import SourceError

_AT_ONCE_BYTES = 64 * 1024


class TlsRelay:
    """An open connection; `port` is where its reader finds it, on 127.0.0.1. Ends with the `with` block."""

    def __init__(self, address: Address, timeout_s: float, ca_file: str | None) -> None:
        """Connect and verify the camera's certificate. Raises SourceError."""
        self._address, self._timeout_s = address, timeout_s
        self._context = tls_context(ca_file)
        self._runner = asyncio.Runner()  # at its end it cancels what still waits
        self._left = asyncio.Event()
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="TLS relay", daemon=True)
        self._thread.start()
        self.port = ready.result()

    def __enter__(self) -> Self:
        """Return the relay."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End both connections."""
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            self._runner.get_loop().call_soon_threadsafe(self._left.set)

    def _run(self, ready: Future[int]) -> None:
        try:
            with self._runner:
                self._runner.run(self._relay(ready))
        except (OSError, ValueError) as error:
            if not ready.done():
                ready.set_exception(SourceError(f"{self._address.label} gives no video: {cause_of(error)}."))

    async def _relay(self, ready: Future[int]) -> None:
        host = self._address.host
        async with asyncio.timeout(self._timeout_s):
            camera = await asyncio.open_connection(host, self._address.port, ssl=self._context, server_hostname=host)

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            server.close()  # one reader, no other
            await asyncio.wait(
                [asyncio.ensure_future(_pump(reader, camera[1])), asyncio.ensure_future(_pump(camera[0], writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            writer.close()
            self._left.set()

        server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=1)
        ready.set_result(server.sockets[0].getsockname()[1])
        await self._left.wait()
        server.close()
        camera[1].transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends."""
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(_AT_ONCE_BYTES):
            writer.write(data)
            await writer.drain()
