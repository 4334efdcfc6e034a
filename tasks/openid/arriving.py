"""Who among us has arrived? Accounts that an identity opens, and the roles that its groups give.

An identity opens the account that it was linked with. A first time it may be linked by itself, if
the settings say so: with whoever has its login, or its address where the issuer vouches for that.
An account that administers the console is never linked by itself: who may choose a login at the
issuer's could choose the administrator's. Roles that came with a group go when the group goes, and
nothing else does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from config.logging import log_context
from config.openid import Grant, read_groups
from config.settings import PREFIX, Settings
from models import accounts, identities, people
from models.accounts import AccountFact
from models.engine import writing
from models.identities import Identity, Seat
from models.roster import PERSON_NAME
from rules.errors import InputError, Refusal, Refused
from tasks.accounts import named, spelt
from tasks.openid.claims import email_in, groups_in, login_in

log = logging.getLogger("rectiflow.accounts")


def recognised(engine: Engine, settings: Settings, claims: Mapping[str, Any], now: datetime) -> int:
    """The account of whom the claims are about, with the roles that their groups give today.

    Raises:
        Refused: they are nobody of ours, or their account is closed.
        InputError: the file of groups or a setting is unusable.
    """
    groups = read_groups(settings)
    try:
        with writing(engine) as connection:
            identity = identities.identity(connection, settings.openid_issuer, claims["sub"])
            if identity is None:
                identity = _first_time(connection, settings, claims, now)
            account = accounts.by_id(connection, identity.account_id)
            if account is None or not account.usable:
                raise _refused("RequireOpenAccount", "The account is closed.")
            told = groups_in(claims, settings.openid_groups)
            grants = {grant for name in told for grant in groups.get(name, ())}
            _apply(connection, identity, account, grants)
            identities.change(connection, identity.id, seen_at=now)
    except IntegrityError:
        # Two browsers of a newcomer at once, or an account that another identity opens.
        raise _refused("RequireOneIdentity", "The account has another identity.") from None
    return account.id


def link(engine: Engine, settings: Settings, login: str, subject: str, now: datetime) -> str:
    """Let the issuer's subject open an account from now on; its login.

    Raises:
        NotFound: there is no such account.
        InputError: no issuer is set, or one of the two is linked already.
    """
    if not settings.openid_issuer:
        raise InputError("No issuer is set.", f"Set {PREFIX}OPENID_ISSUER.")
    try:
        with writing(engine) as connection:
            account = named(connection, login)
            _link(connection, settings, subject, account.id, now)
    except IntegrityError:
        raise InputError(
            f"{login} has an identity of this issuer, or the subject opens another account.",
            f"Take it away first: rectiflow user unlink {login}.",
        ) from None
    return account.login


def unlink(engine: Engine, login: str, now: datetime) -> str:
    """Let no identity open an account any more; roles that came with it go, its sessions end.

    Raises:
        NotFound: there is no such account.
    """
    with writing(engine) as connection:
        account = named(connection, login)
        for identity in identities.of_account(connection, account.id):
            _apply(connection, identity, account, set())
            identities.unlink(connection, identity.id)
        accounts.end_sessions(connection, account.id, now)
    return account.login


def _first_time(
    connection: Connection, settings: Settings, claims: Mapping[str, Any], now: datetime
) -> Identity:
    person_id = account_id = None
    login, email = login_in(claims, settings.openid_login), email_in(claims)
    how = settings.openid_link.upper()
    if how == "LOGIN" and login:
        known = accounts.by_login(connection, spelt(login))
        account_id = known and known.id
        person_id = None if known else identities.person_with_code(connection, login)
    elif how == "EMAIL" and email:
        found = identities.people_with_email(connection, email)
        if len(found) > 1:
            raise _refused("RequireOnePerson", "The address belongs to more than one of us.")
        person_id = found[0] if found else None
    if person_id is not None:
        known = accounts.by_person(connection, person_id)
        account_id = known.id if known else None
    if account_id is None:
        account_id = _new_account(connection, settings, claims, person_id, now)
    account = accounts.by_id(connection, account_id)
    if account is not None and account.administrator:
        raise _refused("LinkAdministratorsByHand", "An administrator is linked by hand.")
    _link(connection, settings, claims["sub"], account_id, now)
    identity = identities.identity(connection, settings.openid_issuer, claims["sub"])
    assert identity is not None, "it was linked a moment ago"
    return identity


def _new_account(
    connection: Connection, settings: Settings, claims: Mapping[str, Any], person_id: int | None,
    now: datetime,
) -> int:  # fmt: skip
    """An account for the person, or for somebody new where the settings let them be entered."""
    login = login_in(claims, settings.openid_login)
    if person_id is None:
        if not settings.openid_unit or not login:
            raise _refused("RequireKnownPerson", "Nobody here is linked with this identity.")
        unit = identities.units_called(connection, {settings.openid_unit})
        if not any(people.is_open(connection, found) for found in unit.values()):
            raise InputError(
                "There is no such unit, or it is closed.", where=f"{PREFIX}OPENID_UNIT"
            )
        name = claims.get("name")
        name = name if isinstance(name, str) and name.strip() and name.isprintable() else login
        person_id = people.add_person(
            connection, login, name[:PERSON_NAME], unit[settings.openid_unit],
            email=email_in(claims)[:254],
        )  # fmt: skip
    code = identities.code_of(connection, person_id)
    return accounts.add(connection, person_id, spelt(code), now)


def _link(
    connection: Connection, settings: Settings, subject: str, account_id: int, now: datetime
) -> None:
    values = {"issuer": settings.openid_issuer, "subject": subject, "account_id": account_id}
    identities.link(connection, {**values, "linked_at": now})
    log.info("An identity was linked. %s", log_context("link", account=account_id, subject=subject))


def _apply(
    connection: Connection, identity: Identity, account: AccountFact, grants: set[Grant]
) -> None:
    """Give what today's groups give, and take back what yesterday's gave and today's do not."""
    units = identities.units_called(connection, {grant.unit for grant in grants if grant.role})
    wanted: set[Seat] = set()
    for grant in grants:
        if grant.role and grant.unit in units:
            wanted.add((units[grant.unit], grant.role))
        elif grant.role:
            log.warning(
                "A group names a unit that is not there. %s", log_context("link", unit=grant.unit)
            )
    before = identities.given(connection, identity.id)
    for seat in sorted(wanted - before):
        if not people.is_open(connection, seat[0]):
            log.warning(
                "A group names a unit that is closed. %s", log_context("link", unit=seat[0])
            )
        elif not people.has_role(connection, account.person_id, *seat):
            people.add_role(connection, account.person_id, *seat)
            identities.keep_given(connection, identity.id, seat)
    for seat in sorted(before - wanted):
        people.drop_role(connection, account.person_id, *seat)
        identities.forget_given(connection, identity.id, seat)
    administers = any(grant.role is None for grant in grants)
    if administers and not account.administrator:
        accounts.change(connection, account.id, administrator=True)
        identities.change(connection, identity.id, administrator=True)
    elif identity.administrator and not administers:
        # Also from the last one: the terminal of the installation can always name another.
        accounts.change(connection, account.id, administrator=False)
        identities.change(connection, identity.id, administrator=False)


def _refused(rule: str, why: str) -> Refused:
    return Refused(Refusal(rule, why))
