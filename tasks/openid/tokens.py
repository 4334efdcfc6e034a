"""Is this id_token the issuer's, for us, for this sign-in, and still good?

The signature is checked first, with a key from the issuer's list and an algorithm of ours: none of
those with a shared secret, and never "none", whatever the token's header or the issuer's
description offer. Then the claims, as OpenID Connect Core 3.1.3.7 wants them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jws import extract_compact

from rules.errors import Refusal, Refused
from tasks.openid.issuer import Issuer

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
              "ES256", "ES384", "ES512", "EdDSA"]  # fmt: skip

SKEW = timedelta(seconds=60)
"""How far the issuer's clock and ours may be apart."""
OLDEST = timedelta(minutes=15)
"""Made for a sign-in that begins and ends within minutes, whatever the token says of its end."""

LONGEST = 64 * 1024
LONGEST_SUBJECT = 255


def verified(
    issuer: Issuer, token: object, now: datetime, *, nonce: str, access_token: str
) -> Mapping[str, Any]:
    """What the token says, if it is to be believed.

    Raises:
        Refused: it is not.
        Unavailable: the issuer's keys cannot be had.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST:
        raise _refused("there is no token")
    try:
        header = extract_compact(token.encode()).headers()
        read = _signed(issuer, token, header)
        client = issuer.settings.openid_client
        claims = CodeIDToken(
            read, header,
            {"iss": {"essential": True, "value": issuer.name},
             "aud": {"essential": True, "value": client}},
            {"nonce": nonce, "client_id": client, "access_token": access_token},
        )  # fmt: skip
        claims.validate(int(now.timestamp()), int(SKEW.total_seconds()))
    except (JoseError, ValueError, TypeError) as error:
        raise _refused(f"{type(error).__name__}: {error}"[:200]) from error
    _require_more(claims, client, now)
    sound: Mapping[str, Any] = claims
    return sound


def _signed(issuer: Issuer, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
    """The claims under a signature by one of the issuer's keys."""
    if header.get("alg") not in ALGORITHMS:
        raise _refused("its algorithm is not allowed")
    keys = _fitting(issuer.keys(), header) or _fitting(issuer.keys(unknown=True), header)
    for key in keys:
        try:
            return dict(jwt.decode(token, key, algorithms=ALGORITHMS).claims)
        except JoseError:
            continue
    raise _refused("no key of the issuer's has signed it")


def _fitting(keys: KeySet, header: Mapping[str, Any]) -> list[Key]:
    """The keys that may have signed this: the one that is named, or all where none is."""
    if (named := header.get("kid")) is None:
        return list(keys)
    return [key for key in keys if key.kid == named]


def _require_more(claims: Mapping[str, Any], client: str, now: datetime) -> None:
    """What the library leaves to us."""
    subject, audience = claims["sub"], claims["aud"]
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise _refused("its subject cannot be kept")
    if isinstance(audience, list) and audience != [client] and claims.get("azp") != client:
        raise _refused("it is for others as well")
    if now.timestamp() - claims["iat"] > (OLDEST + SKEW).total_seconds():
        raise _refused("it is too old")


def _refused(why: str) -> Refused:
    return Refused(Refusal("RequireSoundToken", f"The issuer's token is not sound: {why}."))
