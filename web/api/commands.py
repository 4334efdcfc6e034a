"""What can be done with an item: what is open to this person, and each command of its own."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.engine import reading
from rules.commands import Command, parse
from rules.lifecycle import TABLE
from tasks import prospects as open_to
from tasks import visible
from tasks.act import act
from tasks.api_tokens import Bearer
from tasks.office import Office
from web.api import shapes as shown
from web.api.answers import (
    ACT_ENDS,
    ITEM_ENDS,
    IfMatch,
    Ref,
    looking,
    named_in_request,
    receipt_of,
    require_match,
    told,
)
from web.api.bodies import GIVEN, body_of, summary
from web.api.calling import Acts, Reads
from web.api.keys import Key, event_key, was_given
from web.api.problems import Problem
from web.at_hand import InOffice

router = APIRouter(tags=["commands"])


@router.get(
    "/items/{ref}/commands", operation_id="getCommands", response_model=shown.Prospects,
    responses=ITEM_ENDS, summary="What this person may do with it",
)  # fmt: skip
def get_commands(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """Every command, whether it is open to this person now, what it takes, and why not.

    What is sent is judged when it is sent: a possible command can still be refused for it.
    """
    with looking(request, office, bearer, ref) as (connection, loaded):
        found = open_to.prospects(connection, loaded, bearer.person, office.clock.now())
        told_of = [open_to.document(each) for each in found]
    return told({"ref": loaded.item.ref, "person": bearer.person.code, "commands": told_of})


def carried_out(
    office: Office, bearer: Bearer, ref: str, kind: type[Command], values: dict[str, Any],
    key: str | None, if_match: str | None,
) -> Response:  # fmt: skip
    """Give a command on an item that this person may see; its receipt."""
    ident = event_key(bearer, key)
    with reading(office.engine) as connection:
        item = visible.item(connection, ref, bearer.person).item
    command = parse(kind.name, values)
    # A repetition gets its receipt, whatever has become of the item since.
    repeated = was_given(office.engine, ident)
    version = None if repeated else require_match(item, if_match)
    with named_in_request():
        done = act(
            office.engine, item.ref, command, bearer.person, office.clock.now(),
            key=ident, version=version,
        )  # fmt: skip
    return told(receipt_of(done))


def _route(kind: type[Command]) -> Callable[..., Response]:
    """The operation that gives this command."""
    body_kind = body_of(kind)

    def give(**given: Any) -> Response:
        body = given["body"]
        values = body.model_dump(exclude_unset=True) if body is not None else {}
        return carried_out(
            given["office"], given["bearer"], given["ref"], kind, values, given["key"],
            given["if_match"],
        )  # fmt: skip

    needed = any(each.is_required() for each in body_kind.model_fields.values())
    body = (body_kind, Parameter.empty) if needed else (body_kind | None, None)
    takes = {"bearer": (Acts, Parameter.empty), "office": (InOffice, Parameter.empty),
             "ref": (Ref, Parameter.empty), "body": body, "key": (Key, None),
             "if_match": (IfMatch, None)}  # fmt: skip
    signature = Signature(
        [Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
         for name, (annotation, default) in takes.items()]
    )  # fmt: skip
    give.__signature__ = signature  # type: ignore[attr-defined]
    return give


def _stages(kind: type[Command]) -> str:
    return ", ".join(dict.fromkeys(row.stage.value for row in TABLE if row.command == kind.name))


for _kind in GIVEN:
    router.add_api_route(
        f"/items/{{ref}}/commands/{_kind.name}", _route(_kind), methods=["POST"],
        operation_id="".join(
            part if place == 0 else part.title()
            for place, part in enumerate(f"{_kind.name}_item".split("_"))
        ),
        response_model=shown.Receipt, responses=ACT_ENDS, summary=summary(_kind).rstrip("."),
        description=f"Possible in: {_stages(_kind)}.",
    )  # fmt: skip


@router.post("/items/{ref}/commands/{command}", include_in_schema=False)
def no_such_command(_bearer: Acts, ref: Ref, command: str) -> Response:
    """Say where evidence is attached, or that there is no such command."""
    if command.replace("-", "_") == "attach_evidence":
        raise Problem(
            "invalid", "Evidence is a file: a digest alone is not taken.",
            f"Send it as a form: POST /api/v1/items/{ref}/evidence.", where="sha256",
        )  # fmt: skip
    raise Problem("not-found", f"There is no command {command!r}.", "See GET .../commands.")
