"""What a route is given: the installation that the application serves."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from tasks.office import Office


def office_of(request: Request) -> Office:
    """The installation."""
    office: Office = request.app.state.office
    return office


InOffice = Annotated[Office, Depends(office_of)]


def caller_of(request: Request) -> str:
    """Where a request comes from, as far as the network tells; a trusted proxy tells for others."""
    return request.client.host if request.client else ""
