"""A store with things to decide in it, and what tests of deciding share."""

from __future__ import annotations

import re
from datetime import date

import httpx
from sqlalchemy import Engine

from models.engine import open_engine
from rules.policy import Check
from rules.vocabulary import Severity, Stage
from tasks.office import Office
from tests import cast
from tests.tasks.staff import give, item_in, staffed

LINES = (
    Check(code="seen", zh="材料已逐件查看", en="Every piece was looked at"),
    Check(code="kept", zh="长效机制已建立", en="Lasting measures are in place"),
)


def strict(office: Office) -> Office:
    """The office with a store under a policy with a checklist and approval in bulk of what is
    general."""
    office.engine.dispose()
    path = office.settings.home / "strict.db"
    engine = open_engine(f"sqlite:///{path}")
    staffed(engine, cast.policy(closure_checklist=LINES, bulk_approval=(Severity.GENERAL,)))
    return office._replace(engine=engine)


def asking(engine: Engine, command: str = "request_extension") -> str:
    """An item for which more time, or a stop of the clock, is asked."""
    ref = item_in(engine, Stage.DEADLINE)
    day = date(2027, 1, 8)
    fields = {"due": day} if command == "request_extension" else {"until": day}
    give(engine, ref, command, "responsible", reason="鉴定未完成", **fields)
    return ref


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    """What the form with this address would send, its visible fields left out."""
    found = re.search(rf'action="{re.escape(action)}"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    assert found, action
    hidden = re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', found[1])
    return dict(hidden)
