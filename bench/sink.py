"""A mail server that takes everything and keeps nothing, in a process of its own.

Beside it a real one would measure itself: it only answers, as fast as it can be asked.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

_END = b"\r\n.\r\n"
_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._received = b""
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every command and every message that has come as a whole."""
        self._received += data
        while self._take():
            pass

    def _take(self) -> bool:
        piece, end, rest = self._received.partition(_END if self._in_message else b"\r\n")
        if not end:
            return False
        self._received = rest
        if self._in_message:
            self._in_message = False
            self._transport.write(b"250 taken\r\n")
            return True
        word = piece[:4].upper()
        self._in_message = word == b"DATA"
        self._transport.write(_ANSWERS.get(word, b"250 fine\r\n"))
        if word == b"QUIT":
            self._transport.close()
        return True


@contextmanager
def sink() -> Iterator[str]:
    """The URL of a running sink."""
    command = [sys.executable, "-m", "bench.sink"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"smtp://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
