"""The front door."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.pages import page

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
def home(request: Request) -> Response:
    """That it runs, and what is to be found here."""
    return page(request, "home.html")
