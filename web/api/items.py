"""Items: listed, looked at, registered."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, create_model

from config.calendars import calendar_for
from models import history, policies, views
from rules.agenda import agenda
from rules.commands import Register, parse
from rules.duties import OFFICE_ROLES, covers
from tasks import shapes, visible
from tasks.act import register
from tasks.steps import Plan, described, nothing
from web.api import shapes as shown
from web.api.answers import (
    ITEM_ENDS,
    IfNoneMatch,
    Ref,
    ends_in,
    item_answer,
    looking,
    named_in_request,
    receipt_of,
    told,
)
from web.api.bodies import body_of
from web.api.calling import Acts, Reads
from web.api.keys import Key, event_key
from web.api.problems import Problem, spoken
from web.at_hand import InOffice

router = APIRouter(tags=["items"])

NOT_TOLD = frozenset({"complainant", "extra", "ledger"})
"""What an event may say that is told to few, or to nobody."""

NewItem = create_model(
    "NewItem",
    __base__=body_of(Register),
    __doc__="A finding to be entered, and the campaign that it belongs to.",
    campaign=(str, Field("", max_length=32, description="its code, when there are more than one")),
)


@router.post(
    "/items", operation_id="registerItem", status_code=201, response_model=shown.Receipt,
    responses=ends_in("not-allowed", "refused", "changed", "key-reused"),
    summary="Register an item",
)  # fmt: skip
def register_item(
    bearer: Acts,
    office: InOffice,
    body: NewItem,
    key: Key = None,
) -> Response:
    """Enter a finding as an item at intake. It takes a coordinator."""
    values: dict[str, Any] = body.model_dump(exclude_unset=True)
    campaign = values.pop("campaign", "")
    command = parse(Register.name, values)
    assert isinstance(command, Register)
    with named_in_request("campaign"):
        done = register(
            office.engine, command, bearer.person.code, office.clock.now(),
            campaign=campaign, key=event_key(bearer, key),
        )  # fmt: skip
    return told(receipt_of(done), 201, {"location": f"/api/v1/items/{done.ref}"})


@router.get(
    "/items/{ref}", operation_id="getItem", response_model=shown.Item, summary="One item",
    responses={**ITEM_ENDS, 304: {"description": "It has not changed."}},
)  # fmt: skip
def get_item(
    request: Request, bearer: Reads, office: InOffice, ref: Ref, if_none_match: IfNoneMatch = None
) -> Response:
    """What the item is and where it stands, with its ETag. The reading of a confidential item is
    noted."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        view = views.views(connection, [loaded.item.id], office.clock.now())[0]
    return item_answer(view, shapes.item(view), if_none_match)


@router.get(
    "/items/{ref}/history", operation_id="getHistory", response_model=shown.History,
    responses=ITEM_ENDS, summary="What happened to it",
)  # fmt: skip
def get_history(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """Every event of the item, oldest first, each chained to the one before by its hash."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        found = history.events(connection, loaded.item.id)
    entries = [
        shapes.plain(one._replace(data={k: v for k, v in one.data.items() if k not in NOT_TOLD}))
        for one in found
    ]
    return told({"ref": loaded.item.ref, "history": entries})


@router.get(
    "/items/{ref}/agenda", operation_id="getAgenda", response_model=shown.Agenda,
    responses=ITEM_ENDS, summary="What happens next by itself",
)  # fmt: skip
def get_agenda(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """Every step that will happen if nobody acts, when and why; in the language asked for."""
    lang = spoken(request)
    with looking(request, office, bearer, ref) as (connection, loaded):
        policy = policies.policy(connection, loaded.policy_id)
    calendar = calendar_for(policy)
    item = loaded.item
    plan = Plan(item, policy, calendar, agenda(item, policy, calendar))
    steps = described(plan, office.clock.now(), lang)
    return told(
        {"ref": item.ref, "stage": item.stage.value, "on_hold": item.on_hold,
         "zone": str(calendar.zone), "steps": steps,
         "nothing": "" if steps else nothing(plan, lang)}
    )  # fmt: skip


@router.get(
    "/items/{ref}/deliveries", operation_id="getDeliveries", response_model=shown.Deliveries,
    responses=ITEM_ENDS, summary="Messages about it",
)  # fmt: skip
def get_deliveries(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """Every message about the item and how far it got. Addresses are for whoever steers it."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        found = shapes.plain(history.deliveries(connection, loaded.item.id))
    if not any(covers(bearer.person, role, loaded.item) for role in OFFICE_ROLES):
        found = [{**one, "address": None} for one in found]
    return told({"ref": loaded.item.ref, "deliveries": found})


@router.get(
    "/items/{ref}/extensions", operation_id="getExtensions", response_model=shown.Extensions,
    responses=ITEM_ENDS, summary="Requests for more time",
)  # fmt: skip
def get_extensions(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """The item's requests for more time, and how each was decided."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        found = history.extensions(connection, loaded.item.id)
    return told({"ref": loaded.item.ref, "extensions": shapes.plain(found)})


@router.get(
    "/items/{ref}/complainant", operation_id="getComplainant", response_model=shown.Complainant,
    responses=ends_in("not-found", "not-allowed"), summary="Who complained",
)  # fmt: skip
def get_complainant(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """For coordinators and supervisors whom the complaint cannot be about. It is noted."""
    at = request.app.state.wall()
    name = visible.show_complainant(office.engine, ref, bearer.person, at, "api")
    if name is None:
        raise Problem("not-allowed", "Who complained is not for this person.")
    return told({"ref": ref, "complainant": name})
