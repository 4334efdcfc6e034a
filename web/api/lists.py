"""Lists of items: filtered, by cursor, for whoever asks."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from models.engine import reading
from models.listing import Wanted, page
from models.visibility import visible_to
from rules.vocabulary import OPEN_STAGES, Light, Severity, Source, Stage
from tasks import shapes
from web.api import shapes as shown
from web.api.answers import ends_in, named_in_request, told
from web.api.bodies import Day
from web.api.calling import Reads
from web.api.problems import PREFIX
from web.at_hand import InOffice

router = APIRouter(tags=["items"])

MOST = 200
COUNTED = 10_000

Code = Annotated[str, Query(max_length=64)]


@router.get(
    "/items", operation_id="listItems", response_model=shown.ItemPage,
    responses=ends_in(), summary="List items",
)  # fmt: skip
def list_items(
    request: Request, bearer: Reads, office: InOffice,
    stage: Annotated[list[Stage], Query(description="in one of these stages")] = [],  # noqa: B006
    still_open: Annotated[bool, Query(alias="open", description="in any but closed")] = False,
    light: Annotated[list[Light], Query(description="with one of these lights")] = [],  # noqa: B006
    unit: Annotated[Code, Query(description="led by it or below it: code or name")] = "",
    person: Annotated[Code, Query(description="responsible, leader or verifier")] = "",
    campaign: Annotated[Code, Query(description="of the campaign with this code")] = "",
    category: Annotated[list[Code], Query(description="codes of the policy")] = [],  # noqa: B006
    source: Annotated[list[Source], Query(description="found by one of these")] = [],  # noqa: B006
    severity: Annotated[list[Severity], Query(description="so grave")] = [],  # noqa: B006
    level: Annotated[
        list[Annotated[int, Query(ge=0, le=9)]], Query(description="rungs reached; 0: none")
    ] = [],  # noqa: B006
    due_from: Annotated[Day | None, Query(description="due on this day or later")] = None,
    due_to: Annotated[Day | None, Query(description="due on this day or earlier")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="at most so many")] = 50,
    cursor: Annotated[str, Query(max_length=200, description="as in `next`")] = "",
    total: Annotated[bool, Query(description="also count them, which takes longer")] = False,
) -> Response:  # fmt: skip
    """Items that this person may see, in the order of their deadlines; those without one come
    last. `next`, and the header Link, lead to the next page."""
    stages = (*stage, *(OPEN_STAGES if still_open else ()))
    wanted = Wanted(
        stages, tuple(light), unit, person, campaign, tuple(level), tuple(category),
        tuple(source), tuple(severity), due_from, due_to,
    )  # fmt: skip
    with reading(office.engine) as connection, named_in_request():
        found = page(
            connection, wanted, office.clock.now(), limit, cursor or None,
            seen=visible_to(bearer.person), counted=COUNTED if total else 0,
        )  # fmt: skip
    following = _next(request, found.next_cursor)
    items = [shapes.item(view, listed=True) for view in found.items]
    headers = {} if following is None else {"link": f'<{following}>; rel="next"'}
    return told({"items": items, "next": following, "total": found.total}, headers=headers)


def _next(request: Request, cursor: str | None) -> str | None:
    """The address of the next page: this one's, with another cursor."""
    if cursor is None:
        return None
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    return f"{PREFIX}/items?{urlencode([*kept, ('cursor', cursor)])}"
