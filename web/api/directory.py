"""Whom and what there is: the token's own person, units, people, campaigns, policies, figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from models import pinned, policies, roster
from models.engine import reading
from models.figures import Grouping
from models.roster import PersonRow, UnitRow
from rules.duties import OFFICE_ROLES
from rules.item import PersonFact, is_root, within
from rules.vocabulary import Role
from tasks import shapes
from tasks.api_tokens import Scope
from tasks.figures import document, figures_of
from web.api.answers import ends_in, named_in_request, told
from web.api.bodies import Day
from web.api.calling import Reads
from web.api.problems import Problem, spoken
from web.api.shapes import Named, PolicyRef, Shape
from web.at_hand import InOffice

router = APIRouter(tags=["directory"])


class HeldRole(Shape):
    """A role, and the unit in whose subtree it is held."""

    role: Role
    unit: Named


class Person(Shape):
    """Somebody. Addresses are for coordinators and supervisors over their unit."""

    code: str = Field(examples=["zhang"])
    name: str = Field(examples=["张三"])
    unit: Named
    email: str | None
    lang: str
    active: bool
    draft: bool = Field(description="named by a ledger, and not confirmed yet")
    roles: list[HeldRole]


class Me(Shape):
    """For whom the token acts, and what for."""

    person: Person
    login: str
    scopes: list[Scope]
    administrator: bool
    now: datetime = Field(description="the campaign's clock")


class Unit(Shape):
    """One unit of the tree."""

    code: str = Field(examples=["bureau"])
    name: str
    kind: str
    parent: Named | None
    draft: bool
    closed: bool


class Units(Shape):
    """The tree of units, each below its parent."""

    units: list[Unit]


class People(Shape):
    """Those of the units in which this person has a role, and of their own."""

    people: list[Person]


class Campaign(Shape):
    """A campaign, and the policy under which its new items start."""

    code: str = Field(examples=["ZG"])
    title: str
    policy: PolicyRef


class Campaigns(Shape):
    """All campaigns, oldest first."""

    campaigns: list[Campaign]


class StoredPolicy(PolicyRef):
    """A stored version of a policy, and whose new items start under it."""

    title_zh: str
    title_en: str
    created_at: datetime
    campaigns: list[str]


class Policies(Shape):
    """Stored versions by name, the newest of each first."""

    policies: list[StoredPolicy]


class PolicyDocument(Shape):
    """A policy as a document: the keys of a policy file."""

    policy: PolicyRef
    document: dict[str, Any]


class FiguresDocument(Shape):
    """A campaign in numbers. Rates are shares from 0 to 1, null of nothing."""

    campaign: str
    from_: date | None = Field(alias="from")
    to: date
    by: str | None
    whole: dict[str, Any] | None
    groups: list[dict[str, Any]]


@router.get("/me", operation_id="getMe", response_model=Me, responses=ends_in(),
            summary="For whom the token acts")  # fmt: skip
def get_me(bearer: Reads, office: InOffice) -> Response:
    """The person, their roles, and what the token may be used for."""
    with reading(office.engine) as connection:
        units = {unit.path: unit for unit in roster.all_units(connection)}
        mine = next(p for p in roster.all_people(connection) if p.id == bearer.person.id)
    return told({
        "person": _person(mine, units, True), "login": bearer.account.login,
        "scopes": sorted(bearer.scopes, key=list(Scope).index),
        "administrator": bearer.account.administrator,
        "now": shapes.plain(office.clock.now()),
    })  # fmt: skip


@router.get("/units", operation_id="getUnits", response_model=Units, responses=ends_in(),
            summary="The tree of units")  # fmt: skip
def get_units(bearer: Reads, office: InOffice) -> Response:
    """Every unit. Names of units stand on items anyway; they are no secret among colleagues."""
    with reading(office.engine) as connection:
        rows = roster.all_units(connection)
    by_id = {row.id: row for row in rows}
    ordered = sorted(rows, key=lambda row: [int(part) for part in row.path.split("/") if part])
    return told({"units": [
        {"code": row.code, "name": row.name, "kind": row.kind, "draft": bool(row.draft),
         "closed": bool(row.closed),
         "parent": _named(by_id[row.parent_id]) if row.parent_id else None}
        for row in ordered
    ]})  # fmt: skip


@router.get("/people", operation_id="getPeople", response_model=People, responses=ends_in(),
            summary="People")  # fmt: skip
def get_people(bearer: Reads, office: InOffice) -> Response:
    """Everybody of the units over which this person has a role, and of their own unit, by handle;
    with addresses for coordinators, supervisors and administrators."""
    person = bearer.person
    with reading(office.engine) as connection:
        units = {unit.path: unit for unit in roster.all_units(connection)}
        everybody = roster.all_people(connection)
    around = {person.unit_path, *(path for _, path in person.roles)}
    seen = [
        one for one in everybody
        if bearer.account.administrator or any(within(one.unit_path, path) for path in around)
    ]  # fmt: skip
    return told({"people": [
        _person(one, units, bearer.account.administrator or _steers(person, one.unit_path))
        for one in sorted(seen, key=lambda one: one.code)
    ]})  # fmt: skip


@router.get("/campaigns", operation_id="getCampaigns", response_model=Campaigns,
            responses=ends_in(), summary="Campaigns")  # fmt: skip
def get_campaigns(bearer: Reads, office: InOffice) -> Response:
    """All campaigns, with the policies in force for new items."""
    with reading(office.engine) as connection:
        found = [(one, policies.policy(connection, one.policy_id))
                 for one in policies.campaigns(connection)]  # fmt: skip
    return told({"campaigns": [
        {"code": one.code, "title": one.title,
         "policy": {"name": policy.name, "version": policy.version}}
        for one, policy in found
    ]})  # fmt: skip


@router.get("/policies", operation_id="getPolicies", response_model=Policies,
            responses=ends_in(), summary="Policies")  # fmt: skip
def get_policies(bearer: Reads, office: InOffice) -> Response:
    """Every stored version."""
    with reading(office.engine) as connection:
        found = [(one, policies.policy(connection, one.id))
                 for one in pinned.versions(connection)]  # fmt: skip
    return told({"policies": [
        {"name": one.name, "version": one.version, "created_at": shapes.plain(one.created_at),
         "campaigns": list(one.campaigns), "title_zh": policy.title_zh,
         "title_en": policy.title_en}
        for one, policy in found
    ]})  # fmt: skip


@router.get("/policies/{name}", operation_id="getPolicy", response_model=PolicyDocument,
            responses=ends_in("not-found"), summary="One policy")  # fmt: skip
def get_policy(
    bearer: Reads, office: InOffice,
    name: Annotated[str, Path(max_length=100, description="its name, or name@version")],
) -> Response:  # fmt: skip
    """The policy as a document, the newest version unless one is named."""
    with reading(office.engine) as connection:
        policy = pinned.version(connection, name)[1]
    ref = {"name": policy.name, "version": policy.version}
    return told({"policy": ref, "document": policy.model_dump(mode="json")})


@router.get("/figures", operation_id="getFigures", response_model=FiguresDocument,
            responses=ends_in("not-allowed"), summary="A campaign in numbers")  # fmt: skip
def get_figures(
    request: Request, bearer: Reads, office: InOffice,
    campaign: Annotated[str, Query(max_length=32)] = "",
    by: Annotated[Grouping | None, Query(description="a line for each")] = None,
    first: Annotated[Day | None, Query(alias="from", description="first day")] = None,
    last: Annotated[Day | None, Query(alias="to", description="last day; else today")] = None,
) -> Response:  # fmt: skip
    """Figures over the whole campaign, for those with a role over all of it, and administrators.
    docs/figures.md defines each."""
    over_all = any(is_root(path) for _, path in bearer.person.roles)
    if not (over_all or bearer.account.administrator):
        raise Problem("not-allowed", "Figures of the whole campaign take a role over all of it.")
    with named_in_request("campaign"):
        found = figures_of(
            office.engine, office.clock.now(), campaign=campaign, by=by or "",
            first=first, last=last, lang=spoken(request),
        )  # fmt: skip
    return told(document(found))


def _steers(person: PersonFact, path: str) -> bool:
    return any(role in OFFICE_ROLES and within(path, over) for role, over in person.roles)


def _named(unit: UnitRow) -> dict[str, str]:
    return {"code": unit.code, "name": unit.name}


def _person(one: PersonRow, units: dict[str, UnitRow], addressed: bool) -> dict[str, Any]:
    return {
        "code": one.code, "name": one.name, "unit": _named(units[one.unit_path]),
        "email": one.email if addressed else None, "lang": one.lang, "active": one.active,
        "draft": bool(one.draft),
        "roles": [{"role": role.value, "unit": _named(units[path])} for role, path in one.roles],
    }  # fmt: skip
