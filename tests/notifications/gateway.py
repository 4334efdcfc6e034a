"""A web server that plays a gateway, or the receiver of a webhook: it answers as it is told."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Asked(NamedTuple):
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


class Gateway:
    """Listens on 127.0.0.1. ``answers`` are given one each, then the last of them for ever.

    An answer is a status, or ``stall`` (nothing comes), ``drop`` (hung up on), ``drip`` (an
    answer without end, byte by byte), ``huge`` (200 with 50 MB), or a status with headers.
    """

    def __init__(
        self,
        *answers: int | str | tuple[int, dict[str, str]],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.answers = deque(answers or (200,))
        self._over = threading.Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                gateway.connections += 1
                super().setup()

            def do_POST(self) -> None:
                gateway._answer(self)

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                return None

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                return None

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, talk: BaseHTTPRequestHandler) -> None:
        body = talk.rfile.read(int(talk.headers.get("Content-Length") or 0))
        self.asked.append(Asked(talk.path, {k.lower(): v for k, v in talk.headers.items()}, body))
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if answer == "stall":
            self._over.wait(60)
        if isinstance(answer, str) and answer in ("stall", "drop"):
            talk.close_connection = True
            return
        with contextlib.suppress(OSError):
            self._say(talk, answer)

    def _say(
        self, talk: BaseHTTPRequestHandler, answer: int | str | tuple[int, dict[str, str]]
    ) -> None:
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        talk.send_response(status if isinstance(status, int) else 200)
        for name, value in headers.items():
            talk.send_header(name, value)
        if answer in ("drip", "huge"):
            size = 50_000_000
            talk.send_header("Content-Length", str(size))
            talk.end_headers()
            if answer == "huge":
                talk.wfile.write(b"x" * size)
            while answer == "drip" and not self._over.wait(0.02):
                talk.wfile.write(b"x")
            talk.close_connection = True
            return
        talk.send_header("Content-Length", "2")
        talk.end_headers()
        talk.wfile.write(b"ok")
