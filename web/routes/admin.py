"""Administration: units and people, accounts, policies, templates, deliveries, health.

For accounts that administer the console; coordinators over everything see most of it.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from models import admin_deeds, admin_lists, admin_mails, stops
from models.engine import reading
from tasks.health import look
from web.admin_desk import Administering, Looking
from web.routes import (
    admin_accounts,
    admin_caught,
    admin_drafts,
    admin_health,
    admin_hearing,
    admin_hooks,
    admin_mail,
    admin_moves,
    admin_people,
    admin_policies,
    admin_roster,
    admin_templates,
    admin_tokens,
    admin_units,
    admin_wordings,
)

PARTS = (
    *(admin_roster, admin_units, admin_hearing, admin_people, admin_drafts),
    *(admin_accounts, admin_tokens),
    *(admin_moves, admin_policies, admin_templates, admin_wordings),
    *(admin_mail, admin_hooks, admin_health, admin_caught),
)
"""The pages, a module each."""

router = APIRouter()
for part in PARTS:
    router.include_router(part.router)

DEEDS = 50


@router.api_route("/admin", methods=["GET", "HEAD"])
def home(desk: Looking) -> Response:
    """What asks for somebody's attention."""
    health = look(desk.office)
    with reading(desk.office.engine) as connection:
        units, people = admin_lists.drafts(connection)
        dead = admin_mails.dead(connection)
        unreachable = admin_mails.unreachable(connection)
        stop = stops.current(connection)
    return desk.page(
        "home.html", "home", findings=health.findings, units=units, people=people, dead=dead,
        unreachable=unreachable, stop=stop,
    )  # fmt: skip


@router.api_route("/admin/log", methods=["GET", "HEAD"])
def log(desk: Administering, before: int = 0) -> Response:
    """Who has administered what, the newest first."""
    with reading(desk.office.engine) as connection:
        found = admin_deeds.page(connection, DEEDS + 1, before or None)
    more = f"/admin/log?before={found[DEEDS - 1].id}" if len(found) > DEEDS else ""
    return desk.page("log.html", "log", deeds=found[:DEEDS], more_page=more)
