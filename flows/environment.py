"""Prefect's settings, for our own process and for the server that we run. Builds, applies nothing.

Prefect reads its settings from the environment when it is first imported, and creates its home
(``~/.prefect`` unless told otherwise) at that moment. Both kinds of process get a home inside
Rectiflow's own, so that a user's Prefect is neither read nor touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

LOGGING = Path(__file__).with_name("prefect_logging.yml")

RUN_RETENTION_SECONDS = 90 * 24 * 3600
"""How long Prefect's pages show a run that has ended. The item's own history is not in Prefect."""

LOCAL_HOSTS = ("127.0.0.1", "localhost")


def prefect_environment(
    home: Path, api_url: str, *, embedded: bool = False, no_proxy: str = ""
) -> dict[str, str]:
    """What to put into our own environment before Prefect is imported.

    ``home`` is Rectiflow's home, ``embedded`` says that the server is our own, ``no_proxy`` is
    what the variable holds already. The password of a server with authentication stays in the
    user's own ``PREFECT_API_AUTH_STRING``.
    """
    settings = {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": api_url,
        # Without it a wrong address would silently start a second server.
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        # We compare versions once, ourselves (flows.server.check_server).
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_LOGGING_CONFIG_PATH": str(LOGGING),
        # Each line of INFO is a row in Prefect's database: 86 KB an activation instead of 24.
        "PREFECT_LOGGING_LEVEL": "WARNING",
        # While the server is away, senders would write a whole event for each that they drop.
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "DO_NOT_TRACK": "1",
    }
    if embedded:
        # Our server has no such protection; without this each new client asks for it first.
        settings["PREFECT_CLIENT_CSRF_SUPPORT_ENABLED"] = "false"
    host = urlsplit(api_url).hostname or ""
    if host in LOCAL_HOSTS and host not in no_proxy:
        known = ",".join(filter(None, [no_proxy, *LOCAL_HOSTS]))
        settings |= {"NO_PROXY": known, "no_proxy": known}
    return settings


def server_environment(
    inherited: Mapping[str, str], prefect_home: Path, host: str, port: int
) -> dict[str, str]:
    """The environment of our own server. None of the user's ``PREFECT_*`` settings reach it."""
    kept = {key: value for key, value in inherited.items() if not key.startswith("PREFECT_")}
    services = "PREFECT_SERVER_SERVICES_"
    return kept | {
        "PREFECT_HOME": str(prefect_home),
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_ENABLED": "true",
        "PREFECT_SERVER_UI_API_URL": f"http://{host}:{port}/api",
        # The default is inside the installed package, which may be read-only.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(prefect_home / "ui"),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        # We use no blocks; registering them makes the first start longer.
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        # We set no pause timeouts, and this service reads every paused run each 5 seconds.
        services + "PAUSE_EXPIRATIONS_ENABLED": "false",
        # We use no Prefect schedules, automations or concurrency leases.
        services + "SCHEDULER_ENABLED": "false",
        services + "TRIGGERS_ENABLED": "false",
        services + "LATE_RUNS_ENABLED": "false",
        services + "REPOSSESSOR_ENABLED": "false",
        # Stored events are 60 % of the database, and their writer makes others' requests fail
        # with "database is locked": 6 creations a second with it, 30 without.
        services + "EVENT_PERSISTER_ENABLED": "false",
        services + "DB_VACUUM_ENABLED": "flow_runs",
        services + "DB_VACUUM_RETENTION_PERIOD": str(RUN_RETENTION_SECONDS),
    }
