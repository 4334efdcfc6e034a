"""Probes for machines: is the process alive, and does the machinery do its work?

They tell of parts and ages, never of an item or a person: anybody may ask.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from tasks.health import NEEDED, PARTS, Health, look
from web.at_hand import InOffice
from web.pages import program_version

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> Response:
    """The process answers, whatever the state of everything else."""
    return JSONResponse({"alive": True, "version": program_version()})


@router.api_route("/readyz", methods=["GET", "HEAD"])
def readyz(office: InOffice) -> Response:
    """Whether everything that people wait for is done in time; 503 when it is not.

    A Prefect that is away and flows that lag are told of, but people do not wait for them.
    """
    health = look(office)
    ready = not any(finding.part in NEEDED for finding in health.findings)
    document = {"ready": ready, "parts": {part: _part(health, part) for part in PARTS}}
    return JSONResponse(document, 200 if ready else 503)


def _part(health: Health, part: str) -> dict[str, Any]:
    finding = health.of(part)
    told: dict[str, Any] = {"ok": finding is None}
    if finding is not None and finding.since is not None:
        told["since"] = finding.since.isoformat(timespec="seconds")
    beat = next((beat for beat in health.beats if beat.part == part), None)
    if beat is not None:
        told["age_seconds"] = beat.age_seconds
    return told
