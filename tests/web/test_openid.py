"""Signing in by OpenID Connect, against a real provider on a port; and every way to cheat at it."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from config.clock import wall
from models import accounts as rows
from models import directory, identities
from models.engine import reading, writing
from models.people import add_role, change_person
from models.roster import all_units
from rules.errors import InputError, NotFound
from rules.vocabulary import Role
from tasks import accounts
from tasks.office import Office
from tasks.openid import arriving
from tests.web.conftest import PUBLIC, form_in
from tests.web.provider import CLIENT, SECRET, Claims, Provider, by_secret, unsigned
from tests.web.test_signing import COOKIE, NOWHERE, PASSWORD, opened, sign_in
from web.app import create_app

WAY = "__Host-rectiflow-way"
BACK = f"{PUBLIC}/login/openid/back"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The provider, honest unless a test tells it not to be."""
    made = Provider()
    yield made
    made.stop()


@pytest.fixture
def served(office: Office, provider: Provider) -> Office:
    """The installation, with the provider as its issuer; people are linked by their login."""
    return with_settings(office, provider, openid_link="LOGIN")


@pytest.fixture
async def here(served: Office) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the console."""
    async with a_browser(served) as browser:
        yield browser


def with_settings(office: Office, provider: Provider, **more: str) -> Office:
    """The installation with other settings."""
    given = {"openid_issuer": provider.url, "openid_client": CLIENT, "openid_secret": SECRET}
    return office._replace(settings=replace(office.settings, **{**given, **more}))


def a_browser(office: Office) -> httpx.AsyncClient:
    """A browser of its own before the console."""
    transport = httpx.ASGITransport(create_app(office))
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC)


async def at_the_issuer(browser: httpx.AsyncClient, where: str = "") -> str:
    """Follow the button to the issuer; the address that it sends the browser back to."""
    sent = await browser.get("/login/openid", params={"next": where} if where else {})
    assert sent.status_code == 303
    async with httpx.AsyncClient() as outside:
        back = await outside.get(sent.headers["location"])
    assert back.status_code == 303
    location: str = back.headers["location"]
    assert location.startswith(BACK)
    return location


async def through(browser: httpx.AsyncClient, where: str = "") -> httpx.Response:
    """All the way to the issuer and back."""
    return await browser.get(await at_the_issuer(browser, where))


def why(answer: httpx.Response) -> str:
    """What the sign-in page is asked to tell; empty after a success."""
    return parse_qs(urlsplit(answer.headers["location"]).query).get("trouble", [""])[0]


def roles(office: Office, who: str) -> set[tuple[Role, str]]:
    """The roles that somebody holds, each with its unit's code."""
    with reading(office.engine) as connection:
        person = directory.person(connection, who)
        units = {unit.path: unit.code for unit in all_units(connection)}
    return {(role, units[path]) for role, path in person.roles}


def groups_file(folder: Path, text: str) -> str:
    """A file of groups."""
    path = folder / "groups.yaml"
    path.write_text(f"groups:\n{text}", encoding="utf-8")
    return str(path)


async def test_somebody_signs_in_by_the_issuer_and_goes_where_they_wanted(
    here: httpx.AsyncClient, provider: Provider, served: Office
) -> None:
    page = await here.get("/login?next=/me/sessions")
    link = re.findall(r'href="(/login/openid\?next=[^"]+)"', page.text)
    assert link == ["/login/openid?next=/me/sessions"]
    done = await through(here, "/me/sessions")
    assert (done.status_code, done.headers["location"]) == (303, "/me/sessions")
    cookie = next(c for c in done.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}="))
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert (await here.get("/me/sessions")).status_code == 200
    assert provider.redirects == [BACK]
    again = await here.get("/login/openid?next=/mine")
    assert again.headers["location"] == "/mine"
    with reading(served.engine) as connection:
        account = accounts.named(connection, "viewer")
        known = identities.of_account(connection, account.id)
    assert [(one.issuer, one.subject) for one in known] == [(provider.url, "subject-1")]
    assert not account.password_hash


@pytest.mark.parametrize("where", NOWHERE)
async def test_nobody_is_led_to_another_site_by_next(here: httpx.AsyncClient, where: str) -> None:
    assert (await through(here, where)).headers["location"] == "/"


def _claims(**changes: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {
        key: value for key, value in {**claims, **changes}.items() if value is not None
    }


FAR = 10**6
WRONG: dict[str, Callable[[Claims], Claims]] = {
    "another audience": _claims(aud="somebody-else"),
    "no audience": _claims(aud=None),
    "others besides, and not made out to us": _claims(aud=[CLIENT, "other"]),
    "made out to another": _claims(aud=[CLIENT, "other"], azp="other"),
    "another issuer": _claims(iss="https://evil.example"),
    "no issuer": _claims(iss=None),
    "another nonce": _claims(nonce="another"),
    "no nonce": _claims(nonce=None),
    "over": _claims(exp=int(time.time()) - 120),
    "no end": _claims(exp=None),
    "an end that is no number": _claims(exp="tomorrow"),
    "not yet": _claims(nbf=int(time.time()) + FAR),
    "from the future": _claims(iat=int(time.time()) + FAR),
    "an old one": _claims(iat=int(time.time()) - FAR),
    "no time": _claims(iat=None),
    "no subject": _claims(sub=None),
    "an empty subject": _claims(sub=""),
    "a subject that is a list": _claims(sub=["subject-1"]),
    "a subject too long": _claims(sub="x" * 256),
    "another access token": _claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_says_something_wrong_lets_nobody_in(
    here: httpx.AsyncClient, provider: Provider, wrong: str
) -> None:
    provider.spoil = WRONG[wrong]
    assert why(await through(here)) == "unsound"
    assert (await here.get("/mine")).status_code == 303


async def test_a_token_that_nobody_or_somebody_else_has_signed_lets_nobody_in(
    here: httpx.AsyncClient, provider: Provider
) -> None:
    stranger = Provider()
    stranger.stop()
    stranger.rotate()
    own = stranger.keys[-1].as_dict(private=True)
    stranger.keys = [RSAKey.import_key({**own, "kid": provider.keys[0].kid})]
    public = provider.keys[0].as_pem(private=False)

    def by_the_public_key(claims: Claims) -> str:
        # The old trick: the public key taken for a shared secret.
        return by_secret(claims, public, provider.keys[0].kid)

    def cut(claims: Claims) -> str:
        return provider.signed(claims).rpartition(".")[0] + "."

    def changed(claims: Claims) -> str:
        head, _, sign = provider.signed(claims).split(".")
        body = unsigned({**claims, "sub": "somebody-else"}).split(".")[1]
        return f"{head}.{body}.{sign}"

    for sign in (unsigned, stranger.signed, by_the_public_key, cut, changed, lambda _: "x",
                 lambda _: "..", lambda _: "a" * 70_000):  # fmt: skip
        provider.sign = sign
        assert why(await through(here)) == "unsound"
    provider.sign = provider.signed
    assert why(await through(here)) == ""


async def test_clocks_may_be_a_little_apart(here: httpx.AsyncClient, provider: Provider) -> None:
    now = int(time.time())
    provider.spoil = _claims(iat=now + 40, exp=now + 300)
    assert why(await through(here)) == ""


async def test_a_new_key_is_looked_up_but_not_at_every_token(
    served: Office, provider: Provider
) -> None:
    moved = [timedelta(0)]
    app = create_app(served)
    app.state.wall = lambda: wall() + moved[0]
    transport = httpx.ASGITransport(app)
    for expected in ("", "unsound", ""):
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
            if expected == "unsound":
                provider.rotate()
            assert why(await through(browser)) == expected
        moved[0] += timedelta(seconds=20)
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


async def test_a_way_is_good_once_and_in_the_browser_that_set_out(
    served: Office, provider: Provider
) -> None:
    async with a_browser(served) as mine, a_browser(served) as other:
        back = await at_the_issuer(mine)
        # A link with somebody else's code signs nobody in (login CSRF)...
        assert why(await other.get(back)) == "over"
        # ... and has used it up.
        assert why(await mine.get(back)) == "over"
        await at_the_issuer(other)
        back = await at_the_issuer(mine)
        assert why(await other.get(back)) == "over"
        back = await at_the_issuer(mine)
        assert why(await mine.get(back)) == ""
        mine.cookies.delete(COOKIE)
        assert why(await mine.get(back)) == "over"
        for query in ("", "?state=x", "?code=x", f"?state={'x' * 9000}&code=x"):
            assert why(await other.get(f"/login/openid/back{query}")) == "over"


async def test_a_way_ends_after_ten_minutes(served: Office) -> None:
    app = create_app(served)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        back = await at_the_issuer(browser)
        way = browser.cookies[WAY]
        app.state.wall = lambda: wall() + timedelta(minutes=10)
        answer = await browser.get(back, headers={"cookie": f"{WAY}={way}"})
        assert why(answer) == "over"


async def test_an_answer_in_another_issuers_name_is_not_taken(here: httpx.AsyncClient) -> None:
    back = await at_the_issuer(here)
    assert why(await here.get(f"{back}&iss=https://evil.example")) == "over"


async def test_a_planted_session_is_never_signed_in(here: httpx.AsyncClient) -> None:
    back = await at_the_issuer(here)
    planted = f"{COOKIE}=planted-by-somebody-else"
    done = await here.get(back, headers={"cookie": f"{WAY}={here.cookies[WAY]}; {planted}"})
    given = [c for c in done.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}=")]
    assert len(given) == 1
    assert "planted" not in given[0]
    here.cookies.clear()
    assert (await here.get("/mine", headers={"cookie": planted})).status_code == 303


async def test_what_the_issuer_refuses_is_told(here: httpx.AsyncClient, provider: Provider) -> None:
    provider.deny = "access_denied<script>"
    answer = await through(here)
    assert why(answer) == "denied"
    page = await here.get(answer.headers["location"])
    assert 'role="alert"' in page.text
    assert "script>" not in page.text.replace("</script>", "").replace("<script src", "")
    unknown = await here.get("/login?trouble=<script>alert(1)</script>")
    assert 'role="alert"' not in unknown.text


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://169.254.169.254/latest/meta-data"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://127.0.0.1@evil.example/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"end_session_endpoint": "https://evil.example/out"},
        {"token_endpoint": None},
        {"token_endpoint": ["x"]},
    ],
)
async def test_a_description_leads_us_nowhere_else(
    here: httpx.AsyncClient, provider: Provider, change: Claims
) -> None:
    provider.describe = lambda described: {**described, **change}
    answer = await here.get("/login/openid")
    assert (answer.status_code, why(answer)) == (303, "away")
    assert answer.headers["location"].startswith("/login?")
    assert set(provider.asked) == {"/.well-known/openid-configuration"}


async def test_a_redirect_of_the_issuers_is_not_followed(
    here: httpx.AsyncClient, provider: Provider
) -> None:
    provider.describe = lambda described: {**described, "jwks_uri": f"{provider.url}/elsewhere"}
    assert why(await through(here)) == "away"
    assert "/keys" not in provider.asked


async def test_other_hosts_of_the_issuer_are_reached_if_the_settings_name_them(
    office: Office, provider: Provider
) -> None:
    second = Provider()
    second.keys = provider.keys
    provider.describe = lambda described: {**described, "jwks_uri": f"{second.url}/keys"}
    host = urlsplit(second.url).netloc
    for hosts, expected in (("", False), (f"login.example, {host}", True)):
        settings = with_settings(office, provider, openid_link="LOGIN", openid_hosts=hosts)
        async with a_browser(settings) as browser:
            sent = await browser.get("/login/openid")
            assert (why(sent) == "") is expected
            if expected:
                assert why(await through(browser)) == ""
    second.stop()


async def test_an_issuer_that_is_away_or_without_https_is_told_and_the_password_still_works(
    office: Office, provider: Provider
) -> None:
    opened(office, "viewer")
    gone = Provider()
    gone.stop()
    for url in (gone.url, "http://login.example.org"):
        async with a_browser(with_settings(office, provider, openid_issuer=url)) as browser:
            assert why(await browser.get("/login/openid")) == "away"
            assert (await sign_in(browser, "viewer")).headers["location"] == "/"


async def test_without_an_issuer_there_are_no_such_pages(browser: httpx.AsyncClient) -> None:
    for path in ("/login/openid", "/login/openid/back?state=x&code=x", "/login/openid/out"):
        assert (await browser.get(path)).status_code == 404
    assert "/login/openid" not in (await browser.get("/login")).text


async def test_who_is_not_known_is_refused_unless_they_are_to_be_entered(
    office: Office, provider: Provider
) -> None:
    provider.person = {"sub": "new", "preferred_username": "newcomer", "name": "新人"}
    async with a_browser(with_settings(office, provider, openid_link="LOGIN")) as browser:
        assert why(await through(browser)) == "unknown"
    entering = with_settings(office, provider, openid_unit="court")
    async with a_browser(entering) as browser:
        assert why(await through(browser)) == ""
        assert (await browser.get("/mine")).status_code == 200
        assert "新人" in (await browser.get("/mine")).text
    assert roles(entering, "newcomer") == set()
    # Whoever has a login of ours, but no link, is not entered a second time or let in.
    provider.person = {"sub": "third", "preferred_username": "supervisor"}
    async with a_browser(entering) as browser:
        assert why(await through(browser)) == "unknown"


@pytest.mark.parametrize(
    ("how", "claims", "expected"),
    [
        ("NEVER", {"preferred_username": "viewer"}, False),
        ("NEVER", {"email": "v@example.org", "email_verified": True}, False),
        ("LOGIN", {"preferred_username": "viewer"}, True),
        ("LOGIN", {"preferred_username": "nobody-of-ours"}, False),
        ("LOGIN", {"preferred_username": ["viewer"]}, False),
        ("LOGIN", {"email": "v@example.org", "email_verified": True}, False),
        ("EMAIL", {"email": "V@Example.org", "email_verified": True}, True),
        ("EMAIL", {"email": "v@example.org"}, False),
        ("EMAIL", {"email": "v@example.org", "email_verified": False}, False),
        ("EMAIL", {"email": "two@example.org", "email_verified": True}, False),
        ("EMAIL", {"preferred_username": "viewer"}, False),
    ],
)  # fmt: skip
async def test_a_first_time_somebody_is_recognised_as_the_settings_say(
    office: Office, provider: Provider, how: str, claims: Claims, expected: bool
) -> None:
    with writing(office.engine) as connection:
        for who, email in (("viewer", "v@example.org"), ("auditor", "two@example.org"),
                           ("leader", "two@example.org")):  # fmt: skip
            person = directory.person(connection, who)
            change_person(connection, person.id, {"email": email})
    provider.person = {"sub": "subject-1", **claims}
    async with a_browser(with_settings(office, provider, openid_link=how)) as browser:
        assert (why(await through(browser)) == "") is expected
        assert (await browser.get("/mine")).status_code == (200 if expected else 303)


async def test_an_account_belongs_to_the_subject_that_it_was_linked_with(
    here: httpx.AsyncClient, provider: Provider, served: Office
) -> None:
    assert why(await through(here)) == ""
    provider.person = {"sub": "subject-2", "preferred_username": "viewer"}
    async with a_browser(served) as other:
        assert why(await through(other)) == "unknown"
    # The same subject under another login is still the same person.
    provider.person = {"sub": "subject-1", "preferred_username": "supervisor"}
    async with a_browser(served) as other:
        assert why(await through(other)) == ""
        assert "supervisor" not in (await other.get("/mine")).text.partition("</nav>")[0]
    with reading(served.engine) as connection:
        assert len(identities.of_account(connection, accounts.named(connection, "viewer").id)) == 1


async def test_an_administrator_is_linked_by_hand_only(
    here: httpx.AsyncClient, provider: Provider, served: Office
) -> None:
    opened(served, "viewer", administrator=True)
    assert why(await through(here)) == "unknown"
    arriving.link(served.engine, served.settings, "viewer", "subject-1", wall())
    assert why(await through(here)) == ""
    with pytest.raises(InputError, match="has an identity"):
        arriving.link(served.engine, served.settings, "viewer", "subject-9", wall())
    arriving.unlink(served.engine, "viewer", wall())
    assert (await here.get("/mine")).status_code == 303
    assert why(await through(here)) == "unknown"
    with pytest.raises(NotFound):
        arriving.unlink(served.engine, "nobody-of-ours", wall())


async def test_a_closed_account_and_a_person_who_has_left_are_not_let_in(
    here: httpx.AsyncClient, served: Office
) -> None:
    assert why(await through(here)) == ""
    accounts.disable(served.engine, "viewer", wall())
    assert (await here.get("/mine")).status_code == 303
    assert why(await through(here)) == "closed"
    accounts.enable(served.engine, "viewer")
    with writing(served.engine) as connection:
        person = directory.person(connection, "viewer")
        change_person(connection, person.id, {"active": False})
    assert why(await through(here)) == "closed"


async def test_groups_give_roles_and_their_end_takes_those_and_no_others(
    office: Office, provider: Provider, tmp_path: Path
) -> None:
    file = groups_file(
        tmp_path,
        "  office: [coordinator @ county, viewer @ city]\n  desk:\n    - supervisor @ court\n"
        "  lost: leader @ no-such-unit\n  admins: administrator\n",
    )
    served = with_settings(
        office, provider, openid_link="LOGIN", openid_groups_file=file, openid_groups="r.groups"
    )
    before = roles(served, "viewer")
    assert before == {(Role.VIEWER, "city")}

    async def sign_in_with(*groups: str) -> set[tuple[Role, str]]:
        provider.person = {"sub": "s", "preferred_username": "viewer",
                           "r": {"groups": list(groups)}, "role": "administrator",
                           "groups": ["admins"]}  # fmt: skip
        async with a_browser(served) as browser:
            assert why(await through(browser)) == ""
        return roles(served, "viewer")

    def administers() -> bool:
        with reading(served.engine) as connection:
            return accounts.named(connection, "viewer").administrator

    given = {(Role.COORDINATOR, "county"), (Role.SUPERVISOR, "court")}
    assert await sign_in_with("office", "desk", "lost", "coordinator @ root") == before | given
    assert not administers()
    with writing(served.engine) as connection:
        # Given by hand meanwhile: no group takes it away.
        person = directory.person(connection, "viewer")
        add_role(connection, person.id, directory.units(connection, ["court"])["court"].id,
                 Role.VERIFIER)  # fmt: skip
    kept = before | {(Role.VERIFIER, "court")}
    assert await sign_in_with("desk", "admins") == kept | {(Role.SUPERVISOR, "court")}
    assert administers()
    assert await sign_in_with() == kept
    assert not administers()


async def test_an_administrator_named_by_hand_stays_one_whatever_the_groups_say(
    office: Office, provider: Provider, tmp_path: Path
) -> None:
    file = groups_file(tmp_path, "  admins: administrator\n")
    served = with_settings(office, provider, openid_groups_file=file)
    opened(served, "viewer", administrator=True)
    arriving.link(served.engine, served.settings, "viewer", "subject-1", wall())
    for groups in (["admins"], []):
        provider.person = {"sub": "subject-1", "groups": groups}
        async with a_browser(served) as browser:
            assert why(await through(browser)) == ""
    with reading(served.engine) as connection:
        assert accounts.named(connection, "viewer").administrator


async def test_what_the_token_lacks_is_taken_from_the_issuers_page_about_the_same_subject(
    office: Office, provider: Provider, tmp_path: Path
) -> None:
    file = groups_file(tmp_path, "  desk: supervisor @ court\n")
    served = with_settings(office, provider, openid_link="LOGIN", openid_groups_file=file)
    for subject, expected in (("another", set()), ("s", {(Role.SUPERVISOR, "court")})):
        provider.person = {"sub": "s", "preferred_username": "viewer"}
        provider.userinfo = {"sub": subject, "groups": ["desk"]}
        async with a_browser(served) as browser:
            assert why(await through(browser)) == ""
        assert roles(served, "viewer") - {(Role.VIEWER, "city")} == expected


async def test_a_second_factor_of_ours_is_asked_for_all_the_same(
    here: httpx.AsyncClient, served: Office
) -> None:
    account = opened(served, "viewer")
    with writing(served.engine) as connection:
        rows.change(connection, account, totp_on=True, totp_nonce="x" * 32)
    done = await through(here, "/me/sessions")
    assert done.headers["location"] == "/login/factor?next=/me/sessions"
    assert (await here.get("/mine")).status_code == 303


async def test_passwords_can_be_left_to_administrators(office: Office, provider: Provider) -> None:
    opened(office, "viewer")
    opened(office, "auditor", administrator=True)
    served = with_settings(office, provider, passwords="administrators")
    token = accounts.invite(served.engine, "viewer", wall())
    async with a_browser(served) as browser:
        assert (await sign_in(browser, "viewer")).status_code == 401
        assert why(await browser.get(f"/welcome/{token}")) == "passwords"
        form = {**form_in(await browser.get("/login")), "password": PASSWORD, "again": PASSWORD}
        assert why(await browser.post(f"/welcome/{token}", data=form)) == "passwords"
        assert (await sign_in(browser, "auditor")).headers["location"] == "/"


async def test_who_signs_out_may_sign_out_at_the_issuer_as_well(
    here: httpx.AsyncClient, provider: Provider
) -> None:
    await through(here)
    page = await here.get("/me/sessions")
    left = await here.post("/logout", data=form_in(page))
    assert 'href="/login/openid/out"' in (await here.get(left.headers["location"])).text
    out = await here.get("/login/openid/out")
    address, _, query = out.headers["location"].partition("?")
    assert address == f"{provider.url}/out"
    assert parse_qs(query) == {
        "client_id": [CLIENT], "post_logout_redirect_uri": [f"{PUBLIC}/login"]
    }  # fmt: skip


async def test_the_way_back_is_our_own_address_whatever_a_request_calls_us(
    here: httpx.AsyncClient, office: Office, provider: Provider
) -> None:
    sent = await here.get("/login/openid", headers={"host": "evil.example"})
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    assert query["redirect_uri"] == [BACK]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) >= 43
    nameless = with_settings(office, provider, public_url="")
    async with a_browser(nameless) as browser:
        assert why(await browser.get("/login/openid")) == "away"


async def test_the_secret_and_tokens_are_in_no_log(
    here: httpx.AsyncClient, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="rectiflow")
    provider.spoil = _claims(aud="other")
    await through(here)
    provider.secret = "changed"
    answer = await through(here)
    assert why(answer) == "away"
    assert SECRET not in caplog.text
    assert "access" not in [word.strip("'\"") for word in caplog.text.split()]
    assert "eyJ" not in caplog.text
