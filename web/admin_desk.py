"""Who is at an administration page, and what they may do there.

Pages are closed here to who may not see them; that nobody does what they may not is seen to where
it is done (``tasks.admin``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from models import policies
from models.engine import reading
from rules.errors import InputError, RectiflowError
from tasks.admin import desk
from tasks.admin.desk import Admin, Rights
from tasks.office import Office
from web.at_hand import InOffice
from web.frame import framed
from web.phrases.refusals import told
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing
from web.words import WORDS, say

SECTION = "admin"


class Tab(NamedTuple):
    """One entry of the pages' own navigation. ``open`` says that coordinators see it, too."""

    key: str
    path: str
    icon: str
    open: bool = False


TABS = (
    Tab("home", "/admin", "layout-dashboard", True),
    Tab("units", "/admin/units", "building", True),
    Tab("people", "/admin/people", "users", True),
    Tab("drafts", "/admin/drafts", "user-check", True),
    Tab("accounts", "/admin/accounts", "key"),
    Tab("policies", "/admin/policies", "gavel", True),
    Tab("templates", "/admin/templates", "file-text"),
    Tab("mail", "/admin/mail", "mail", True),
    Tab("hooks", "/admin/hooks", "external-link"),
    Tab("health", "/admin/health", "adjustments", True),
    Tab("log", "/admin/log", "history"),
)


class Desk(NamedTuple):
    """An administration page's reader, with what they may do."""

    request: Request
    viewer: Viewer
    office: Office
    rights: Rights

    @property
    def lang(self) -> str:
        """The page's language."""
        return self.viewer.lang

    @property
    def admin(self) -> Admin:
        """Who acts, for the deeds."""
        at = self.request.app.state.wall()
        return Admin(self.office.engine, self.viewer.person, at)

    def page(self, template: str, tab: str, *, status: int = 200, **values: Any) -> Response:
        """A page of administration, on this tab."""
        tabs = [one for one in TABS if self.rights.administers or one.open]
        done = self.request.query_params.get("done", "")
        key = f"admin.done.{done}"
        return framed(
            self.request, self.viewer, f"admin/{template}", SECTION, status=status, tabs=tabs,
            tab=tab, administers=self.rights.administers, zone=self.zone(),
            done=say(self.lang, key) if self.request.method != "POST" and key in WORDS else "",
            **values,
        )  # fmt: skip

    def zone(self) -> str:
        """The zone in which instants are told."""
        with reading(self.office.engine) as connection:
            return policies.policy(connection, policies.campaign(connection).policy_id).zone


class Form(NamedTuple):
    """What somebody has typed, and what is wrong with it: by field, or as a whole."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    said: str = ""

    def value(self, field: str, otherwise: str = "") -> str:
        """What stands in a field."""
        return self.values.get(field, otherwise)


EMPTY = Form()
"""A form in which nothing has been typed yet."""


def wrong(error: RectiflowError, values: Mapping[str, str], lang: str) -> Form:
    """The form again, with what was typed and what is the matter."""
    where = error.where if isinstance(error, InputError) else ""
    key = f"admin.field.{where}"
    if where in values and key in WORDS:
        return Form(values, {where: told(error, lang, say(lang, key))})
    return Form(values, {}, told(error, lang))


def _desk(request: Request, viewer: Viewer, office: Office, may: Callable[[Rights], bool]) -> Desk:
    found = desk.may(office.engine, viewer.person)
    if not may(found):
        raise HTTPException(403)
    return Desk(request, viewer, office, found)


def looking(request: Request, viewer: Viewing, office: InOffice) -> Desk:
    """A page that administrators and coordinators over everything see."""
    return _desk(request, viewer, office, lambda rights: rights.looks)


def administering(request: Request, viewer: Viewing, office: InOffice) -> Desk:
    """A page that only administrators see."""
    return _desk(request, viewer, office, lambda rights: rights.administers)


def settling(request: Request, viewer: Acting, office: InOffice) -> Desk:
    """A form that coordinators over everything may send, too."""
    return _desk(request, viewer, office, lambda rights: rights.looks)


def changing(request: Request, viewer: Acting, office: InOffice) -> Desk:
    """A form that only administrators may send."""
    return _desk(request, viewer, office, lambda rights: rights.administers)


Looking = Annotated[Desk, Depends(looking)]
Administering = Annotated[Desk, Depends(administering)]
Settling = Annotated[Desk, Depends(settling)]
Changing = Annotated[Desk, Depends(changing)]


def go(where: str, done: str = "") -> Response:
    """On to another page, which says what was done."""
    return RedirectResponse(f"{where}?done={done}" if done else where, SEE_OTHER)


def status_of(error: RectiflowError) -> int:
    """How a form that failed is answered."""
    return 400 if isinstance(error, InputError) else 409
