"""Calendar feeds: a person's open deadlines, for the calendar program that knows their token."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from notifications.ics import CONTENT_TYPE
from tasks.feeds import calendar_of
from web.at_hand import InOffice

router = APIRouter()


@router.api_route("/calendar/{token}.ics", methods=["GET", "HEAD"])
def calendar(request: Request, token: str, office: InOffice) -> Response:
    """The feed; 404 for a token that is unknown or revoked, without saying which."""
    feed = calendar_of(office, token)
    if feed is None:
        raise HTTPException(404)
    headers = {"etag": feed.tag, "cache-control": "private, no-store"}
    known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if feed.tag in known:
        return Response(status_code=304, headers=headers)
    return Response(feed.octets, media_type=f"{CONTENT_TYPE}; charset=utf-8", headers=headers)
