"""A server that speaks S3, for tests of files that lie in a bucket."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a server that speaks S3, over HTTP, started for this test run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < end, "the server does not start"
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def bucket(s3: str, home: Path, name: str = "evidence") -> Settings:
    """The settings of an office whose files lie in a bucket."""
    made_ = urllib.request.Request(f"{s3}/{name}", method="PUT")
    urllib.request.urlopen(made_, timeout=10).close()
    return Settings(
        home=home, evidence_url=f"s3://{name}/{uuid.uuid4()}", s3_endpoint=s3, s3_key="k",
        s3_secret="s",
    )  # fmt: skip
