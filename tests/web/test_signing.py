"""Signing in as a browser does: who gets in, what keeps others out, what is left behind."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pyotp
import pytest

from config.clock import wall
from models import accounts as rows
from models.engine import reading
from tasks import accounts, second_factor
from tasks.office import Office
from tests.web.conftest import PUBLIC, form_in
from web.app import ATTEMPTS_AT_MOST, Tryout, create_app
from web.viewer import local_path

PASSWORD = "a sentence of some words"
COOKIE = "__Host-rectiflow"
NOWHERE = ("//evil.example", "https://evil.example/", "/\\evil.example", "\t//evil.example",
           "javascript:alert(1)", "evil.example", "/a\r\nset-cookie: x", "/" * 600, "")  # fmt: skip


def opened(office: Office, who: str, **more: bool) -> int:
    """An account with a password; its id."""
    account = accounts.add(office.engine, who, wall(), **more)
    accounts.accept(office.engine, accounts.invite(office.engine, who, wall()), PASSWORD, wall())
    return account.id


async def sign_in(
    browser: httpx.AsyncClient, who: str, password: str = PASSWORD, where: str = ""
) -> httpx.Response:
    """Fill the sign-in page in and send it."""
    page = await browser.get("/login", params={"next": where} if where else {})
    form = {**form_in(page), "login": who, "password": password, "next": where}
    return await browser.post("/login", data=form)


async def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(
    browser: httpx.AsyncClient, office: Office
) -> None:
    opened(office, "viewer")
    asked = await browser.get("/mine?x=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=/mine%3Fx%3D1"
    done = await sign_in(browser, "viewer", where="/mine?x=1")
    assert (done.status_code, done.headers["location"]) == (303, "/mine?x=1")
    cookie = next(c for c in done.headers.get_list("set-cookie") if c.startswith(COOKIE))
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert (await browser.get("/mine")).status_code == 200
    assert (await browser.get("/")).headers["location"] == "/overview"


@pytest.mark.parametrize("where", NOWHERE)
def test_nobody_is_led_to_another_site(where: str) -> None:
    assert local_path(where) == "/"


async def test_a_planted_session_is_never_signed_in(
    browser: httpx.AsyncClient, office: Office
) -> None:
    opened(office, "viewer")
    planted = {"cookie": f"{COOKIE}=planted-by-somebody-else"}
    form = form_in(await browser.get("/login"))
    door = {"cookie": f"{planted['cookie']}; rectiflow-door={form['door']}"}
    form |= {"login": "viewer", "password": PASSWORD}
    done = await browser.post("/login", data=form, headers=door)
    given = [c for c in done.headers.get_list("set-cookie") if c.startswith(COOKIE)]
    assert done.status_code == 303
    assert len(given) == 1
    assert "planted" not in given[0]
    browser.cookies.clear()
    assert (await browser.get("/mine", headers=planted)).status_code == 303


async def test_a_form_of_another_site_or_without_its_token_does_nothing(
    browser: httpx.AsyncClient, office: Office
) -> None:
    opened(office, "viewer")
    page = await browser.get("/login")
    good = {**form_in(page), "login": "viewer", "password": PASSWORD}
    cross = {"sec-fetch-site": "cross-site"}
    assert (await browser.post("/login", data=good, headers=cross)).status_code == 403
    assert (await browser.post("/login", data={**good, "door": "x"})).status_code == 403
    assert (await browser.post("/login", data=good)).status_code == 303
    csrf = form_in(await browser.get("/me/password"))["csrf"]
    for data, headers in (({}, {}), ({"csrf": "x"}, {}), ({"csrf": csrf}, cross)):
        assert (await browser.post("/logout", data=data, headers=headers)).status_code == 403
        assert (await browser.get("/mine")).status_code == 200
    assert (await browser.post("/logout", headers={"x-csrf-token": csrf})).status_code == 303
    assert (await browser.get("/mine")).status_code == 303


async def test_a_wrong_password_and_an_unknown_login_are_told_alike_and_counted(
    browser: httpx.AsyncClient, office: Office
) -> None:
    opened(office, "viewer")
    wrong = await sign_in(browser, "viewer", "wrong")
    unknown = await sign_in(browser, "<script>x", "wrong")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "<script>x" not in unknown.text
    assert "账号或密码不正确" in wrong.text
    tries = range(ATTEMPTS_AT_MOST)
    answers = [(await sign_in(browser, "nobody", "x")).status_code for _ in tries]
    assert answers[-1] == 429


async def test_a_first_password_comes_before_every_other_page(
    browser: httpx.AsyncClient, office: Office
) -> None:
    accounts.add(office.engine, "viewer", wall())
    accounts.set_password(office.engine, "viewer", PASSWORD, wall())
    await sign_in(browser, "viewer")
    assert (await browser.get("/mine")).headers["location"] == "/me/password"
    page = await browser.get("/me/password")
    form = {**form_in(page), "old": PASSWORD, "new": "another sentence", "again": "another"}
    assert (await browser.post("/me/password", data=form)).status_code == 409
    form["again"] = form["new"]
    assert (await browser.post("/me/password", data=form)).headers["location"] == "/mine"
    assert (await browser.get("/mine")).status_code == 200


async def test_a_second_factor_stands_between_the_password_and_the_pages(
    browser: httpx.AsyncClient, office: Office
) -> None:
    account = opened(office, "viewer")
    await sign_in(browser, "viewer")
    page = await browser.get("/me/factor")
    secret = re.findall(r"<code[^>]*>(\w+)</code>", page.text)[0]
    assert "<svg" in page.text
    phone = pyotp.TOTP(secret)
    turned = await browser.post("/me/factor", data={**form_in(page), "code": phone.at(wall())})
    codes = re.findall(r"<code>([A-Z0-9-]{11})</code>", turned.text)
    assert len(codes) == second_factor.RECOVERY_CODES
    await browser.post("/logout", data=form_in(page))
    half = await sign_in(browser, "viewer", where="/me/sessions")
    assert half.headers["location"] == "/login/factor?next=/me/sessions"
    assert (await browser.get("/mine")).status_code == 303
    form = form_in(await browser.get("/login/factor?next=/me/sessions"))
    wrong = await browser.post("/login/factor", data={**form, "code": "000000"})
    assert wrong.status_code == 401
    done = await browser.post("/login/factor", data={**form, "code": codes[0]})
    assert done.headers["location"] == "/me/sessions"
    assert (await browser.get("/mine")).status_code == 200
    with reading(office.engine) as connection:
        kept = rows.by_id(connection, account)
    assert kept is not None
    assert len(kept.recovery) == second_factor.RECOVERY_CODES - 1


async def test_the_first_administrator_is_made_by_a_link_that_works_once(
    browser: httpx.AsyncClient, office: Office
) -> None:
    token = accounts.founder_token(office.engine, wall() - timedelta(minutes=59))
    page = await browser.get(f"/welcome/{token}")
    assert page.status_code == 200
    form = {**form_in(page), "who": "coordinator", "password": "short", "again": "short"}
    assert (await browser.post(f"/welcome/{token}", data=form)).status_code == 409
    form |= {"password": PASSWORD, "again": PASSWORD}
    assert (await browser.post(f"/welcome/{token}", data=form)).headers["location"] == "/"
    assert "管理员" in (await browser.get("/mine")).text
    assert (await browser.get(f"/welcome/{token}")).status_code == 410


async def test_one_click_signs_in_only_whom_a_demonstration_names(office: Office) -> None:
    for who in ("viewer", "supervisor"):
        accounts.add(office.engine, who, wall())
    for demo in ([], [Tryout("viewer", "viewer", "viewer", "eye")]):
        transport = httpx.ASGITransport(create_app(office, demo))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
            form = form_in(await browser.get("/login"))
            for who in ("viewer", "supervisor"):
                answer = await browser.post("/login/demo", data={**form, "who": who})
                allowed = bool(demo) and who == "viewer"
                assert answer.status_code == (303 if allowed else 404)


async def test_my_sessions_are_listed_and_ended_and_nobody_elses(office: Office) -> None:
    opened(office, "viewer")
    transport = httpx.ASGITransport(create_app(office))
    async with (
        httpx.AsyncClient(transport=transport, base_url=PUBLIC) as here,
        httpx.AsyncClient(transport=transport, base_url=PUBLIC) as there,
    ):
        await sign_in(here, "viewer")
        await sign_in(there, "viewer")
        page = await here.get("/me/sessions")
        assert page.text.count("python-httpx") == 2
        await here.post("/me/sessions", data=form_in(page))
        assert (await there.get("/mine")).status_code == 303
        assert (await here.get("/mine")).status_code == 200


async def test_choosing_a_language_keeps_the_filters_of_the_page(office: Office) -> None:
    opened(office, "viewer")
    transport = httpx.ASGITransport(create_app(office))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        await sign_in(browser, "viewer")
        page = (await browser.get("/board?light=red&lang=en&done=comment")).text
        assert 'name="next" value="/board?light=red"' in page


async def test_one_click_goes_on_in_the_language_of_the_sign_in_page(office: Office) -> None:
    accounts.add(office.engine, "viewer", wall())
    demo = [Tryout("viewer", "viewer", "viewer", "eye")]
    transport = httpx.ASGITransport(create_app(office, demo))
    for lang in ("en", "zh-CN"):
        spoken = {"accept-language": lang}
        async with httpx.AsyncClient(
            transport=transport, base_url=PUBLIC, headers=spoken
        ) as browser:
            form = form_in(await browser.get("/login"))
            await browser.post("/login/demo", data={**form, "who": "viewer"})
            assert f'<html lang="{lang}"' in (await browser.get("/mine")).text


async def test_language_and_appearance_are_remembered(browser: httpx.AsyncClient) -> None:
    await browser.post("/me/lang", data={"lang": "en", "next": "/login"})
    done = await browser.post("/me/theme", data={"theme": "dark", "next": "//evil.example"})
    assert done.headers["location"] == "/"
    page = (await browser.get("/login")).text
    assert '<html lang="en"' in page
    assert 'data-bs-theme="dark"' in page
    assert (await browser.post("/me/theme", data={"theme": "<x>"})).status_code == 400
