"""The API: the same powers as the pages, by a token, within its scope (here act, and for the
administrator admin). What may not be seen is 404, what may not be done 403 or 409."""

from __future__ import annotations

from collections.abc import Mapping

from tests.web.permits.scene import Ask

HOOK = {"name": "no-such-hook"}

COMMANDS: Mapping[str, Mapping[str, object]] = {
    "merge": {"into": "NO-2026-0001"}, "transfer": {"to": "别处"},
    "assign": {"unit": "bureau", "responsible": "responsible"},
    "report_progress": {"text": "一半"}, "comment": {"text": "看过"},
    "request_extension": {"due": "2026-11-20", "reason": "缺材料"},
    "stay": {"until": "2026-11-20", "reason": "复议"},
    "request_hold": {"until": "2026-11-20", "reason": "等判决"},
    "appoint": {"verifier": "second-verifier"},
    "waive": {"person": "colleague", "reason": "人手不足"},
}  # fmt: skip
"""Commands that need to be told something; the others are given as they are."""

FILE = ("photo.txt", "已整改".encode(), "text/plain")
LEDGER = ("ledger.csv", "标题,责任单位\n窗口推诿,bureau\n".encode(), "text/csv")

ASKS: Mapping[str, Ask] = {
    "POST /api/v1/items": Ask(json={"title": "窗口推诿"}),
    **{
        f"POST /api/v1/items/{{ref}}/commands/{name}": Ask(json=body)
        for name, body in COMMANDS.items()
    },
    "POST /api/v1/items/{ref}/evidence": Ask(files={"file": FILE}),
    "POST /api/v1/imports": Ask(files={"file": LEDGER}, form={"dry_run": "true"}),
    "POST /api/v1/webhooks": Ask(json={"name": "new", "url": "https://hooks.example.org/x"}),
    "POST /api/v1/items/{ref}/commands/{command}": Ask(params={"command": "no-such-command"}),
    "GET /api/v1/items/{ref}/evidence/{seq}": Ask(params={"seq": "{seq}"}),
    "GET /api/v1/items/{ref}/papers/{serial}": Ask(params={"serial": "{serial}"}),
    "GET /api/v1/policies/{name}": Ask(params={"name": "test"}),
    "DELETE /api/v1/webhooks/{name}": Ask(params=HOOK),
    "POST /api/v1/webhooks/{name}/resume": Ask(params=HOOK),
    "GET /api/v1/webhooks/{name}/calls": Ask(params=HOOK),
    "POST /api/v1/webhooks/{name}/replay": Ask(params=HOOK),
}

TABLE = """
#           nobody plain  resp   leader counit coord  elsewh office superv verif  viewer audit  adm.
GET /api/v1/items
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /api/v1/items
  -         401    403    403    403    403    ok     ok     ok     403    403    403    403    403
GET /api/v1/items/{ref}
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/history
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/agenda
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/deliveries
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/extensions
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/complainant
  ordinary  401    404    403    403    403    ok     404    ok     ok     403    403    403    404
  secret    401    404    403    403    404    ok     404    ok     ok     404    404    404    404
  named     401    403    404    404    404    404    403    ok     ok     404    404    404    404
GET /api/v1/items/{ref}/commands
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
POST /api/v1/items/{ref}/commands/accept
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/reject
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/merge
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/transfer
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/assign
  ordinary  401    404    403    403    403    ok     404    ok     403    403    403    403    404
  secret    401    404    403    403    404    ok     404    ok     403    404    404    404    404
  named     401    403    404    404    404    404    403    ok     403    404    404    404    404
POST /api/v1/items/{ref}/commands/acknowledge
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/decline
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/report_progress
  ordinary  401    404    ok     ok     ok     403    404    403    403    403    403    403    404
  secret    401    404    ok     ok     404    403    404    403    403    404    404    404    404
  named     401    ok     404    404    404    404    403    403    403    404    404    404    404
POST /api/v1/items/{ref}/commands/request_extension
  ordinary  401    404    ok     ok     403    403    404    403    403    403    403    403    404
  secret    401    404    ok     ok     404    403    404    403    403    404    404    404    404
  named     401    ok     404    404    404    404    403    403    403    404    404    404    404
POST /api/v1/items/{ref}/commands/grant_extension
  ordinary  401    404    403    403    403    409    404    409    409    403    403    403    404
  secret    401    404    403    403    404    409    404    409    409    404    404    404    404
  named     401    403    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/refuse_extension
  ordinary  401    404    403    403    403    409    404    409    409    403    403    403    404
  secret    401    404    403    403    404    409    404    409    409    404    404    404    404
  named     401    403    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/serve
  ordinary  401    404    403    403    403    409    404    409    409    403    403    403    404
  secret    401    404    403    403    404    409    404    409    409    404    404    404    404
  named     401    403    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/confirm
  ordinary  401    404    409    409    403    403    404    403    403    403    403    403    404
  secret    401    404    409    409    404    403    404    403    403    404    404    404    404
  named     401    409    404    404    404    404    403    403    403    404    404    404    404
POST /api/v1/items/{ref}/commands/stay
  ordinary  401    404    403    403    403    403    404    403    ok     403    403    403    404
  secret    401    404    403    403    404    403    404    403    ok     404    404    404    404
  named     401    403    404    404    404    404    403    403    ok     404    404    404    404
POST /api/v1/items/{ref}/commands/lift_stay
  ordinary  401    404    403    403    403    403    404    403    409    403    403    403    404
  secret    401    404    403    403    404    403    404    403    409    404    404    404    404
  named     401    403    404    404    404    404    409    403    409    404    404    404    404
POST /api/v1/items/{ref}/commands/submit
  ordinary  401    404    ok     ok     403    403    404    403    403    403    403    403    404
  secret    401    404    ok     ok     404    403    404    403    403    404    404    404    404
  named     401    ok     404    404    404    404    403    403    403    404    404    404    404
POST /api/v1/items/{ref}/commands/appoint
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/pass
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/fail
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/approve
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/deny
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/request_hold
  ordinary  401    404    ok     ok     403    403    404    403    403    403    403    403    404
  secret    401    404    ok     ok     404    403    404    403    403    404    404    404    404
  named     401    ok     404    404    404    404    403    403    403    404    404    404    404
POST /api/v1/items/{ref}/commands/hold
  ordinary  401    404    403    403    403    409    404    409    409    403    403    403    404
  secret    401    404    403    403    404    409    404    409    409    404    404    404    404
  named     401    403    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/refuse_hold
  ordinary  401    404    403    403    403    409    404    409    409    403    403    403    404
  secret    401    404    403    403    404    409    404    409    409    404    404    404    404
  named     401    403    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/resume
  ordinary  401    404    403    403    403    409    404    409    409    403    403    403    404
  secret    401    404    403    403    404    409    404    409    409    404    404    404    404
  named     401    403    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/reopen
  ordinary  401    404    409    409    409    409    404    409    409    409    409    409    404
  secret    401    404    409    409    404    409    404    409    409    404    404    404    404
  named     401    409    404    404    404    404    409    409    409    404    404    404    404
POST /api/v1/items/{ref}/commands/withdraw
  ordinary  401    404    403    403    403    403    404    403    409    403    403    403    404
  secret    401    404    403    403    404    403    404    403    409    404    404    404    404
  named     401    403    404    404    404    404    409    403    409    404    404    404    404
POST /api/v1/items/{ref}/commands/waive
  ordinary  401    404    403    403    403    403    404    403    ok     403    403    403    404
  secret    401    404    403    403    404    403    404    403    ok     404    404    404    404
  named     401    403    404    404    404    404    403    403    403    404    404    404    404
POST /api/v1/items/{ref}/commands/comment
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     403    403    404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
POST /api/v1/items/{ref}/commands/correct
  ordinary  401    404    403    403    403    ok     404    ok     403    403    403    403    404
  secret    401    404    403    403    404    ok     404    ok     403    404    404    404    404
  named     401    403    404    404    404    404    ok     ok     403    404    404    404    404
POST /api/v1/items/{ref}/commands/{command}
  ordinary  401    404    404    404    404    404    404    404    404    404    404    404    404
  secret    401    404    404    404    404    404    404    404    404    404    404    404    404
  named     401    404    404    404    404    404    404    404    404    404    404    404    404
GET /api/v1/items/{ref}/evidence
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
POST /api/v1/items/{ref}/evidence
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     403    403    404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/evidence/{seq}
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/papers
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/items/{ref}/papers/{serial}
  ordinary  401    404    ok     ok     ok     ok     404    ok     ok     ok     ok     ok     404
  secret    401    404    ok     ok     404    ok     404    ok     ok     404    404    404    404
  named     401    ok     404    404    404    404    ok     ok     ok     404    404    404    404
GET /api/v1/me
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /api/v1/units
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /api/v1/people
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /api/v1/campaigns
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /api/v1/policies
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /api/v1/policies/{name}
  -         401    ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
GET /api/v1/figures
  -         401    403    403    403    403    403    403    ok     ok     ok     403    403    ok
POST /api/v1/imports
  -         401    403    403    403    403    422    422    422    403    403    403    403    403
GET /api/v1/webhooks
  -         401    403    403    403    403    403    403    403    403    403    403    403    ok
POST /api/v1/webhooks
  -         401    403    403    403    403    403    403    403    403    403    403    403    ok
DELETE /api/v1/webhooks/{name}
  -         401    403    403    403    403    403    403    403    403    403    403    403    404
POST /api/v1/webhooks/{name}/resume
  -         401    403    403    403    403    403    403    403    403    403    403    403    404
GET /api/v1/webhooks/{name}/calls
  -         401    403    403    403    403    403    403    403    403    403    403    403    404
POST /api/v1/webhooks/{name}/replay
  -         401    403    403    403    403    403    403    403    403    403    403    403    404
GET /api/v1/openapi.json
  -         * ok
GET /api/v1/docs
  -         * ok
"""
