"""Accounts and API tokens in an administrator's hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from models import accounts as rows
from models.accounts import AccountFact
from models.engine import reading, writing
from rules.errors import Refusal, Refused
from tasks import accounts, api_tokens, second_factor
from tasks.admin.desk import Admin, deed
from tasks.api_tokens import Scope


def add(admin: Admin, who: str, login: str = "", *, administrator: bool = False) -> str:
    """Give a person an account; its login. An invitation is made by :func:`invite`.

    Raises:
        Refused: they may not, or the person acts no more.
        NotFound: there is no such person.
        InputError: they have an account, or the login is taken.
    """
    detail = "administrator" if administrator else ""
    with deed(admin, "account.add", who, detail):
        made = accounts.add(admin.engine, who, admin.at, login=login, administrator=administrator)
    return made.login


def invite(admin: Admin, login: str) -> str:
    """A one-time link's token by which the password is chosen; earlier ones are void.

    Raises:
        Refused: they may not, or the account is closed.
        NotFound: there is no such account.
    """
    with deed(admin, "account.invite", login):
        return accounts.invite(admin.engine, login, admin.at)


def disable(admin: Admin, login: str) -> None:
    """Close an account, never one's own; its sessions and tokens end at once."""
    with deed(admin, "account.disable", login):
        _require_another(admin, login)
        accounts.disable(admin.engine, login, admin.at)


def enable(admin: Admin, login: str) -> None:
    """Open an account again, and let nobody wait who has failed too often."""
    with deed(admin, "account.enable", login):
        accounts.enable(admin.engine, login)


def administer(admin: Admin, login: str, may: bool) -> None:
    """Let somebody administer the console, or no more; never oneself no more."""
    with deed(admin, "account.admin", login, "yes" if may else "no"):
        if not may:
            _require_another(admin, login)
        accounts.administer(admin.engine, login, may)


def sign_out(admin: Admin, login: str) -> int:
    """Sign somebody out everywhere; of how many browsers."""
    with deed(admin, "account.signout", login), writing(admin.engine) as connection:
        account = accounts.named(connection, login)
        return rows.end_sessions(connection, account.id, admin.at)


def drop_factor(admin: Admin, login: str) -> None:
    """Take the second factor away from somebody who has lost phone and codes."""
    with deed(admin, "account.factor", login):
        second_factor.drop(admin.engine, _named(admin, login).id)


def new_token(
    admin: Admin, login: str, name: str, scopes: Sequence[Scope], lasts: timedelta
) -> str:
    """A new API token of an account, told this once.

    Raises:
        Refused: they may not; or the account is closed or may not do so much.
        InputError: it has no name, no scope, or is to last too long.
    """
    detail = f"{name}: {' '.join(scopes)}, {lasts.days} d"
    with deed(admin, "token.new", login, detail):
        return api_tokens.new(admin.engine, login, name, scopes, admin.at, lasts)


def revoke_token(admin: Admin, login: str, token_id: int) -> None:
    """Let a token be good no more."""
    with deed(admin, "token.revoke", login, str(token_id)):
        api_tokens.revoke(admin.engine, login, token_id, admin.at)


def _require_another(admin: Admin, login: str) -> None:
    if _named(admin, login).person_id == admin.person.id:
        raise Refused(
            Refusal("NotOneself", "Nobody does this to themselves.", "Ask another administrator.")
        )


def _named(admin: Admin, login: str) -> AccountFact:
    with reading(admin.engine) as connection:
        return accounts.named(connection, login)
