"""Lists of items: searched, filtered, ordered, by cursor; for whoever asks what they may see."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from models.engine import reading
from models.ledger import Order
from models.sieve import Scope
from models.texts import LARGEST
from rules.searching import LONGEST_SEARCH
from rules.vocabulary import Light, Outcome, Severity, Source, Stage
from tasks import board, board_query, shapes
from web.api import shapes as shown
from web.api.answers import ends_in, told
from web.api.bodies import Day
from web.api.calling import Reads
from web.api.problems import PREFIX, Problem
from web.at_hand import InOffice

router = APIRouter(tags=["items"])

MOST = 200
CURSOR = re.compile(r"([^~]{0,40})~(\d{1,10})")

Word = Annotated[str, Query(max_length=64)]
Words = Annotated[list[Annotated[str, Query(max_length=64)]], Query(max_length=30)]


@router.get(
    "/items", operation_id="listItems", response_model=shown.ItemPage,
    responses=ends_in(), summary="List items",
)  # fmt: skip
def list_items(
    request: Request, bearer: Reads, office: InOffice,
    q: Annotated[
        str, Query(max_length=LONGEST_SEARCH, description="words of reference, number and texts")
    ] = "",
    scope: Annotated[Scope, Query(description="which of them, where no stage says so")] = Scope.ALL,
    stage: Annotated[list[Stage], Query(description="in one of these")] = [],  # noqa: B006
    light: Annotated[list[Light], Query(description="with one of these")] = [],  # noqa: B006
    unit: Annotated[Word, Query(description="led by it or below it: code or name")] = "",
    person: Annotated[Word, Query(description="responsible, leader or verifier")] = "",
    campaign: Annotated[Word, Query(description="of the campaign with this code")] = "",
    category: Annotated[Words, Query(description="codes of the policy")] = [],  # noqa: B006
    source: Annotated[list[Source], Query(description="found by one of these")] = [],  # noqa: B006
    severity: Annotated[list[Severity], Query(description="so grave")] = [],  # noqa: B006
    level: Annotated[
        list[Annotated[int, Query(ge=0, le=4)]], Query(description="rungs reached; 0: none")
    ] = [],  # noqa: B006
    outcome: Annotated[list[Outcome], Query(description="ended like this")] = [],  # noqa: B006
    due_from: Annotated[Day | None, Query(description="due on this day or later")] = None,
    due_to: Annotated[Day | None, Query(description="due on this day or earlier")] = None,
    sort: Annotated[Order, Query(description="in this order")] = Order.DUE,
    limit: Annotated[int, Query(ge=1, le=MOST, description="at most so many")] = 50,
    cursor: Annotated[str, Query(max_length=200, description="as in `next`")] = "",
) -> Response:  # fmt: skip
    """Items that this person may see, by default in the order of their deadlines, those without
    one last. `next`, and the header Link, lead to the next page."""
    asked = board_query.read_pairs(
        pair for pair in request.query_params.multi_items() if pair[0] not in ("limit", "cursor")
    )
    if not asked.one("scope"):
        asked = asked._replace(given=(*asked.given, ("scope", scope.value)))
    with reading(office.engine) as connection:
        found = board.listed_of(
            connection, bearer.person, asked, office.clock.now(), after=_read(cursor), size=limit
        )
    if found.odd:
        raise Problem(
            "invalid", f"{found.odd[0]} names something that is not there.", where=found.odd[0]
        )
    following = _next(request, found.after)
    items = [shapes.item(view, listed=True) for view in found.views]
    headers = {} if following is None else {"link": f'<{following}>; rel="next"'}
    return told({"items": items, "next": following, "total": found.total}, headers=headers)


def _next(request: Request, after: str) -> str | None:
    """The address of the next page: this one's, with another cursor."""
    if not after:
        return None
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    cursor = base64.urlsafe_b64encode(after.encode()).decode().rstrip("=")
    return f"{PREFIX}/items?{urlencode([*kept, ('cursor', cursor)])}"


def _read(cursor: str) -> str:
    """The place for which a cursor stands; empty for the beginning.

    Raises:
        Problem: it is none of ours.
    """
    if not cursor:
        return ""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        text = ""
    match = CURSOR.fullmatch(text)
    numbers = [int(part) for part in (match.groups() if match else ()) if part.isdecimal()]
    if match is None or any(number > LARGEST for number in numbers):
        raise Problem("invalid", "This is no cursor.", "Follow `next` of a page.", where="cursor")
    return text
