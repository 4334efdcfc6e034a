"""What a home knows of its Prefect server: who holds it, on which port, what was left over."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from rules.errors import Unavailable

log = logging.getLogger("rectiflow.server")

HOST = "127.0.0.1"
CHILD = Path(__file__).with_name("server_process.py")
STOP_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """The file ``prefect/server.json``: port, process, and the process that watches over it."""

    port: int
    pid: int | None = None
    supervisor: int | None = None

    @property
    def api_url(self) -> str:
        """Address of the API, for clients."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def ui_url(self) -> str:
        """Address of Prefect's own pages, for people."""
        return f"http://{HOST}:{self.port}"


def read_record(home: Path) -> ServerRecord | None:
    """The embedded server last started with this home, for other processes. It may have ended."""
    try:
        found = json.loads(_record_path(home).read_text(encoding="utf-8"))
        return ServerRecord(int(found["port"]), found.get("pid"), found.get("supervisor"))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_record(home: Path, record: ServerRecord) -> None:
    """Remember the server for other processes and for the next start."""
    path = _record_path(home)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
    draft.replace(path)


def lock_home(home: Path) -> IO[bytes]:
    """Hold the home's server for this process. The system lets go of it when the process dies.

    Raises Unavailable when another process holds it, or the home cannot be written.
    """
    folder = home / "prefect"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = (folder / "server.lock").open("ab")
    except OSError as error:
        raise Unavailable(
            f"Prefect's files cannot be kept in {folder}: {error.strerror}.",
            "Make the folder writable, or choose another RECTIFLOW_HOME.",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        found = read_record(home)
        who = f" (process {found.supervisor})" if found and found.supervisor else ""
        raise Unavailable(
            f"Rectiflow is already running with the home {home}{who}.",
            "Stop that one first, or choose another RECTIFLOW_HOME.",
        ) from None
    return handle


def listen(wanted: int, patience: float = 0.0) -> socket.socket:
    """A listening socket on the wanted port, or on a free one when that is taken.

    A taken port is asked for again for ``patience`` seconds before another is used.
    """
    end = time.monotonic() + patience
    while _is_taken(wanted) and time.monotonic() < end:
        time.sleep(0.05)
    for port in (wanted, 0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Connections of a server that has just ended must not keep the port from us.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, port))
            sock.listen(256)
        except OSError as error:
            sock.close()
            if port == 0:
                raise Unavailable(f"No port of {HOST} can be used: {error.strerror}.") from error
        else:
            return sock
    raise AssertionError("a free port was neither found nor refused")


def stop_stale(home: Path, pid: int) -> bool:
    """End a server of this home that has outlived its parent; whether there was one.

    The caller holds the home's lock. A process gives up its name a moment before its sockets,
    so its port may still be taken when this returns.
    """
    if not is_server_of(home, pid):
        return False
    log.warning("A Prefect server of this home was left behind (process %s); it is ended.", pid)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return True
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            if not is_server_of(home, pid):
                return True
            time.sleep(0.05)
    return True


def is_server_of(home: Path, pid: int) -> bool:
    """Whether this process is a server of this home, and not a stranger who got its number."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        words = [subprocess.run(asked, capture_output=True, text=True, check=False).stdout]
    except OSError:
        return False
    folder = str(home / "prefect")
    return any(CHILD.name in word for word in words) and any(folder in word for word in words)


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _record_path(home: Path) -> Path:
    return home / "prefect" / "server.json"
