"""Who works here: this process's name in leases and claims, and which names belong to the dead."""

from __future__ import annotations

import os
import socket

from config.clock import wall
from models import deliveries, following, heartbeats
from models.engine import writing
from tasks.office import Office

WHO = f"{socket.gethostname()[:48]}:{os.getpid()}"
"""This process, in leases and claims: host and process number."""


def is_dead(holder: str) -> bool:
    """Whether a holder is a process of this machine that no longer exists, or was us before.

    Of processes on other machines nothing is known; what they hold runs out by itself.
    """
    host, _, pid = holder.rpartition(":")
    own_host, _, own_pid = WHO.rpartition(":")
    if host != own_host or not pid.isdigit():
        return False
    if pid == own_pid:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def bury_the_dead(at: Office) -> int:
    """Free what dead processes of this machine held; how many items and mails.

    To be called when a process starts, before it takes anything itself.
    """
    with writing(at.engine) as connection:
        leases = [one for one in following.lease_holders(connection) if is_dead(one)]
        claims = [one for one in deliveries.claim_holders(connection) if is_dead(one)]
        freed = following.forget_leases(connection, leases)
        freed += deliveries.forget_claims(connection, claims)
        heartbeats.beat(connection, "start", wall(), WHO, f"freed {freed}")
    return freed
