"""Who works here: this process's name in leases and claims, and which names are of the dead."""

from __future__ import annotations

import os
import socket

from config.clock import wall
from models import deliveries, heartbeats, leases, webhooks
from models.engine import writing
from tasks.office import Office


def _place() -> str:
    """Where process numbers mean something: the host, and on Linux the container in it.

    Two containers may be given the same host name, and then see none of each other's processes.
    """
    host = socket.gethostname()[:36]
    try:
        return f"{host}#{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return host


WHO = f"{_place()}:{os.getpid()}"
"""This process, in leases and claims: its place and its number there."""


def is_dead(holder: str) -> bool:
    """Whether a holder is a process of this place that no longer exists, or was us before.

    Of processes in other places nothing is known; what they hold runs out by itself.
    """
    place, _, pid = holder.rpartition(":")
    own_place, _, own_pid = WHO.rpartition(":")
    if place != own_place or not pid.isdecimal():
        return False
    if pid == own_pid:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def bury_the_dead(at: Office) -> int:
    """Free what dead processes of this machine held; how many items and mails.

    To be called when a process starts, before it takes anything itself.
    """
    with writing(at.engine) as connection:
        absent = [one for one in leases.holders(connection) if is_dead(one)]
        freed = leases.forget(connection, absent)
        absent = [one for one in deliveries.claim_holders(connection) if is_dead(one)]
        freed += deliveries.forget_claims(connection, absent)
        absent = [one for one in webhooks.claim_holders(connection) if is_dead(one)]
        freed += webhooks.forget_claims(connection, absent)
        heartbeats.beat(connection, "start", wall(), WHO, f"freed {freed}")
    return freed
