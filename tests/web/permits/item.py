"""The item: its page, commands, files, papers, and what is live on it.

Who may see it follows ``rules.duties.may_see``, which ``test_permissions`` asks besides. Of those,
who may not attach evidence is refused by the rule (409).
"""

from __future__ import annotations

from collections.abc import Mapping

from models.engine import reading
from models.items import by_ref
from tasks import attaching, documents, evidence
from tasks.paper_facts import Asked
from tests.conftest import MONDAY
from tests.tasks.exhibits import picture
from tests.web.permits.scene import ITEMS, Ask, Scene

COMMENT = {"key": "0" * 32, "version": "{version}", "f.text": "gesehen"}

ASKS: Mapping[str, Ask] = {
    "GET /items/{ref}/evidence/{seq:int}": Ask(params={"seq": "{seq}"}),
    "GET /items/{ref}/evidence/{seq:int}/preview": Ask(params={"seq": "{seq}"}),
    "GET /items/{ref}/papers/{serial}": Ask(params={"serial": "{serial}"}),
    "POST /items/{ref}/do/{command}": Ask(params={"command": "comment"}, form=COMMENT),
    "POST /items/{ref}/evidence": Ask(
        form={"key": "0" * 32, "turn": "1.1"},
        files={"files": ("photo.txt", "已整改".encode(), "text/plain")},
    ),
}


def prepare(scene: Scene) -> None:
    """Evidence on each item, and an order."""
    for name in ITEMS:
        ref = scene.refs[name]
        with reading(scene.engine) as connection:
            loaded = by_ref(connection, ref)
        assert loaded is not None
        file = scene.folder / f"{name}.png"
        file.write_bytes(picture("PNG"))
        kept = evidence.keep(scene.office, file)
        who = scene.person("plain" if name == "named" else "resp")
        turn = attaching.turn_of(loaded.item)
        done = attaching.attach(
            scene.engine, ref, kept, "", who, MONDAY, key=f"permits/{name}", seen=turn
        )
        scene.told[ref] = {
            "seq": str(done.seq),
            "serial": documents.issue(scene.office, loaded, Asked("order", 0, 0)),
        }


TABLE = """
#           nobody plain  resp   leader counit coord  elsewh office superv verif  viewer audit  adm.
POST /items/{ref}/evidence
  ordinary  in     404    to     to     to     to     404    to     to     to     409    409    404
  secret    in     404    to     to     404    to     404    to     to     404    404    404    404
  named     in     to     404    404    404    404    to     to     to     404    404    404    404
GET /items/{ref}/evidence/{seq:int}
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /items/{ref}/evidence/{seq:int}/preview
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /items/{ref}/papers/{serial}
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /items/{ref}
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /items/{ref}/print
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
POST /items/{ref}/complainant
  ordinary  in     404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    in     404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     in     ok     404    404    404    404    ok     ok     ok     404    404    404    404
POST /items/{ref}/do/{command}
  ordinary  in     404    to     to     to     to     404    to     to     to     409    409    404
  secret    in     404    to     to     404    to     404    to     to     404    404    404    404
  named     in     to     404    404    404    404    to     to     to     404    404    404    404
"""
