"""Signing in, what is mine, links in mails, and what answers programs."""

from __future__ import annotations

from collections.abc import Mapping

from tests.web.permits.scene import Ask

NO_TOKEN = Ask(params={"token": "nobody-has-made-this"})

ASKS: Mapping[str, Ask] = {
    "GET /l/{token}": NO_TOKEN,
    "POST /l/{token}": NO_TOKEN,
    "GET /calendar/{token}.ics": NO_TOKEN,
    "GET /welcome/{token}": NO_TOKEN,
    "POST /welcome/{token}": NO_TOKEN,
    "POST /me/notices/away": Ask(
        form={"first": "2099-01-01", "until": "2099-01-02", "substitute": "second-verifier"}
    ),
    "POST /me/lang": Ask(form={"lang": "en", "next": "/login"}),
    "POST /me/theme": Ask(form={"theme": "dark", "next": "/login"}),
}

TABLE = """
#           nobody plain  resp   leader counit coord  elsewh office superv verif  viewer audit  adm.
GET /
  -         * to
GET /healthz
  -         * ok
GET /readyz
  -         * 503
GET /l/{token}
  -         * 404
POST /l/{token}
  -         * 403
GET /calendar/{token}.ics
  -         * 404
GET /login
  -         ok     to     to     to     to     to     to     to     to     to     to     to     to
POST /login
  -         * 403
POST /login/demo
  -         * 404
GET /login/factor
  -         * to
POST /login/factor
  -         * 403
POST /logout
  -         in     to     to     to     to     to     to     to     to     to     to     to     to
GET /welcome/{token}
  -         * 410
POST /welcome/{token}
  -         * 403
GET /login/openid
  -         * 404
GET /login/openid/back
  -         * 404
GET /login/openid/out
  -         * 404
GET /me/password
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /me/password
  -         in     409    409    409    409    409    409    409    409    409    409    409    409
GET /me/sessions
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /me/sessions
  -         in     to     to     to     to     to     to     to     to     to     to     to     to
GET /me/factor
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /me/factor
  -         in     409    409    409    409    409    409    409    409    409    409    409    409
GET /me/notices
  -         in     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok     ok
POST /me/notices/away
  -         in     to     to     to     to     to     to     to     to     to     to     to     to
POST /me/notices/back
  -         in     to     to     to     to     to     to     to     to     to     to     to     to
POST /me/notices/ways
  -         in     to     to     to     to     to     to     to     to     to     to     to     to
POST /me/lang
  -         * to
POST /me/theme
  -         * to
"""
