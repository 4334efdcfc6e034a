"""What Prefect says of a flow run: one question to its API, without importing Prefect."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import NamedTuple

from flows.environment import LOCAL_HOSTS
from rules.errors import Unavailable

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""A local address is never asked for through a proxy."""

MOST_BYTES = 1_000_000


class RunSeen(NamedTuple):
    """A run's state: its type (``PAUSED``, ``COMPLETED``, ...) and its name (the stage's)."""

    type: str
    name: str


def read_run(api_url: str, run_id: str, timeout: float = 5.0) -> RunSeen | None:
    """The state of the run; None when the server does not know it, or the run has none yet.

    Raises:
        Unavailable: the server does not answer, or not like Prefect's.
    """
    url = f"{api_url.rstrip('/')}/flow_runs/{run_id}"
    local = any(url.startswith(f"http://{host}:") for host in LOCAL_HOSTS)
    opener = _direct if local else urllib.request.build_opener()
    try:
        with opener.open(url, timeout=timeout) as answer:
            state = json.loads(answer.read(MOST_BYTES))["state"]
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            return None
        raise Unavailable(f"Prefect answers with {error.code} at {url}.") from error
    except (OSError, ValueError, KeyError) as error:
        raise Unavailable(f"Prefect does not answer at {url}: {error}.") from error
    return RunSeen(str(state["type"]), str(state["name"])) if state else None
