"""Campaigns and policies: what is in force, what it means, what another one would change."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from config.almanac import almanac
from config.calendars import calendar_for
from models import jobs, pinned
from models.engine import reading
from rules.errors import RectiflowError
from rules.policy import Policy
from rules.vocabulary import Severity
from tasks.admin import rulebook
from tasks.moving_jobs import MOVING
from tasks.policy_words import in_words
from web.admin_desk import EMPTY, Changing, Desk, Looking, go, status_of, wrong
from web.admin_desk import Form as Typed

router = APIRouter(prefix="/admin/policies")

Text = Annotated[str, Form(max_length=rulebook.LONGEST)]
STEPS = 40
MOVES = 10


@router.api_route("", methods=["GET", "HEAD"])
def listed(desk: Looking) -> Response:
    """The stored versions, and the campaigns whose new items start under each."""
    with reading(desk.office.engine) as connection:
        stored = pinned.stored(connection)
        moves = jobs.of_person(connection, desk.viewer.person.id, (MOVING,), None, MOVES)
    return desk.page("policies.html", "policies", stored=stored, moves=moves)


@router.api_route("/compare", methods=["GET", "HEAD"])
def compare(desk: Looking, one: str = "", other: str = "") -> Response:
    """What two versions say, side by side."""
    with reading(desk.office.engine) as connection:
        stored = pinned.stored(connection)
        names = [each.called for each in stored]
        found = [pinned.version(connection, name)[1] for name in (one, other) if name in names]
    two = len(found) == 2
    differences = rulebook.compared(found[0], found[1], desk.lang) if two else []
    return desk.page(
        "policy_compare.html", "policies", stored=stored, first=one, second=other,
        differences=differences,
    )  # fmt: skip


@router.api_route("/check", methods=["GET", "HEAD"])
def blank(desk: Looking) -> Response:
    """A form for a policy's text."""
    return _checked(desk, "")


@router.post("/check")
async def check(desk: Changing, text: Text = "", file: UploadFile | None = None) -> Response:
    """Every mistake of the text with its line, or what it means."""
    if file is not None and file.filename:
        text = (await file.read()).decode("utf-8", "replace")
    return await run_in_threadpool(_checked, desk, text)


@router.post("/import")
def import_(desk: Changing, text: Text = "", campaign: Text = "") -> Response:
    """Put the policy in force for new items; items keep the version that they are under."""
    try:
        rulebook.put_in_force(desk.admin, text, campaign, desk.office.clock.now())
    except RectiflowError as error:
        return _checked(desk, text, wrong(error, {}, desk.lang), status_of(error))
    return go("/admin/policies", "in_force")


@router.api_route("/{called}", methods=["GET", "HEAD"])
def show(desk: Looking, called: str, severity: str = "general") -> Response:
    """A stored version in words, with its calendar and what it does to an item."""
    with reading(desk.office.engine) as connection:
        _, policy = pinned.version(connection, called)
    return desk.page(
        "policy.html", "policies", policy=policy, called=called, **_told(desk, policy, severity)
    )


def _checked(desk: Desk, text: str, form: Typed = EMPTY, status: int = 200) -> Response:
    policy, mistakes = rulebook.checked(text) if text else (None, [])
    with reading(desk.office.engine) as connection:
        campaigns = [code for one in pinned.stored(connection) for code in one.campaigns]
        force = [
            (one, rulebook.compared(pinned.version(connection, one.called)[1], policy, desk.lang))
            for one in pinned.stored(connection)
            if one.campaigns and policy
        ]
    told = _told(desk, policy, "general") if policy else {}
    return desk.page(
        "policy_check.html", "policies", status=400 if mistakes else status, typed=text,
        mistakes=mistakes, policy=policy, form=form, campaigns=campaigns, told=told,
        force=force,
    )  # fmt: skip


def _told(desk: Desk, policy: Policy, severity: str) -> dict[str, Any]:
    """What a policy means: in sentences, as a calendar, and for an item that is left alone."""
    now = desk.office.clock.now()
    weight = Severity(severity) if severity in tuple(Severity) else Severity.GENERAL
    year = calendar_for(policy).day_of(now).year
    return {
        "words": in_words(policy, desk.lang),
        "months": almanac(policy, year, desk.lang),
        "year": year,
        "severity": weight,
        "severities": tuple(Severity),
        "steps": rulebook.sample(policy, weight, now)[:STEPS],
        "zone_of": policy.zone,
    }
