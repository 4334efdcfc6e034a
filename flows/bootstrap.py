"""What must exist on a Prefect server before items can be followed: a pool, flows, deployments.

All of it is made through the client, without prompts and without an entry point: the flows run
inside our own worker, which knows them by name. Doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from rules.errors import InputError

POOL = "rectiflow"
"""The work pool that all workers of an installation share; ``pool_of`` names an installation's."""

POOL_TYPE = "rectiflow"
"""A type of our own, so that no other kind of worker believes it could run our flows."""


def pool_of(house: str) -> str:
    """The work pool of the installation ``house``: several may use one Prefect server."""
    return f"{POOL}-{house}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The ids of a flow and its deployment on one server."""

    flow_id: UUID
    deployment_id: UUID


async def ensure_pool(client: PrefectClient, pool: str = POOL) -> None:
    """Make the work pool unless it is there.

    Raises InputError when a pool of this name is there for another kind of worker.
    """
    try:
        found = await client.read_work_pool(pool)
    except ObjectNotFound:
        try:
            found = await client.create_work_pool(WorkPoolCreate(name=pool, type=POOL_TYPE))
        except ObjectAlreadyExists:
            # Another process of ours was quicker.
            found = await client.read_work_pool(pool)
    if found.type != POOL_TYPE:
        raise InputError(
            f"The Prefect server has a work pool {pool!r} of type {found.type!r}, not ours.",
            "Rename or delete that pool, or use another Prefect server.",
        )


async def ensure_deployments(
    client: PrefectClient, flow_names: Iterable[str], pool: str = POOL
) -> dict[str, Deployed]:
    """Make the pool, and a flow and a deployment of each name, unless they are there.

    Deployments are called after the pool: one name would be taken from installation to
    installation, and with it the runs.
    """
    await ensure_pool(client, pool)
    made: dict[str, Deployed] = {}
    for name in flow_names:
        flow_id = await client.create_flow_from_name(name)
        deployment_id = await client.create_deployment(
            flow_id=flow_id,
            name=pool,
            work_pool_name=pool,
            enforce_parameter_schema=False,
            description="Run by Rectiflow's own workers, inside their process.",
        )
        made[name] = Deployed(flow_id, deployment_id)
    return made
