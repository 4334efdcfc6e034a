"""The page on which a command is chosen for a selection: one that travels in a form, or a job's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastapi import Request
from fastapi.responses import Response

from models import suggestions
from models.engine import reading
from rules.policy import Policy
from tasks import bulk
from tasks.bulk import Offer
from tasks.office import Office
from web.bulk_forms import forms_of
from web.frame import framed
from web.item_forms import Tried
from web.viewer import Viewer


class Choice(NamedTuple):
    """A selection for which a command is to be chosen."""

    offer: Offer
    """With the items that are shown."""
    commands: Mapping[str, int]
    """How many permit it; 0 where that was not counted."""
    policies: Sequence[Policy]
    chosen: str
    size: int
    unseen: int
    refs: str = ""
    more: bool = False
    to: str = "/bulk/preview"


def choosing(
    request: Request, viewer: Viewer, office: Office, choice: Choice, tried: Tried | None
) -> Response:
    """The page on which a command is chosen for a selection."""
    with reading(office.engine) as connection:
        lists = {"people": suggestions.people(connection, None),
                 "units": suggestions.units(connection)}  # fmt: skip
    # What was chosen before stands in front.
    names = sorted(choice.commands, key=lambda name: name != choice.chosen)
    forms = forms_of(names, choice.policies, viewer.lang, tried)
    return framed(
        request, viewer, "bulk/choose.html", "bulk", status=409 if tried else 200,
        most=bulk.MOST, forms=forms, lists=lists, **choice._asdict(),
    )  # fmt: skip
