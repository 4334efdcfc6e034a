"""Launching: for whoever may register items; a job, also one of many items at once, is its owner's
alone."""

from __future__ import annotations

import io
from collections.abc import Mapping

from config.clock import wall
from tasks.bulk_jobs import select
from tasks.leaving_jobs import wished
from tasks.roundtrip import Asked
from tasks.uploading import receive
from tests.web.permits.scene import Ask, Scene

JOB = {"token": "{job}"}
MANY = {"token": "{many}"}
LEAVING = {"token": "{leaving}"}
LEDGER = ("ledger.csv", "标题,责任单位\n窗口推诿,bureau\n".encode(), "text/csv")

ASKS: Mapping[str, Ask] = {
    "GET /launch/template.{kind}": Ask(params={"kind": "xlsx"}),
    "POST /launch/item": Ask(form={"title": "窗口推诿", "category": "conduct"}),
    "POST /launch/upload": Ask(files={"file": LEDGER}),
    "GET /launch/jobs/{token}": Ask(params=JOB),
    "GET /launch/jobs/{token}/part": Ask(params=JOB),
    "GET /launch/jobs/{token}/stop": Ask(params=JOB),
    "GET /launch/jobs/{token}/map": Ask(params=JOB),
    "POST /launch/jobs/{token}/map": Ask(params=JOB, form={}),
    "GET /launch/jobs/{token}/words": Ask(params=JOB),
    "POST /launch/jobs/{token}/words": Ask(params=JOB, form={}),
    "POST /launch/jobs/{token}/{what}": Ask(params={**JOB, "what": "cancel"}),
    "GET /bulk/jobs/{token}": Ask(params=MANY),
    "GET /bulk/jobs/{token}/part": Ask(params=MANY),
    "GET /bulk/jobs/{token}/stop": Ask(params=MANY),
    "POST /bulk/jobs/{token}/{what}": Ask(params={**MANY, "what": "leave"}),
    "GET /launch/roundtrip/jobs/{token}": Ask(params=LEAVING),
    "GET /launch/roundtrip/jobs/{token}/part": Ask(params=LEAVING),
    "GET /launch/roundtrip/jobs/{token}/stop": Ask(params=LEAVING),
    "GET /launch/roundtrip/jobs/{token}/ledger.xlsx": Ask(params=LEAVING),
    "POST /launch/roundtrip/jobs/{token}/{what}": Ask(params={**LEAVING, "what": "again"}),
    "GET /launch/jobs/{token}/refused.{kind}": Ask(params={**JOB, "kind": "csv"}),
}


def prepare(scene: Scene) -> None:
    """A ledger that the office has brought, and many items that it has chosen."""
    name, content, _ = LEDGER
    who = scene.person("office")
    scene.known["job"] = receive(scene.office, who, name, io.BytesIO(content), wall()).token
    refs = sorted(scene.refs.values())
    leaving = wished(scene.office, who, Asked(confidential=True), "A large ledger", wall())
    scene.app.state.jobs.nudge()
    assert scene.app.state.jobs.rest(60)
    scene.known["leaving"] = leaving.token
    scene.known["many"] = select(scene.office, who, refs, "Many items", wall()).token


TABLE = """
#           nobody plain  resp   leader counit coord  elsewh office superv verif  viewer audit  adm.
GET /launch
  -         in     403    403    403    403    ok     ok     ok     403    403    403    403    403
GET /launch/template.{kind}
  -         in     403    403    403    403    ok     ok     ok     403    403    403    403    403
GET /launch/item
  -         in     403    403    403    403    ok     ok     ok     403    403    403    403    403
POST /launch/item
  -         in     403    403    403    403    400    400    400    403    403    403    403    403
GET /launch/jobs/{token}/map
  -         in     403    403    403    403    404    404    ok     403    403    403    403    403
POST /launch/jobs/{token}/map
  -         in     403    403    403    403    404    404    400    403    403    403    403    403
GET /launch/jobs/{token}/words
  -         in     403    403    403    403    404    404    to     403    403    403    403    403
POST /launch/jobs/{token}/words
  -         in     403    403    403    403    404    404    409    403    403    403    403    403
GET /launch/ledger
  -         in     403    403    403    403    ok     ok     ok     403    403    403    403    403
POST /launch/upload
  -         in     403    403    403    403    to     to     to     403    403    403    403    403
GET /launch/jobs/{token}
  -         in     403    403    403    403    404    404    to     403    403    403    403    403
GET /launch/jobs/{token}/part
  -         in     403    403    403    403    404    404    ok     403    403    403    403    403
GET /launch/jobs/{token}/stop
  -         in     403    403    403    403    404    404    to     403    403    403    403    403
POST /launch/jobs/{token}/{what}
  -         in     403    403    403    403    404    404    to     403    403    403    403    403
GET /bulk/jobs/{token}
  -         in     404    404    404    404    404    404    ok     404    404    404    404    404
GET /bulk/jobs/{token}/part
  -         in     404    404    404    404    404    404    ok     404    404    404    404    404
GET /bulk/jobs/{token}/stop
  -         in     404    404    404    404    404    404    to     404    404    404    404    404
POST /bulk/jobs/{token}/{what}
  -         in     404    404    404    404    404    404    to     404    404    404    404    404
GET /launch/jobs/{token}/refused.{kind}
  -         in     403    403    403    403    404    404    404    403    403    403    403    403
GET /launch/roundtrip
  -         in     403    403    403    403    ok     ok     ok     403    403    403    403    403
POST /launch/roundtrip/export
  -         in     403    403    403    403    ok     ok     ok     403    403    403    403    403
GET /launch/roundtrip/jobs/{token}
  -         in     403    403    403    403    404    404    ok     403    403    403    403    403
GET /launch/roundtrip/jobs/{token}/part
  -         in     403    403    403    403    404    404    ok     403    403    403    403    403
GET /launch/roundtrip/jobs/{token}/stop
  -         in     403    403    403    403    404    404    to     403    403    403    403    403
POST /launch/roundtrip/jobs/{token}/{what}
  -         in     403    403    403    403    404    404    to     403    403    403    403    403
GET /launch/roundtrip/jobs/{token}/ledger.xlsx
  -         in     403    403    403    403    404    404    ok     403    403    403    403    403
"""
