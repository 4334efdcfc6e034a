"""Accounts: who gets in, who does not, and what ends when somebody leaves."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from config.settings import Settings
from models import accounts as rows
from models import directory, people
from models.accounts import AccountFact
from models.engine import reading, writing
from rules.errors import InputError, NotFound, Refused
from tasks import accounts, api_tokens, passwords, second_factor, signing_in
from tasks.api_tokens import Scope
from tasks.signing_in import From, SignedIn
from tests.conftest import MONDAY

PASSWORD = "三个字 correct horse 一句话"
HERE = From("a browser", "192.0.2.7")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, secret_key="s" * 40)


def opened(store: Engine, who: str, **more: bool) -> AccountFact:
    """A new account of this member of the cast, with a password."""
    account = accounts.add(store, who, MONDAY, **more)
    accounts.accept(store, accounts.invite(store, who, MONDAY), PASSWORD, MONDAY)
    return account


def enter(
    store: Engine, who: str, password: str = PASSWORD, at: timedelta = MINUTE * 0
) -> SignedIn | None:
    return signing_in.sign_in(store, who, password, MONDAY + at, HERE)


def there(store: Engine, signed: SignedIn | None, at: timedelta = MINUTE * 0) -> bool:
    assert signed is not None
    return signing_in.present(store, signed.token, MONDAY + at) is not None


def test_the_first_link_makes_one_administrator_and_is_void_then(engine: Engine) -> None:
    late = accounts.founder_token(engine, MONDAY)
    token = accounts.founder_token(engine, MONDAY)
    assert late
    assert token
    assert accounts.invited(engine, late, MONDAY) is None
    assert accounts.invited(engine, token, MONDAY + timedelta(hours=1)) is None
    found = accounts.invited(engine, token, MONDAY)
    assert found is not None
    assert [code for code, _ in found.candidates] == ["coordinator"]
    with pytest.raises(Refused, match="could administer"):
        accounts.accept(engine, token, PASSWORD, MONDAY, who="supervisor")
    login = accounts.accept(engine, token, PASSWORD, MONDAY, who="coordinator")
    with reading(engine) as connection:
        account = rows.by_login(connection, login)
    assert account is not None
    assert account.administrator
    with pytest.raises(NotFound):
        accounts.accept(engine, token, PASSWORD, MONDAY, who="coordinator")
    assert accounts.founder_token(engine, MONDAY) is None


def test_no_token_and_no_password_is_kept_or_logged(
    store: Engine, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    with caplog.at_level(logging.DEBUG):
        account = accounts.add(store, "auditor", MONDAY)
        invited = accounts.invite(store, "auditor", MONDAY)
        accounts.accept(store, invited, PASSWORD, MONDAY)
        assert enter(store, "auditor", "wrong") is None
        signed = enter(store, " Auditor ")
        token = api_tokens.new(store, "auditor", "reports", [Scope.READ], MONDAY)
        uri = second_factor.enrol(store, settings, account.id, "Rectiflow")
    assert signed
    secret = pyotp.parse_uri(uri).secret
    with reading(store) as connection:
        tables = ("account", "session", "invitation", "api_token")
        kept = [
            str(tuple(r)) for t in tables for r in connection.execute(text(f"SELECT * FROM {t}"))
        ]
    for word in (PASSWORD, invited, signed.token, token, secret):
        assert word not in caplog.text
        assert not any(word in row for row in kept)
    assert "$argon2id$" in "".join(kept)


def test_a_wrong_password_an_unknown_login_and_a_closed_account_are_told_alike(
    store: Engine,
) -> None:
    opened(store, "viewer")
    assert enter(store, "viewer", "wrong") is None
    assert enter(store, "nobody-at-all") is None
    accounts.disable(store, "viewer", MONDAY)
    assert enter(store, "viewer") is None
    accounts.enable(store, "viewer")
    assert there(store, enter(store, "viewer"))


def test_an_account_without_a_password_lets_nobody_in(store: Engine) -> None:
    accounts.add(store, "nobody", MONDAY)
    assert enter(store, "nobody", "") is None
    assert enter(store, "nobody", "nobody has this password") is None
    with pytest.raises(InputError, match="has an account already"):
        accounts.add(store, "nobody", MONDAY)


def test_after_five_failures_even_the_right_password_has_to_wait_longer_each_time(
    store: Engine,
) -> None:
    opened(store, "co-worker")
    for _ in range(5):
        assert enter(store, "co-worker", "wrong") is None
    assert enter(store, "co-worker", at=timedelta(seconds=29)) is None
    assert enter(store, "co-worker", "wrong", at=timedelta(seconds=30)) is None
    assert enter(store, "co-worker", at=timedelta(seconds=89)) is None
    assert there(store, enter(store, "co-worker", at=timedelta(seconds=90)))
    with reading(store) as connection:
        account = rows.by_login(connection, "co-worker")
    assert account is not None
    assert (account.failed, account.waits_until) == (0, None)


def test_a_session_ends_when_it_is_idle_old_or_ended_elsewhere(store: Engine) -> None:
    opened(store, "outsider")
    first, second = enter(store, "outsider"), enter(store, "outsider")
    assert first
    assert second
    assert first.token != second.token
    assert there(store, first, signing_in.IDLE - MINUTE)
    assert there(store, first, 2 * signing_in.IDLE - 2 * MINUTE)
    assert not there(store, second, signing_in.IDLE)
    assert not there(store, first, signing_in.LASTS)
    who = signing_in.present(store, second.token, MONDAY)
    assert who is not None
    assert signing_in.sign_out(store, who, MONDAY, [who.session.id - 1]) == 1
    assert not there(store, first)
    assert there(store, second)


def test_nobody_ends_the_sessions_of_another_account(store: Engine) -> None:
    opened(store, "second-supervisor")
    opened(store, "second-verifier")
    mine, other = enter(store, "second-supervisor"), enter(store, "second-verifier")
    assert mine
    assert other
    me = signing_in.present(store, mine.token, MONDAY)
    them = signing_in.present(store, other.token, MONDAY)
    assert me
    assert them
    assert signing_in.sign_out(store, me, MONDAY, [them.session.id]) == 0
    assert there(store, other)


def test_whoever_leaves_is_signed_out_for_good(store: Engine) -> None:
    account = opened(store, "colleague")
    signed = enter(store, "colleague")
    token = api_tokens.new(store, "colleague", "reports", [Scope.READ], MONDAY)
    invited = accounts.invite(store, "colleague", MONDAY)
    assert api_tokens.bearer(store, token, MONDAY) is not None
    with writing(store) as connection:
        people.change_person(connection, account.person_id, {"active": False})
    assert not there(store, signed)
    assert enter(store, "colleague") is None
    with writing(store) as connection:
        people.change_person(connection, account.person_id, {"active": True})
    assert not there(store, signed)
    assert api_tokens.bearer(store, token, MONDAY) is None
    assert accounts.invited(store, invited, MONDAY) is None
    assert there(store, enter(store, "colleague"))


def test_a_first_password_has_to_be_changed_and_the_change_ends_other_sessions(
    store: Engine,
) -> None:
    account = accounts.add(store, "leader", MONDAY)
    accounts.set_password(store, "leader", PASSWORD, MONDAY)
    first, second = enter(store, "leader"), enter(store, "leader")
    assert second
    who = signing_in.present(store, second.token, MONDAY)
    assert who is not None
    assert who.account.must_change
    for old, new, why in (
        ("wrong", "another sentence", "old password"),
        (PASSWORD, PASSWORD, "is the old one"),
        (PASSWORD, "short", "fewer than 10"),
        (PASSWORD, "the leader himself", "contains the login"),
    ):
        with pytest.raises(Refused, match=why):
            accounts.change_password(store, account.id, old, new, who.session.id, MONDAY)
    accounts.change_password(
        store, account.id, PASSWORD, "another sentence", who.session.id, MONDAY
    )
    assert not there(store, first)
    assert there(store, second)
    now = signing_in.present(store, second.token, MONDAY)
    assert now is not None
    assert not now.account.must_change


def test_a_second_factor_is_asked_for_once_it_was_shown_and_works_once(
    store: Engine, settings: Settings
) -> None:
    account = opened(store, "responsible")
    uri = second_factor.enrol(store, settings, account.id, "Rectiflow")
    phone = pyotp.parse_uri(uri)
    assert isinstance(phone, pyotp.TOTP)
    assert there(store, enter(store, "responsible"))
    with pytest.raises(Refused):
        second_factor.confirm(store, settings, account.id, "000000", MONDAY)
    codes = second_factor.confirm(store, settings, account.id, phone.at(MONDAY), MONDAY)
    half = enter(store, "responsible")
    assert half
    assert not half.whole
    assert not there(store, half)
    finish = signing_in.finish
    used = phone.at(MONDAY)
    assert finish(store, settings, half.token, used, MONDAY, HERE) is None
    later = MONDAY + MINUTE
    whole = finish(store, settings, half.token, phone.at(later), later, HERE)
    assert whole
    assert whole.token != half.token
    assert there(store, whole)
    assert (
        finish(store, settings, half.token, phone.at(later + MINUTE), later + MINUTE, HERE) is None
    )
    for code, good in ((codes[0].lower(), True), (codes[0], False), (codes[1], True)):
        again = enter(store, "responsible")
        assert again
        assert (finish(store, settings, again.token, code, MONDAY, HERE) is not None) is good
    other = Settings(home=settings.home, secret_key="t" * 40)
    again = enter(store, "responsible")
    assert again
    last = later + 8 * MINUTE
    assert finish(store, other, again.token, phone.at(last), last, HERE) is None


def test_a_password_kept_in_an_older_way_is_kept_anew_at_the_next_sign_in(store: Engine) -> None:
    account = accounts.add(store, "verifier", MONDAY)
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(
        passwords._spelt(PASSWORD)
    )
    with writing(store) as connection:
        rows.change(connection, account.id, password_hash=old)
    assert there(store, enter(store, "verifier"))
    with reading(store) as connection:
        kept = rows.by_id(connection, account.id)
    assert kept is not None
    assert kept.password_hash != old
    assert not passwords.is_outdated(kept.password_hash)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("九个字符的密码啊啊", "RequireLongPassword"),
        ("a" * 257, "RequireShorterPassword"),
        ("city-office-c1", "ForbidLoginAsPassword"),
        ("1234567890", "ForbidGuessedPassword"),
        ("aaaaabbbbb", "ForbidGuessedPassword"),
        ("PASSWORD123", "ForbidGuessedPassword"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        passwords.require_usable(password, "city-office-c1")
    assert refused.value.rule == rule


@pytest.mark.parametrize("password", ["no capital and no digit", "一二三四五六七八九十", PASSWORD])
def test_any_kinds_of_characters_will_do(password: str) -> None:
    passwords.require_usable(password, "city-office-c1")


def test_the_last_administrator_stays(store: Engine) -> None:
    opened(store, "supervisor", administrator=True)
    for attempt in (
        lambda: accounts.disable(store, "supervisor", MONDAY),
        lambda: accounts.administer(store, "supervisor", False),
    ):
        with pytest.raises(Refused, match="only one who administers"):
            attempt()
    accounts.add(store, "coordinator", MONDAY, administrator=True)
    accounts.administer(store, "supervisor", False)


def test_a_token_is_good_for_its_scopes_until_its_day_and_never_administers_for_long(
    store: Engine,
) -> None:
    with reading(store) as connection:
        known = {one.person for one in rows.listed(connection, MONDAY)}
        assert "coordinator" in known
        boss = directory.person(connection, "coordinator")
    token = api_tokens.new(store, "coordinator", "sync", [Scope.ADMIN], MONDAY, timedelta(days=2))
    found = api_tokens.bearer(store, token, MONDAY)
    assert found is not None
    assert (found.person, found.scopes) == (boss, frozenset(Scope))
    assert api_tokens.bearer(store, token, MONDAY + timedelta(days=2)) is None
    assert api_tokens.bearer(store, token + "x", MONDAY) is None
    accounts.administer(store, "supervisor", True)
    accounts.administer(store, "coordinator", False)
    again = api_tokens.bearer(store, token, MONDAY)
    assert again is not None
    assert again.scopes == {Scope.READ, Scope.ACT}
    with pytest.raises(Refused):
        api_tokens.new(store, "coordinator", "sync", [Scope.ADMIN], MONDAY)
    with reading(store) as connection:
        account = rows.by_login(connection, "coordinator")
        assert account is not None
        token_id = rows.tokens(connection, account.id)[0].id
    with pytest.raises(NotFound):
        api_tokens.revoke(store, "supervisor", token_id, MONDAY)
    api_tokens.revoke(store, "coordinator", token_id, MONDAY)
    assert api_tokens.bearer(store, token, MONDAY) is None
