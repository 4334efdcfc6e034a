"""Administration in the browser: who gets in, what pages say and do, and that secrets stay so."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from models import accounts as rows
from models import admin_deeds, directory, people
from models.engine import reading, writing
from notifications.addresses import Mailbox
from notifications.headers import mailbox_header
from rules.errors import NotFound
from tasks import accounts
from tasks.admin import caught
from tasks.admin.desk import may
from tasks.office import Office
from tests.tasks.staff import entered, kinds, state
from tests.web.conftest import PUBLIC
from tests.web.test_signing import opened, sign_in
from web.admin_desk import TABS
from web.app import Tryout, create_app
from web.routes import admin

AUDIT = Path(__file__).parents[2] / "config/profiles/audit.yaml"
PLACES = {
    "code": "county", "kind": "unit", "login": "viewer", "deed": "enable", "called": "test@1",
    "token": "none", "what": "cancel", "mail_id": "1", "name": "letter.en.docx", "lang": "en",
}  # fmt: skip
ARRIVED = "http://192.0.2.7:8420"
FREE = ("/admin/mails", "/me/tokens")
"""Not for administrators alone."""


def routes(method: str) -> list[str]:
    found = {
        route.path
        for router in (admin.router, *(part.router for part in admin.PARTS))
        for route in router.routes
        if hasattr(route, "path") and method in route.methods and not route.path.startswith(FREE)
    }
    return sorted(found)


def filled(path: str) -> str:
    if "/notices/" in path:
        path = path.replace("{kind}", "assigned")
    return re.sub(r"{(\w+)(?::path)?}", lambda found: PLACES[found[1]], path)


async def entered_as(browser: httpx.AsyncClient, office: Office, who: str, **more: bool) -> str:
    """Sign in; the token of the session's forms."""
    opened(office, who, **more)
    await sign_in(browser, who)
    page = await browser.get("/me/password")
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def draft(office: Office, code: str) -> int:
    with writing(office.engine) as connection:
        county = directory.units(connection, ["county"])["county"].id
        return people.add_unit(connection, code, code, county, draft=True)[0]


def noted(office: Office) -> list[tuple[str, str]]:
    with reading(office.engine) as connection:
        return [(one.what, one.outcome) for one in admin_deeds.page(connection, 50)]


def test_there_are_routes_to_try() -> None:
    assert len(routes("GET")) >= 20
    assert len(routes("POST")) >= 18


@pytest.mark.parametrize("path", [*routes("GET"), *routes("POST")])
async def test_who_is_not_signed_in_is_led_to_the_sign_in_page(
    browser: httpx.AsyncClient, path: str
) -> None:
    method = "GET" if path in routes("GET") else "POST"
    asked = await browser.request(method, filled(path))
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/login")


@pytest.mark.parametrize("who", ["viewer", "responsible", "supervisor", "outsider"])
async def test_who_does_not_administer_gets_nothing_of_it(
    browser: httpx.AsyncClient, office: Office, who: str
) -> None:
    csrf = await entered_as(browser, office, who)
    for path in routes("GET"):
        answer = await browser.get(filled(path))
        assert answer.status_code == 403, path
        assert "此页不对您开放" in answer.text
    for path in routes("POST"):
        answer = await browser.post(filled(path), data={"csrf": csrf})
        assert answer.status_code == 403, path
    assert 'href="/admin"' not in (await browser.get("/mine")).text
    assert noted(office) == []


async def test_a_coordinator_over_everything_looks_and_does_not_change(
    browser: httpx.AsyncClient, office: Office
) -> None:
    csrf = await entered_as(browser, office, "coordinator")
    with reading(office.engine) as connection:
        found = may(office.engine, directory.person(connection, "coordinator"))
    assert (found.administers, found.looks) == (False, True)
    for tab in TABS:
        answer = await browser.get(tab.path)
        assert answer.status_code == (200 if tab.open else 403), tab.path
    health = await browser.get("/admin/health")
    assert "RECTIFLOW_SECRET_KEY" not in health.text
    for path in ("/admin/units", "/admin/people/new", "/admin/accounts", "/admin/roster"):
        assert (await browser.post(path, data={"csrf": csrf})).status_code == 403
    answer = await browser.post("/admin/units/county", data={"csrf": csrf, "name": "改名"})
    assert answer.status_code == 409
    assert "只有管理员可以办理" in answer.text


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
async def test_every_page_can_be_read_by_an_administrator(
    chief: httpx.AsyncClient, office: Office, lang: str
) -> None:
    draft(office, "草稿局")
    entered(office.engine, 2)
    opened(office, "viewer")
    special = {
        "/admin/people/{code:path}": "/admin/people/viewer",
        "/admin/drafts/{kind}/{code:path}": "/admin/drafts/unit/草稿局",
        "/admin/templates/papers/{name}": "/admin/templates/papers/letter.en.docx",
    }
    for path in routes("GET"):
        where = special.get(path) or filled(path)
        if where.startswith(("/admin/mail/1", "/admin/policies/jobs/none")):
            continue
        answer = await chief.get(where, params={"lang": lang})
        assert answer.status_code == 200, where
    for more in ("/admin/drafts/unit/草稿局?into=court", "/admin/units?q=cou", "/admin/people?q=v",
                 "/admin/policies/compare?one=test@1&other=test@1", "/admin/mail?state=all",
                 "/admin/people?which=drafts"):  # fmt: skip
        assert (await chief.get(more)).status_code == 200, more


async def test_a_form_of_another_session_is_refused(
    chief: httpx.AsyncClient, office: Office
) -> None:
    chief.headers["x-csrf-token"] = "forged"
    for path in routes("POST"):
        assert (await chief.post(filled(path))).status_code == 403
    assert noted(office) == []


async def test_a_unit_is_entered_and_what_was_typed_wrongly_stays_in_the_form(
    chief: httpx.AsyncClient, office: Office
) -> None:
    typed = {"code": "no good", "name": "<b>审计局</b>", "parent": "county", "kind": "unit"}
    wrong = await chief.post("/admin/units", data=typed)
    assert wrong.status_code == 400
    assert 'value="no good"' in wrong.text
    assert "“代码”填写有误" in wrong.text
    assert "<b>审计局" not in wrong.text
    good = await chief.post("/admin/units", data={**typed, "code": "shenji"})
    assert good.headers["location"] == "/admin/units/shenji?done=entered"
    moved = await chief.post("/admin/units/shenji/move", data={"parent": "city"})
    assert moved.status_code == 303
    assert noted(office)[:2] == [("unit.move", "done"), ("unit.add", "done")]


async def test_a_person_is_entered_given_a_role_and_lets_go(
    chief: httpx.AsyncClient, office: Office
) -> None:
    typed = {"code": "li", "name": "李", "unit": "bureau", "email": "li@", "role": "responsible"}
    wrong = await chief.post("/admin/people/new", data=typed)
    assert wrong.status_code == 400
    assert 'value="li@"' in wrong.text
    await chief.post("/admin/people/new", data={**typed, "email": "li@example.org"})
    given = {"role": "verifier", "seat": "city"}
    assert (await chief.post("/admin/people/li/do/give", data=given)).status_code == 303
    page = await chief.get("/admin/people/li")
    assert "核查人 · city" in page.text
    await chief.post("/admin/people/li/do/take", data=given)
    assert "核查人 · city" not in (await chief.get("/admin/people/li")).text
    await chief.post("/admin/people/li/do/active", data={"active": "no"})
    assert "已停用" in (await chief.get("/admin/people/li")).text
    mine = await chief.post("/admin/people/second-supervisor/do/active", data={"active": "no"})
    assert mine.status_code == 409


async def test_a_draft_is_merged_after_a_preview(chief: httpx.AsyncClient, office: Office) -> None:
    unit = draft(office, "县法院")
    with reading(office.engine) as connection:
        path = directory.units(connection, ["县法院"])["县法院"].path
    [ref] = entered(office.engine, 1, unit_id=unit, unit_path=path)
    where = f"/admin/drafts/unit/{quote('县法院')}"
    assert ref in (await chief.get("/admin/drafts")).text
    seen = await chief.get(f"{where}?into=court")
    assert ref in seen.text
    assert state(office.engine, ref).unit_id == unit
    done = await chief.post(where, data={"into": "court"})
    assert done.headers["location"] == "/admin/units/court?done=merged"
    assert kinds(office.engine, ref)[-1] == "reseated"
    assert (await chief.get(where)).status_code == 404
    again = await chief.post(where, data={"into": "court"})
    assert again.status_code in (404, 409)
    page = await chief.get(f"/items/{ref}")
    assert "单位或人员归并" in page.text


async def test_an_account_begins_by_a_link_that_is_shown_once(
    chief: httpx.AsyncClient, office: Office
) -> None:
    made = await chief.post("/admin/accounts", data={"person": "auditor"})
    assert made.status_code == 200
    link = re.search(rf"{PUBLIC}(/welcome/[\w-]+)", made.text)
    assert link is not None
    assert (await chief.get(link[1])).status_code == 200
    assert "/welcome/" not in (await chief.get("/admin/accounts/auditor")).text
    again = await chief.post("/admin/accounts", data={"person": "auditor"})
    assert again.status_code == 400
    assert 'value="auditor"' in again.text


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1:8420", "http://127.0.0.1:8420/welcome/"),
        ("localhost:9000", "http://localhost:9000/welcome/"),
        ("[::1]:8420", "http://[::1]:8420/welcome/"),
        ("192.0.2.7:8420", f"{ARRIVED}/welcome/"),
        ("192.0.2.8:8420", ""),
        ("192.0.2.7:99", ""),
        ("zg.example.org", ""),
        ("stranger.example.org", ""),
        ("localhost.example.org", ""),
        ("127.0.0.1@stranger.example.org", f"{ARRIVED}/welcome/"),
        ("stranger.example.org/127.0.0.1", f"{ARRIVED}/welcome/"),
    ],
)
async def test_a_link_without_a_set_address_leads_to_this_server_or_is_not_made(
    office: Office, host: str, said: str
) -> None:
    """What a request calls the server is up to whoever sent it."""
    bare = office._replace(settings=replace(office.settings, public_url=""))
    there = {"transport": httpx.ASGITransport(create_app(bare)), "base_url": ARRIVED}
    async with httpx.AsyncClient(**there, headers={"accept-language": "zh-CN"}) as client:
        client.headers["x-csrf-token"] = await entered_as(
            client, bare, "second-supervisor", administrator=True
        )
        client.headers["host"] = host
        made = await client.post("/admin/accounts", data={"person": "auditor"})
    if said:
        assert made.status_code == 200
        assert said in made.text
    else:
        assert made.status_code == 409
        assert "/welcome/" not in made.text
        assert "未设置本服务器对外的访问地址" in made.text
        with reading(office.engine) as connection, pytest.raises(NotFound):
            accounts.named(connection, "auditor")


async def test_tokens_are_shown_once_and_revoked(chief: httpx.AsyncClient, office: Office) -> None:
    opened(office, "viewer")
    made = await chief.post("/admin/accounts/viewer/token", data={"name": "导出", "scope": "read"})
    assert re.search(r">rf_[\w-]{40,}<", made.text)
    refused = await chief.post(
        "/admin/accounts/viewer/token", data={"name": "导出", "scope": "admin"}
    )
    assert refused.status_code == 409
    with reading(office.engine) as connection:
        account = accounts.named(connection, "viewer")
        [token] = rows.tokens(connection, account.id)
    await chief.post("/admin/accounts/viewer/revoke", data={"token": token.id})
    page = await chief.get("/admin/accounts/viewer")
    assert "rf_" not in page.text
    assert "已作废" in page.text


async def test_an_administrator_does_not_lock_themselves_out(
    chief: httpx.AsyncClient, office: Office
) -> None:
    for deed, form in (("disable", {}), ("admin", {"may": "no"})):
        answer = await chief.post(f"/admin/accounts/second-supervisor/{deed}", data=form)
        assert answer.status_code == 409
    assert (await chief.get("/admin")).status_code == 200


async def test_everybody_makes_tokens_of_their_own_but_none_to_administer(
    browser: httpx.AsyncClient, office: Office
) -> None:
    csrf = await entered_as(browser, office, "responsible")
    form = {"csrf": csrf, "name": "脚本", "scope": "act", "days": "30"}
    made = await browser.post("/me/tokens", data=form)
    assert re.search(r">rf_[\w-]{40,}<", made.text)
    assert (await browser.post("/me/tokens", data={**form, "scope": "admin"})).status_code == 400
    nameless = await browser.post("/me/tokens", data={**form, "name": ""})
    assert nameless.status_code == 400
    with reading(office.engine) as connection:
        [token] = rows.tokens(connection, accounts.named(connection, "responsible").id)
    done = await browser.post("/me/tokens/revoke", data={"csrf": csrf, "token": token.id})
    assert done.status_code == 303


async def test_a_roster_is_tried_row_by_row_and_then_loaded(
    chief: httpx.AsyncClient, office: Office
) -> None:
    table = "code,name,unit,role\nwu,吴,bureau,responsible\nzheng,郑,nowhere,responsible\n"
    bad = await chief.post("/admin/roster", files={"people": ("p.csv", table.encode())})
    assert bad.status_code == 409
    assert "nowhere" in bad.text
    good = table.replace("nowhere", "court").encode()
    seen = await chief.post("/admin/roster", files={"people": ("p.csv", good)})
    assert seen.status_code == 200
    with pytest.raises(NotFound), reading(office.engine) as connection:
        directory.person(connection, "zheng")
    keys = dict(re.findall(r'name="(units|people)" value="([^"]*)"', seen.text))
    done = await chief.post("/admin/roster/apply", data=keys)
    assert done.headers["location"] == "/admin/people?done=loaded"
    with reading(office.engine) as connection:
        assert directory.person(connection, "zheng").active
    forged = await chief.post("/admin/roster/apply", data={"people": "../../rectiflow.db"})
    assert forged.status_code == 400
    nothing = await chief.post("/admin/roster", files={"people": ("p.exe", b"MZ")})
    assert nothing.status_code == 400


async def test_a_policy_is_checked_by_line_and_put_in_force(
    chief: httpx.AsyncClient, office: Office
) -> None:
    text = AUDIT.read_text(encoding="utf-8")
    wrong = text.replace("closure_within: 5", "closure_within: soon")
    line = wrong.splitlines().index("closure_within: soon") + 1
    told = await chief.post("/admin/policies/check", data={"text": wrong})
    assert told.status_code == 400
    assert f"第 {line} 行" in told.text
    assert "closure_within: soon" in told.text
    good = await chief.post("/admin/policies/check", files={"file": ("a.yaml", text.encode())})
    assert "可以使用" in good.text
    done = await chief.post("/admin/policies/import", data={"text": text})
    assert done.status_code == 303
    assert "audit@" in (await chief.get("/admin/policies")).text


async def test_previews_are_shown_in_a_cage(chief: httpx.AsyncClient) -> None:
    frame = await chief.get("/admin/templates/notices/assigned/zh-CN/frame")
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    page = await chief.get("/admin/templates/notices/assigned/zh-CN")
    assert " sandbox " in page.text
    assert page.headers["x-frame-options"] == "DENY"


async def test_an_own_template_that_cannot_be_used_is_complained_of(
    chief: httpx.AsyncClient, office: Office
) -> None:
    where = "/admin/templates/papers/letter.zh-CN.docx"
    wrong = await chief.post(where, files={"file": ("x.docx", b"no docx")})
    assert wrong.status_code == 400
    assert "此模板不能使用：不是 .docx 文件" in wrong.text
    ours = (await chief.get(where)).content
    assert ours[:2] == b"PK"
    put = await chief.post(where, files={"file": ("x.docx", io.BytesIO(ours))})
    assert put.headers["location"] == "/admin/templates?done=put"
    assert (await chief.post(f"{where}/drop")).status_code == 303


async def test_settings_are_shown_without_their_secrets(
    chief: httpx.AsyncClient, office: Office
) -> None:
    page = await chief.get("/admin/health")
    assert "RECTIFLOW_SECRET_KEY" in page.text
    assert office.settings.secret_key not in page.text


def _mail(folder: Path) -> None:
    folder.mkdir()
    mail = EmailMessage()
    mail["subject"], mail["from"], mail["to"] = "整改提醒 <i>", "a@example.org", "b@example.org"
    mail["date"] = datetime(2026, 11, 2, tzinfo=UTC)
    mail.set_content("正文 <script>alert(1)</script>\n")
    mail.add_alternative("<script>alert(1)</script><p>正文</p>", subtype="html")
    (folder / "000001-a@b.eml").write_bytes(mail.as_bytes())


def test_a_name_that_is_folded_between_two_encoded_words_is_read_in_one_piece(
    tmp_path: Path,
) -> None:
    name = "泉城市政法队伍教育整顿（虚构示例）"
    written = mailbox_header("From", Mailbox("office@example.org", name))
    assert written.count("=?utf-8?b?") == 2
    (tmp_path / "1.eml").write_bytes(f"{written}To: =?nonsense?b?eA==?= <a@b>\r\n\r\n".encode())
    mail = caught.opened(tmp_path, "1.eml")
    assert mail is not None
    assert mail.sender == f"{name} <office@example.org>"
    assert "<a@b>" in mail.to


async def test_caught_mails_are_for_everybody_in_the_demonstration_and_nowhere_else(
    browser: httpx.AsyncClient, office: Office
) -> None:
    await entered_as(browser, office, "viewer")
    _mail(office.settings.home / "caught")
    assert (await browser.get("/admin/mails")).status_code == 404
    app = create_app(office, [Tryout("viewer", "看", "viewer", "user")])
    transport = httpx.ASGITransport(app)
    cookies = browser.cookies
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, cookies=cookies) as demo:
        listed = await demo.get("/admin/mails")
        assert "整改提醒 &lt;i&gt;" in listed.text
        one = await demo.get("/admin/mails/000001-a@b.eml")
        assert "&lt;script&gt;" in one.text
        assert "<script>alert" not in one.text
        frame = await demo.get("/admin/mails/000001-a@b.eml/frame")
        assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        for name in ("..%2Frectiflow.db", "%2e%2e", "nothing.eml", "x.txt"):
            assert (await demo.get(f"/admin/mails/{name}")).status_code == 404
        assert 'href="/admin/mails"' in (await demo.get("/mine")).text


async def test_the_log_tells_who_did_what(chief: httpx.AsyncClient, office: Office) -> None:
    await chief.post("/admin/units/court", data={"name": "人民法院", "kind": "unit"})
    page = await chief.get("/admin/log")
    assert "修改单位" in page.text
    assert "人民法院 (court)" in page.text
