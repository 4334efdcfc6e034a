"""A relay before Prefect's server: closed, it is as if the server were away; open, it is back."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """Hands connections on to a server; can be closed, can keep silent, and opened again."""

    def __init__(self, api_url: str) -> None:
        to = urlsplit(api_url)
        self._to = (to.hostname or "", to.port or 0)
        self._listening = _listen(0)
        self._port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}{to.path}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._silent = False
        self._serve(self._listening)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nobody listens any more, and every connection breaks off."""
        _shut(self._listening)
        with self._lock:
            for one in self._open:
                _shut(one)
            self._open.clear()

    def open(self, silent: bool = False) -> None:
        """Listen again; ``silent`` takes connections and answers nothing."""
        self._silent = silent
        self._listening = _listen(self._port)
        self._serve(self._listening)

    def _serve(self, listening: socket.socket) -> None:
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(near)
            if not self._silent:
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._to)
        except OSError:
            _shut(near)
            return
        with self._lock:
            self._open.add(far)
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=64)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
