"""Serves the web application from a thread of its own, with a loop of its own.

web = WebServer(host, port)        # the address is ours from now on
web.start(office)                  # returns once it answers
...
web.stop()                         # requests in progress are finished
"""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from config.logging import log_context
from rules.errors import Unavailable
from tasks.office import Office

if TYPE_CHECKING:
    from web.app import Tryout
    from web.live import Live

log = logging.getLogger("rectiflow.web")

GRACE_SECONDS = 5
"""How long requests in progress may take when the server stops."""

START_SECONDS = 20.0
BACKLOG = 128


class WebServer:
    """One listening socket and what answers on it."""

    def __init__(self, host: str, port: int) -> None:
        """Listen on this port, or on a free one when it is taken.

        Raises:
            Unavailable: this machine has no such address, or the port may not be used.
        """
        self._host = host
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.moved = port not in (0, self.port)
        """Whether the port that was wanted is taken."""
        self._server: uvicorn.Server | None = None
        self._live: Live | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self._host, self._host)
        shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{shown}:{self.port}"

    def start(self, office: Office, demo: Sequence[Tryout] = ()) -> None:
        """Serve this installation; returns once requests are answered. ``demo`` names those as
        whom a demonstration signs everybody in.

        Raises:
            Unavailable: it did not begin to answer.
        """
        # FastAPI takes half a second to import; whoever only wants an address does not wait.
        from web.app import create_app

        proxies = office.settings.web_proxies
        app = create_app(office, demo)
        self._live = app.state.live
        config = uvicorn.Config(
            app,
            loop="asyncio",
            lifespan="off",
            ws="none",
            # Addresses are links: they stand in no log.
            access_log=False,
            log_config=None,
            server_header=False,
            # Said outright, for uvicorn believes the environment otherwise.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._thread.start()
        waiting = threading.Event()
        for _ in range(int(START_SECONDS / 0.01)):
            if self._server.started:
                log.info("The web server answers. %s", log_context("web", port=self.port))
                return
            if not self._thread.is_alive():
                break
            waiting.wait(0.01)
        raise Unavailable("The web server did not begin to answer.", "See the log.")

    def stop(self) -> None:
        """Take no more requests; those in progress have some seconds to end."""
        if self._server is not None and self._thread is not None:
            if self._live is not None:
                # Streams are requests that never end by themselves.
                self._live.stop()
            self._server.should_exit = True
            self._thread.join(GRACE_SECONDS + 5)
        self._socket.close()

    def _serve(self) -> None:
        assert self._server is not None
        try:
            self._server.run(sockets=[self._socket])
        except Exception:
            log.exception("The web server has ended. %s", log_context("web"))


@contextmanager
def serving(office: Office, host: str, port: int) -> Iterator[WebServer]:
    """The web application of this installation, while the block lasts.

    Raises:
        Unavailable: it cannot listen there.
    """
    web = WebServer(host, port)
    try:
        web.start(office)
        yield web
    finally:
        web.stop()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return _bound(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise _unusable(host, port, error) from error
    try:
        return _bound(host, 0)
    except OSError as error:
        raise _unusable(host, port, error) from error


def _bound(host: str, port: int) -> socket.socket:
    family, kind, number, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, number)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _unusable(host: str, port: int, error: OSError) -> Unavailable:
    return Unavailable(
        f"The web server cannot listen on {host}:{port}: {error.strerror or error}.",
        "Give another with --host and --port, or RECTIFLOW_WEB_HOST and RECTIFLOW_WEB_PORT.",
    )
