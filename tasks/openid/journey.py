"""To the issuer and back: the authorization code flow, with PKCE, state and nonce.

What a sign-in was sent away with is kept in the database under the digest of its state, with that
of a token that only this browser has. It is taken once, whatever becomes of it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import Engine

from config.settings import PREFIX
from models import identities
from models.engine import writing
from rules.errors import Refusal, Refused, Unavailable
from tasks.accounts import TOKEN_BYTES, digest
from tasks.openid.claims import found
from tasks.openid.issuer import Issuer
from tasks.openid.tokens import verified

LASTS = timedelta(minutes=10)
"""How long somebody may take at the issuer's."""
BACK = "/login/openid/back"
LONGEST = 4096


class Arrived(NamedTuple):
    """Somebody has come back: what the issuer says of them, and where they wanted to go."""

    claims: Mapping[str, Any]
    where: str


def sent(engine: Engine, issuer: Issuer, browser: str, where: str, now: datetime) -> str:
    """The address at the issuer's to which this browser goes.

    Raises:
        Unavailable: the issuer does not answer, or does not know where to send people back.
        InputError: the settings name no usable issuer.
    """
    described = issuer.described()
    state, nonce = (secrets.token_urlsafe(TOKEN_BYTES) for _ in range(2))
    verifier = secrets.token_urlsafe(48)
    with writing(engine) as connection:
        identities.set_out(
            connection,
            {"state": digest(state), "browser": digest(browser), "nonce": nonce,
             "verifier": verifier, "where": where, "expires_at": now + LASTS},
            now,
        )  # fmt: skip
    address: str = prepare_grant_uri(
        described["authorization_endpoint"], issuer.settings.openid_client, "code",
        redirect_uri=back(issuer), scope=issuer.settings.openid_scopes, state=state, nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
    )  # fmt: skip
    return address


def arrived(
    engine: Engine, issuer: Issuer, browser: str, query: Mapping[str, str], now: datetime
) -> Arrived:
    """Whom the issuer has sent back.

    Raises:
        Refused: by the issuer, or they are not on a way of this browser's, or the token is wrong.
        Unavailable: the issuer does not answer.
    """
    with writing(engine) as connection:
        attempt = identities.take(connection, digest(query.get("state", "")[:LONGEST]))
    ours = attempt is not None and hmac.compare_digest(attempt.browser, digest(browser))
    if attempt is None or not browser or not ours or now >= attempt.expires_at:
        raise Refused(Refusal("RequireOwnWay", "This sign-in was not begun here, or is over."))
    if query.get("iss", issuer.name) != issuer.name:
        raise Refused(Refusal("RequireOwnWay", "Another issuer has answered."))
    if "error" in query or not (code := query.get("code", "")[:LONGEST]):
        word = query.get("error", "")[:40]
        raise Refused(Refusal("RequireConsent", f"The issuer let nobody in: {word!r}."))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back(issuer),
            "code_verifier": attempt.verifier}  # fmt: skip
    given = issuer.exchanged(form)
    access = given.get("access_token")
    access = access if isinstance(access, str) else ""
    claims = verified(issuer, given.get("id_token"), now, nonce=attempt.nonce, access_token=access)
    return Arrived(_completed(issuer, claims, access), attempt.where)


def back(issuer: Issuer) -> str:
    """Where the issuer sends people back to: the address by which people reach us, and no other
    that a request may name."""
    base = issuer.settings.public_url.rstrip("/")
    if not base:
        raise Unavailable(
            "The issuer cannot send anybody back.", f"Set {PREFIX}PUBLIC_URL to our address."
        )
    return f"{base}{BACK}"


def _completed(issuer: Issuer, claims: Mapping[str, Any], access: str) -> Mapping[str, Any]:
    """The token's claims, and what it lacks from the issuer's page about the same subject."""
    settings = issuer.settings
    wanted = (settings.openid_login, settings.openid_groups)
    if not access or all(found(claims, each) is not None for each in wanted):
        return claims
    more = issuer.told_of(access)
    # OpenID Connect Core 5.3.2: about anybody else it must not be used.
    return {**more, **claims} if more.get("sub") == claims["sub"] else claims
