"""Administration: for administrators; coordinators over everything look at most of it, and put
drafts, names and held mail right. One's own API tokens are for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from models import directory, people
from models.engine import writing
from tests.web.permits.scene import Ask, Scene

UNIT, PERSON = {"code": "court"}, {"code": "viewer"}
ACCOUNT = {"login": "viewer"}
DRAFT = {"kind": "person", "code": "draft-person"}
NOTICE = {"kind": "assigned", "lang": "en"}
WORDING = {"subject": "x", "text": "x", "html": "x"}
PAPER = {"name": "order.en"}
POLICY = {"called": "test@1"}
MOVE = {"token": "no-such-job"}
NO_MAIL = {"mail_id": "999999"}
NO_NAME = {"name": "no-such-thing"}
NEWCOMER = "人员代码,姓名,所在单位,角色\nnew,新人,court,viewer\n"

ASKS: Mapping[str, Ask] = {
    "POST /admin/roster": Ask(files={"people": ("people.csv", NEWCOMER.encode(), "text/csv")}),
    "POST /admin/roster/apply": Ask(form={}),
    "POST /admin/units": Ask(form={"code": "new", "name": "新单位", "parent": "county"}),
    "GET /admin/units/{code:path}": Ask(params=UNIT),
    "POST /admin/units/{code:path}": Ask(params=UNIT, form={"name": "法院", "kind": "unit"}),
    "POST /admin/units/{code:path}/move": Ask(params=UNIT, form={"parent": "other-county"}),
    "GET /admin/units/{code:path}/close": Ask(params={"code": "parallel"}),
    "POST /admin/units/{code:path}/close": Ask(params={"code": "parallel"}),
    "POST /admin/units/{code:path}/open": Ask(params={"code": "closed-unit"}),
    "POST /admin/people/new": Ask(
        form={"code": "new", "name": "新人", "unit": "court", "lang": "zh-CN"}
    ),
    "GET /admin/people/{code:path}": Ask(params=PERSON),
    "POST /admin/people/{code:path}": Ask(
        params=PERSON, form={"name": "看", "unit": "court", "lang": "zh-CN"}
    ),
    "POST /admin/people/{code:path}/do/{deed}": Ask(
        params={**PERSON, "deed": "give"}, form={"role": "supervisor", "seat": "root"}
    ),
    "POST /admin/people/{code:path}/notices/{deed}": Ask(
        params={**PERSON, "deed": "ways"}, form={"way.closed": "digest"}
    ),
    "GET /admin/drafts/{kind}/{code:path}": Ask(params=DRAFT),
    "POST /admin/drafts/{kind}/{code:path}": Ask(params=DRAFT, form={"into": "viewer"}),
    "POST /admin/accounts": Ask(form={"person": "second-verifier"}),
    "GET /admin/accounts/{login}": Ask(params=ACCOUNT),
    "POST /admin/accounts/{login}/invite": Ask(params=ACCOUNT),
    "POST /admin/accounts/{login}/token": Ask(params=ACCOUNT, form={"name": "x", "scope": "read"}),
    "POST /admin/accounts/{login}/{deed}": Ask(
        params={**ACCOUNT, "deed": "admin"}, form={"may": "yes"}
    ),
    "POST /admin/policies/check": Ask(form={"text": "name: x"}),
    "POST /admin/policies/import": Ask(form={"text": "name: x"}),
    "GET /admin/policies/{called}": Ask(params=POLICY),
    "POST /admin/policies/move": Ask(form={"to": "test@1", "campaign": "ZG"}),
    "GET /admin/policies/jobs/{token}": Ask(params=MOVE),
    "GET /admin/policies/jobs/{token}/part": Ask(params=MOVE),
    "GET /admin/policies/jobs/{token}/stop": Ask(params=MOVE),
    "POST /admin/policies/jobs/{token}/{what}": Ask(params={**MOVE, "what": "cancel"}),
    "GET /admin/templates/notices/{kind}/{lang}": Ask(params=NOTICE),
    "GET /admin/templates/notices/{kind}/{lang}/frame": Ask(params=NOTICE),
    "GET /admin/templates/notices/{kind}/{lang}/wording": Ask(params=NOTICE),
    "POST /admin/templates/notices/{kind}/{lang}/wording": Ask(params=NOTICE, form=WORDING),
    "POST /admin/templates/notices/{kind}/{lang}/wording/try": Ask(params=NOTICE, form=WORDING),
    "POST /admin/templates/notices/{kind}/{lang}/wording/frame": Ask(params=NOTICE, form=WORDING),
    "POST /admin/templates/notices/{kind}/{lang}/wording/drop": Ask(params=NOTICE),
    "GET /admin/templates/papers/{name}": Ask(params=PAPER),
    "POST /admin/templates/papers/{name}": Ask(
        params=PAPER, files={"file": ("order.docx", b"no document", "text/plain")}
    ),
    "POST /admin/templates/papers/{name}/drop": Ask(params=PAPER),
    "POST /admin/mail/discard": Ask(form={"reason": "重复"}),
    "GET /admin/mail/{mail_id}": Ask(params=NO_MAIL),
    "POST /admin/hooks/{name}/{deed}": Ask(params={**NO_NAME, "deed": "resume"}),
    "GET /admin/mails/{name}": Ask(params=NO_NAME),
    "GET /admin/mails/{name}/frame": Ask(params=NO_NAME),
    "POST /me/tokens": Ask(form={"name": "x", "scope": "read", "days": "7"}),
    "POST /me/tokens/revoke": Ask(form={"token": "999999"}),
}


def prepare(scene: Scene) -> None:
    """Somebody whom a ledger has named, and a unit that is closed."""
    with writing(scene.engine) as connection:
        county = directory.units(connection, ["county"])["county"].id
        closed, _ = people.add_unit(connection, "closed-unit", "旧单位", county)
        people.change_unit(connection, closed, {"closed": True})
        court = directory.units(connection, ["court"])["court"].id
        people.add_person(connection, "draft-person", "某人", court, draft=True)


TABLE = """
#           nobody plain  resp   leader counit coord  elsewh office superv verif  viewer audit  adm.
GET /admin/roster
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/roster
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/roster/apply
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /admin/units
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
POST /admin/units
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /admin/units/{code:path}
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/units/{code:path}/close
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/units/{code:path}/close
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
POST /admin/units/{code:path}/open
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
POST /admin/units/{code:path}/move
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
POST /admin/units/{code:path}
  -         in     403    403    403    403    403    403    409    403    403    403    403    to
GET /admin/people
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/people/new
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/people/new
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /admin/people/{code:path}
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
POST /admin/people/{code:path}/do/{deed}
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
POST /admin/people/{code:path}
  -         in     403    403    403    403    403    403    409    403    403    403    403    to
POST /admin/people/{code:path}/notices/{deed}
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /admin/drafts
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/drafts/{kind}/{code:path}
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
POST /admin/drafts/{kind}/{code:path}
  -         in     403    403    403    403    403    403    to     403    403    403    403    to
GET /admin/accounts
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/accounts
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
GET /admin/accounts/{login}
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/accounts/{login}/invite
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/accounts/{login}/token
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/accounts/{login}/{deed}
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /me/tokens
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /me/tokens
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /me/tokens/revoke
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
POST /admin/policies/move
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /admin/policies/jobs/{token}
  -         in     403    403    403    403    403    403    403    403    403    403    403    404
GET /admin/policies/jobs/{token}/part
  -         in     403    403    403    403    403    403    403    403    403    403    403    404
GET /admin/policies/jobs/{token}/stop
  -         in     403    403    403    403    403    403    403    403    403    403    403    404
POST /admin/policies/jobs/{token}/{what}
  -         in     403    403    403    403    403    403    403    403    403    403    403    404
GET /admin/policies
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/policies/compare
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/policies/check
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
POST /admin/policies/check
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
POST /admin/policies/import
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
GET /admin/policies/{called}
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/templates
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
GET /admin/templates/notices/{kind}/{lang}
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
GET /admin/templates/notices/{kind}/{lang}/frame
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
GET /admin/templates/notices/{kind}/{lang}/wording
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/templates/notices/{kind}/{lang}/wording/try
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
POST /admin/templates/notices/{kind}/{lang}/wording/frame
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
POST /admin/templates/notices/{kind}/{lang}/wording
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
POST /admin/templates/notices/{kind}/{lang}/wording/drop
  -         in     403    403    403    403    403    403    403    403    403    403    403    to
GET /admin/templates/papers/{name}
  -         in     403    403    403    403    403    403    403    403    403    403    403    404
POST /admin/templates/papers/{name}
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
POST /admin/templates/papers/{name}/drop
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
GET /admin/mail
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
POST /admin/mail/replay
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
POST /admin/mail/release
  -         in     403    403    403    403    403    403    400    403    403    403    403    400
POST /admin/mail/discard
  -         in     403    403    403    403    403    403    400    403    403    403    403    400
GET /admin/mail/unreachable
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/mail/{mail_id}
  -         in     403    403    403    403    403    403    404    403    403    403    403    404
GET /admin/hooks
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
POST /admin/hooks/{name}/{deed}
  -         in     403    403    403    403    403    403    403    403    403    403    403    400
GET /admin/health
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/mails
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
GET /admin/mails/{name}
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
GET /admin/mails/{name}/frame
  -         in     404    404    404    404    404    404    404    404    404    404    404    404
GET /admin
  -         in     403    403    403    403    403    403    ok     403    403    403    403    ok
GET /admin/log
  -         in     403    403    403    403    403    403    403    403    403    403    403    ok
"""
