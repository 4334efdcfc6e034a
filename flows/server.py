"""Which Prefect server do we talk to, is it there, and is it of the right version?

Without a setting, Rectiflow runs Prefect's own server as a child process with its own home,
database and port (``EmbeddedServer``). With ``RECTIFLOW_PREFECT_API_URL`` it uses the server that
is there (``check_server``). Nothing here imports Prefect, so that asking stays quick.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO

from flows.environment import prefect_environment, server_environment
from flows.server_home import (
    CHILD,
    HOST,
    STOP_SECONDS,
    ServerRecord,
    listen,
    lock_home,
    read_record,
    stop_stale,
    write_record,
)
from rules.errors import Unavailable

log = logging.getLogger("rectiflow.server")

DEFAULT_PORT = 4200
SETTING = "RECTIFLOW_PREFECT_API_URL"

RESTART_DELAYS = (0.5, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a server that ended is started again: the first, second, ... time in a row."""

STEADY_SECONDS = 60.0
"""A server that lived this long had started well; the count of failures begins anew."""

LOG_LIMIT_BYTES = 5_000_000

# A local address is never asked for through a proxy.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class EmbeddedServer:
    """Prefect's server in a child process: started, watched, restarted, and taken down with us.

    ``home`` is Rectiflow's home; the server's own files are in ``home/prefect``. ``port`` is the
    one wanted; without it the port of the last time, else 4200. When it is taken, a free one is
    used. ``api_url`` is right from the moment ``start`` returns, and does not change: the socket
    is ours, so requests wait in line while the server starts or restarts.
    """

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.home = home
        self.restarts = 0
        self._wanted = port
        self._record: ServerRecord | None = None
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._lock: IO[bytes] | None = None
        self._socket: socket.socket | None = None

    @property
    def api_url(self) -> str:
        """Address of the API. Known once started."""
        return self._started().api_url

    @property
    def ui_url(self) -> str:
        """Address of Prefect's own pages. Known once started."""
        return self._started().ui_url

    @property
    def log_path(self) -> Path:
        """Where the server's output goes."""
        return self.home / "prefect" / "server.log"

    @property
    def pid(self) -> int | None:
        """The server's process, or None while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        """Start the server and return at once; it answers some seconds later.

        Raises Unavailable when another process already runs a server with this home, or when the
        home cannot be written.
        """
        if self._watcher is not None:
            return
        self._lock = lock_home(self.home)
        try:
            before = read_record(self.home)
            ended = before is not None and before.pid and stop_stale(self.home, before.pid)
            self._socket = listen(
                self._wanted or (before.port if before else DEFAULT_PORT),
                patience=STOP_SECONDS if ended else 0.0,
            )
            self._note(None)
        except BaseException:
            self._let_go()
            raise
        self._stopping.clear()
        self._watcher = threading.Thread(target=self._watch, name="prefect-server", daemon=True)
        self._watcher.start()

    def is_healthy(self, timeout: float = 1.0) -> bool:
        """Whether the server answers within ``timeout`` seconds."""
        try:
            return _get(f"{self.api_url}/health", timeout) == "true"
        except (OSError, ValueError):
            return False

    def wait_healthy(self, timeout: float = 60.0) -> None:
        """Return when the server answers. Raises Unavailable after ``timeout`` seconds.

        Blocking: call it in a thread from asynchronous code.
        """
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0 and not self._stopping.is_set():
            if self.is_healthy(min(left, 5.0)):
                return
            self._stopping.wait(0.05)
        raise Unavailable(
            f"Prefect's server did not answer at {self.api_url} within {timeout:g} seconds"
            f"{self._last_words()}.",
            f"Its output is in {self.log_path}.",
        )

    def stop(self) -> None:
        """End the server and wait until it is gone. Does nothing when it is not running."""
        self._stopping.set()
        with self._spawning:
            child = self._child
            if child is not None and child.poll() is None:
                child.terminate()
        if child is not None:
            _wait_or_kill(child)
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
            self._note(None)
        self._let_go()

    def _watch(self) -> None:
        """Start the child, and start it again whenever it ends without being asked to."""
        failures = 0
        while True:
            with self._spawning:
                if self._stopping.is_set():
                    return
                began = time.monotonic()
                child = self._child = self._spawn()
            self._note(child.pid)
            code = child.wait()
            if child.stdin is not None:
                child.stdin.close()
            if self._stopping.is_set():
                return
            failures = 1 if time.monotonic() - began > STEADY_SECONDS else failures + 1
            delay = RESTART_DELAYS[min(failures, len(RESTART_DELAYS)) - 1]
            log.warning(
                "Prefect's server ended (%s)%s. It is started again in %g s; its output is in %s.",
                f"signal {-code}" if code < 0 else f"exit code {code}",
                self._last_words(),
                delay,
                self.log_path,
            )
            self._stopping.wait(delay)
            self.restarts += 1

    def _spawn(self) -> subprocess.Popen[bytes]:
        assert self._socket is not None
        listening = self._socket.fileno()
        folder = self.home / "prefect"
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        # -P: the folder of the child's file is not a place to import from.
        command = [sys.executable, "-P", str(CHILD), "--home", str(folder)]
        with self.log_path.open("ab") as output:
            return subprocess.Popen(
                [*command, "--socket", str(listening)],
                # The child ends when this pipe closes, and only we hold its other end.
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=server_environment(os.environ, folder, HOST, self._started().port),
                pass_fds=(listening,),
                # Ctrl-C in a terminal is for us: the server must outlive our last requests.
                start_new_session=True,
            )

    def _note(self, pid: int | None) -> None:
        assert self._socket is not None
        self._record = ServerRecord(self._socket.getsockname()[1], pid, os.getpid())
        write_record(self.home, self._record)

    def _let_go(self) -> None:
        for held in (self._socket, self._lock):
            if held is not None:
                held.close()
        self._socket = self._lock = None

    def _started(self) -> ServerRecord:
        if self._record is None:
            raise RuntimeError("The embedded server has no address before start() was called.")
        return self._record

    def _last_words(self) -> str:
        try:
            text = self.log_path.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError:
            return ""
        last = next((line.strip() for line in reversed(text.split("\n")) if line.strip()), "")
        return f", saying: {last}" if last else ""


def enter_environment(home: Path, api_url: str) -> Mapping[str, str]:
    """Make our own process use this Prefect server; gives back what was set.

    To be called before Prefect is first imported: only then is the user's own home of Prefect
    left untouched. Called again, or later, it changes the server's address.
    """
    record = read_record(home)
    embedded = record is not None and record.api_url == api_url
    no_proxy = os.environ.get("NO_PROXY", "")
    settings = prefect_environment(home, api_url, embedded=embedded, no_proxy=no_proxy)
    # Prefect makes its home, but not the folders above it.
    Path(settings["PREFECT_HOME"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(settings)
    if "prefect" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()
    return settings


def check_server(api_url: str, auth: str | None = None, timeout: float = 5.0) -> str:
    """The version of the Prefect server at ``api_url``; raises Unavailable when it will not do.

    It must answer and be of the same minor version as the installed Prefect. ``auth`` is the
    ``user:password`` of a server with basic authentication.
    """
    ours = version("prefect")
    wanted = ".".join(ours.split(".")[:2])
    where = f"{api_url} ({SETTING})"
    advice = f"Set {SETTING} to the API of a Prefect {wanted}, or unset it to use our own server."
    try:
        found = json.loads(_get(f"{api_url.rstrip('/')}/admin/version", timeout, auth))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            hint = "Set PREFECT_API_AUTH_STRING to its user:password."
            raise Unavailable(f"The Prefect server at {where} wants a password.", hint) from error
        said = f"{where} answers with {error.code}: it is not a Prefect API."
        raise Unavailable(said, advice) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(f"No Prefect API is reached at {where}: {reason}.", advice) from error
    if not isinstance(found, str) or found.split(".")[:2] != ours.split(".")[:2]:
        said = f"The Prefect server at {where} is of version {found}; Rectiflow needs {wanted}."
        raise Unavailable(said, advice)
    return found


def _get(url: str, timeout: float, auth: str | None = None) -> str:
    request = urllib.request.Request(url)
    if auth:
        request.add_header("Authorization", f"Basic {base64.b64encode(auth.encode()).decode()}")
    opener = _direct if url.startswith(f"http://{HOST}:") else urllib.request.build_opener()
    with opener.open(request, timeout=timeout) as response:
        text: str = response.read(10_000).decode("utf-8")
        return text


def _wait_or_kill(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
