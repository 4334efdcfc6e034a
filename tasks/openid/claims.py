"""What claims say of somebody: their login, address, name and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.accounts import LONGEST_LOGIN

MOST_GROUPS = 2000


def found(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this name; where there is none, what its dots lead to. None without."""
    if path in claims:
        return claims[path]
    here: Any = claims
    for name in path.split("."):
        if not isinstance(here, Mapping) or name not in here:
            return None
        here = here[name]
    return here


def login_in(claims: Mapping[str, Any], path: str) -> str:
    """The login; empty where it is none that we could have."""
    said = found(claims, path)
    fits = isinstance(said, str) and 0 < len(said) <= LONGEST_LOGIN and said.isprintable()
    return said if fits else ""


def email_in(claims: Mapping[str, Any]) -> str:
    """The address, if the issuer vouches for it; else empty."""
    said, vouched = claims.get("email"), claims.get("email_verified")
    # Some issuers write the truth as a text.
    return said if isinstance(said, str) and vouched in (True, "true") and "@" in said else ""


def groups_in(claims: Mapping[str, Any], path: str) -> set[str]:
    """The groups; a lone text is one group."""
    said = found(claims, path)
    each = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return {one for one in each[:MOST_GROUPS] if isinstance(one, str)}
