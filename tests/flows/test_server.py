"""The embedded server comes up, stays up, and never outlives us; a foreign one is checked first."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient
from prefect.states import Paused

from flows.environment import prefect_environment, server_environment
from flows.server import EmbeddedServer, check_server
from flows.server_home import CHILD, ServerRecord, is_server_of, listen, read_record, write_record
from rules.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]


def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that another process does; fails when it does not happen."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """An HTTP server that gives every request the same answer."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api"
        finally:
            server.shutdown()


def left_behind(home: Path) -> subprocess.Popen[bytes]:
    """A server of this home whose parent does not look after it, as after a SIGKILL."""
    (home / "prefect").mkdir(parents=True)
    sock = listen(0)
    arguments = ["--home", str(home / "prefect"), "--socket", str(sock.fileno())]
    child = subprocess.Popen(
        [sys.executable, "-P", str(CHILD), *arguments],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=server_environment(os.environ, home / "prefect", "127.0.0.1", 0),
        pass_fds=(sock.fileno(),),
    )
    write_record(home, ServerRecord(sock.getsockname()[1], child.pid, supervisor=1))
    sock.close()
    return child


def test_the_server_answers_and_is_of_our_version(server: EmbeddedServer) -> None:
    assert server.is_healthy()
    assert check_server(server.api_url) == version("prefect")


def test_other_processes_find_the_server_by_its_home(server: EmbeddedServer) -> None:
    record = read_record(server.home)
    assert record is not None
    assert (record.api_url, record.ui_url) == (server.api_url, server.ui_url)
    assert record.pid == server.pid
    assert record.supervisor == os.getpid()


def test_a_second_server_of_the_same_home_is_refused(server: EmbeddedServer) -> None:
    with pytest.raises(Unavailable, match=f"already running .*process {os.getpid()}"):
        EmbeddedServer(server.home).start()


def test_starting_returns_at_once_and_requests_wait_in_line(home: Path) -> None:
    server = EmbeddedServer(home)
    began = time.monotonic()
    server.start()
    took = time.monotonic() - began
    try:
        host, port = "127.0.0.1", int(server.api_url.split(":")[2].split("/")[0])
        with socket.create_connection((host, port), timeout=1):
            assert not server.is_healthy(0.05)
    finally:
        server.stop()
    assert took < 0.5


def test_stopping_leaves_no_process_and_remembers_the_port(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    url = server.api_url
    until(lambda: server.pid)
    pid = server.pid
    server.stop()
    assert server.pid is None
    assert pid is not None
    assert not is_server_of(home, pid)
    record = read_record(home)
    assert record is not None
    assert (record.pid, record.api_url) == (None, url)
    server.stop()


def test_a_taken_port_is_replaced_by_a_free_one_and_that_one_is_kept(home: Path) -> None:
    with closing(listen(0)) as taken:
        wanted = taken.getsockname()[1]
        server = EmbeddedServer(home, wanted)
        server.start()
        first = server.api_url
        server.stop()
        assert first != f"http://127.0.0.1:{wanted}/api"
        again = EmbeddedServer(home)
        again.start()
        assert again.api_url == first
        again.stop()


def is_free(port: int) -> bool:
    """Whether a server would get this port: one that dies gives up its name a moment before."""
    with closing(listen(port)) as got:
        found: int = got.getsockname()[1]
        return found == port


def test_a_server_dies_with_its_parent_even_when_that_is_killed(home: Path) -> None:
    code = """
import pathlib, sys, time
from flows.server import EmbeddedServer
EmbeddedServer(pathlib.Path(sys.argv[1])).start()
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code, str(home)], cwd=ROOT)
    until(lambda: (record := read_record(home)) and record.pid)
    record = read_record(home)
    assert record is not None
    assert record.pid is not None
    until(lambda: is_server_of(home, record.pid or 0))
    parent.kill()
    parent.wait()
    until(lambda: not is_server_of(home, record.pid or 0))
    until(lambda: is_free(record.port))


def test_a_server_that_was_left_behind_is_ended_and_its_port_used_again(home: Path) -> None:
    child = left_behind(home)
    before = read_record(home)
    assert before is not None
    until(lambda: is_server_of(home, child.pid))
    reaper = threading.Thread(target=child.wait)
    reaper.start()
    server = EmbeddedServer(home)
    server.start()
    try:
        assert server.api_url == before.api_url
    finally:
        server.stop()
        reaper.join()
        assert child.stdin is not None
        child.stdin.close()
    assert child.returncode == -signal.SIGTERM


async def test_many_who_write_at_the_same_moment_wait_in_line_and_nobody_is_turned_away(
    client: PrefectClient,
) -> None:
    @flow
    def idle() -> None:
        """Does nothing."""

    paused = [await client.create_flow_run(idle, state=Paused()) for _ in range(12)]
    async with httpx.AsyncClient(base_url=str(client.api_url)) as impatient:
        answers = await asyncio.gather(
            *(impatient.post(f"flow_runs/{run.id}/resume", json={}) for run in paused)
        )
    assert {answer.status_code for answer in answers} <= {200, 201}


def test_a_stranger_with_the_old_process_number_is_left_alone(home: Path) -> None:
    (home / "prefect").mkdir(parents=True)
    write_record(home, ServerRecord(4200, os.getpid(), supervisor=1))
    server = EmbeddedServer(home)
    server.start()
    server.stop()


def test_an_unreadable_record_is_as_none(home: Path) -> None:
    (home / "prefect").mkdir(parents=True)
    (home / "prefect" / "server.json").write_text('{"port": "never"', encoding="utf-8")
    assert read_record(home) is None
    server = EmbeddedServer(home)
    server.start()
    server.stop()
    assert read_record(home) is not None


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(Unavailable, match=r"cannot be kept in .*file.*RECTIFLOW_HOME"):
        EmbeddedServer(file).start()


def test_waiting_ends_with_a_sentence_that_names_the_log(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    try:
        with pytest.raises(Unavailable, match=r"did not answer .* 0\.1 seconds.*server\.log"):
            server.wait_healthy(0.1)
    finally:
        server.stop()


def test_settings_of_a_users_own_prefect_do_not_reach_the_server(tmp_path: Path) -> None:
    inherited = {"PREFECT_API_URL": "https://elsewhere", "PREFECT_PROFILE": "mine", "PATH": "/bin"}
    found = server_environment(inherited, tmp_path, "127.0.0.1", 4200)
    assert "PREFECT_API_URL" not in found
    assert "PREFECT_PROFILE" not in found
    assert found["PATH"] == "/bin"
    assert found["PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED"] == "false"


@pytest.mark.parametrize("which", ["ours", "server"])
def test_every_prefect_setting_we_use_exists(which: str, tmp_path: Path) -> None:
    from prefect.settings import get_current_settings
    from prefect.settings.base import PrefectBaseSettings

    def known(model: type[PrefectBaseSettings]) -> Iterator[str]:
        prefix = str(model.model_config.get("env_prefix", "")).lower()
        for name, field in model.model_fields.items():
            yield prefix + name
            choices = getattr(field.validation_alias, "choices", [])
            yield from (str(choice).lower() for choice in choices)
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, PrefectBaseSettings):
                yield from known(inner)

    used = (
        prefect_environment(tmp_path, "http://127.0.0.1:4200/api", embedded=True)
        if which == "ours"
        else server_environment({}, tmp_path, "127.0.0.1", 4200)
    )
    names = {name.lower() for name in used if name.startswith("PREFECT_")}
    assert names - set(known(type(get_current_settings()))) == set()


def test_importing_prefect_leaves_the_users_own_home_untouched(tmp_path: Path) -> None:
    code = """
import os, pathlib, sys
from flows.server import enter_environment
enter_environment(pathlib.Path(sys.argv[1]), "http://127.0.0.1:9/api")
assert "prefect" not in sys.modules
import logging
mine = logging.NullHandler()
logging.getLogger().addHandler(mine)
from prefect.settings import get_current_settings
settings = get_current_settings()
assert settings.api.url == "http://127.0.0.1:9/api", settings.api.url
assert settings.home == pathlib.Path(sys.argv[1]) / "prefect", settings.home
assert logging.getLogger().handlers == [mine], logging.getLogger().handlers
assert "127.0.0.1" in os.environ["NO_PROXY"]
"""
    (tmp_path / "user").mkdir()
    own = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    own |= {"HOME": str(tmp_path / "user"), "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-c", code, str(tmp_path / "ours")]
    subprocess.run(arguments, env=own, check=True, cwd=ROOT)
    assert list((tmp_path / "user").iterdir()) == []
    assert (tmp_path / "ours" / "prefect").is_dir()


def test_an_address_where_nobody_listens_is_unavailable() -> None:
    with closing(listen(0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match=r"No Prefect API is reached .*RECTIFLOW_PREFECT_API_URL"):
        check_server(f"http://127.0.0.1:{port}/api")


def test_a_server_that_never_answers_is_unavailable() -> None:
    with closing(listen(0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with pytest.raises(Unavailable, match=r"No Prefect API is reached .*timed out"):
            check_server(url, timeout=0.2)


def test_another_minor_version_is_refused_and_another_patch_is_not() -> None:
    major, minor, _ = version("prefect").split(".")
    other = json.dumps(f"{major}.{int(minor) + 1}.0")
    said = rf"is of version .* needs {major}\.{minor}\."
    with answering(200, other) as url, pytest.raises(Unavailable, match=said):
        check_server(url)
    with answering(200, json.dumps(f"{major}.{minor}.99")) as url:
        assert check_server(url) == f"{major}.{minor}.99"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, "", "wants a password.*PREFECT_API_AUTH_STRING"),
        (404, "", "answers with 404: it is not a Prefect API"),
        (200, "<html>", "No Prefect API is reached"),
        (200, '{"name": "other"}', "is of version .*RECTIFLOW_PREFECT_API_URL"),
    ],
)
def test_what_is_no_usable_prefect_is_said_in_a_sentence(status: int, body: str, said: str) -> None:
    with answering(status, body) as url, pytest.raises(Unavailable, match=said):
        check_server(url)
