"""Pages beside: my work, approvals, the overview."""

from __future__ import annotations

from collections.abc import Mapping

from config.clock import wall
from models import accounts
from models.engine import reading
from tasks import board_views
from tests.web.permits.scene import Ask, Scene

ASKS: Mapping[str, Ask] = {
    "POST /approvals/{ref}/do/{command}": Ask(
        params={"command": "{decision}"},
        form={"key": "0" * 32, "version": "{version}", "f.finding": "属实"},
        items=("submitted", "passed"),
    ),
    "GET /board/export.{suffix}": Ask(params={"suffix": "csv"}),
    "POST /board/views/{view_id:int}": Ask(params={"view_id": "999999"}),
    "POST /board/views/{view_id:int}/delete": Ask(params={"view_id": "999999"}),
    "POST /board/views/{view_id:int}/open": Ask(params={"view_id": "999999"}),
    "GET /overview/tables.{kind}": Ask(params={"kind": "xlsx"}),
}


def prepare(scene: Scene) -> None:
    """What is to be decided next, and a view that the office has saved."""
    who = scene.person("office")
    with reading(scene.engine) as connection:
        account = accounts.by_person(connection, who.id)
    assert account is not None
    board_views.save(
        scene.engine, account.id, who, "逾期的", "light=red", shared=False, opens=False, at=wall()
    )
    for item, decision in (("submitted", "pass"), ("passed", "approve")):
        scene.told[scene.refs[item]] = {"decision": decision}


TABLE = """
#           nobody plain  resp   leader counit coord  elsewh office superv verif  viewer audit  adm.
GET /mine
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /find
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
GET /bulk
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /bulk
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /bulk/preview
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
POST /bulk/do
  -         in     400    400    400    400    400    400    400    400    400    400    400    400
GET /approvals
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /approvals/{ref}
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
POST /approvals/{ref}/do/{command}
  submitted in     404    409    409    404    409    404    409    409    to     409    409    404
  passed    in     404    409    409    404    409    404    409    409    409    409    409    404
GET /live
  -         204    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /overview
  -         in     403    403    ok     403    ok     ok     ok     ok     403    ok     ok     403
GET /overview/state
  -         in     403    403    ok     403    ok     ok     ok     ok     403    ok     ok     403
GET /overview/tables.{kind}
  -         in     403    403    ok     403    ok     ok     ok     ok     403    ok     ok     403
GET /board/views
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /board/views
  -         in     400    400    400    400    400    400    400    400    400    400    400    400
POST /board/views/{view_id:int}
  -         in     400    400    400    400    400    400    400    400    400    400    400    400
POST /board/views/{view_id:int}/delete
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
POST /board/views/{view_id:int}/open
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
GET /board
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /board/columns
  -         in     to     to     to     to     to     to     to     to     to     to     to     to
GET /board/export.{suffix}
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
"""
