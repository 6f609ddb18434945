"""A hospital's interface engine for HL7 v2: the MLLP server of the package hl7, in a thread of its own."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable
from typing import Any

import hl7
import hl7.mllp

Answer = Callable[[hl7.Message], bytes]
SILENCE = b""
"""What is answered to a message, framing included; after an answer that is not whole the connection is closed."""


def framed(text: str) -> bytes:
    return b"\x0b" + text.encode() + b"\x1c\r"


def accepted(message: hl7.Message) -> bytes:
    return framed(str(message.create_ack("AA")))


class Hl7Receiver:
    """Keeps what arrives, also over its own restarts, always on the same port."""

    def __init__(self, tls: ssl.SSLContext | None = None, answer: Answer = accepted) -> None:
        self.arrived: list[hl7.Message] = []
        self.answer = answer
        self.port = 0
        self._tls = tls
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    @property
    def messages(self) -> list[hl7.Message]:
        """What arrived; a message that came twice with one control id counts once."""
        return list({str(message["MSH.10"]): message for message in list(self.arrived)}.values())

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """Cut all connections, as a power cut would. May be called twice."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._cut)
            self._thread.join(10)
            self._thread = None

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await hl7.mllp.start_hl7_server(
            self._take, "127.0.0.1", self.port, encoding="utf-8", ssl=self._tls, reuse_address=True
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._over.wait()
        server.close()
        for writer in self._connections:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    def _cut(self) -> None:
        self._over.set()

    async def _take(self, reader: Any, writer: Any) -> None:
        self._connections.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while not reader.at_eof():
                message = await reader.readmessage()
                self.arrived.append(message)
                answer = self.answer(message)
                writer.write(answer)
                await writer.drain()
                if answer and not answer.endswith(b"\x1c\r"):
                    break
        self._connections.discard(writer)
        writer.close()
