"""The child process in which Prefect's own server runs. Started by ``flows.server``, never by hand.

It serves on a socket that the parent has bound, so the port is never free for somebody else
while the server restarts. Its standard input is a pipe whose other end only the parent holds:
when the parent dies, in whatever way, the pipe closes and this process goes too.

This file is run by its path. It imports nothing of Rectiflow and keeps its own start short.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.server.database.configurations import BaseDatabaseConfiguration
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

# Seconds between closing politely and going anyway, once the parent is gone.
LAST_SECONDS = 5.0
# Longer than the pauses between two requests of a worker, so that a kept connection is not
# closed by the server at the moment the client writes to it.
KEEP_ALIVE_SECONDS = 75


def follow_parent() -> None:
    """End this process when the other end of standard input closes."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main() -> None:
    """Serve Prefect's API and pages on the inherited socket until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int, required=True, help="inherited listening socket")
    parser.add_argument("--home", required=True, help="names the home in the process list")
    options = parser.parse_args()
    follow_parent()

    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.server.database.dependencies import temporary_database_config
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    with temporary_database_config(patient_sqlite(PREFECT_API_DATABASE_CONNECTION_URL.value())):
        config = uvicorn.Config(
            create_app(final=True),
            log_level="warning",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=3,
        )
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=options.socket)])


def patient_sqlite(url: str) -> BaseDatabaseConfiguration:
    """Prefect's SQLite, but whoever is going to write waits in line from the beginning.

    A transaction that begins to write only after it has read is refused at once when somebody
    else has written meanwhile, however long it was ready to wait. Prefect then answers 503, and
    its client asks again after 2, 4, 8 seconds, in which an item's flow stands still.
    """
    from prefect.server.database.configurations import AioSqliteConfiguration

    class PatientSqlite(AioSqliteConfiguration):
        @asynccontextmanager
        async def begin_transaction(
            self, session: AsyncSession, with_for_update: bool = False
        ) -> AsyncGenerator[AsyncSessionTransaction, None]:
            async with super().begin_transaction(session, with_for_update=True) as transaction:
                yield transaction

    return PatientSqlite(connection_url=url)


if __name__ == "__main__":
    main()
