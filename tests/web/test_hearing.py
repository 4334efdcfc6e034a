"""Absences and ways to hear in the browser: one's own, and somebody's in administration."""

from __future__ import annotations

import re
from datetime import date

import httpx
import pytest

from models import admin_deeds, deliveries, directory, wishes
from models.engine import reading
from rules.absences import Away
from rules.mailing import Way
from rules.notice_names import KIND_NAMES
from rules.notices import MANDATORY
from tasks.office import Office
from tests.web.test_admin_pages import entered_as
from tests.web.test_both_languages import english_in

LEAVE = {"first": "2026-11-03", "until": "2026-11-06", "substitute": "leader"}
MINE, THEIRS = "/me/notices", "/admin/people/viewer/notices"


def person(office: Office, code: str) -> int:
    with reading(office.engine) as connection:
        return directory.person(connection, code).id


def away(office: Office, code: str) -> list[Away]:
    with reading(office.engine) as connection:
        return wishes.absences(connection, date(2026, 11, 2)).get(person(office, code), [])


def ways(office: Office, code: str) -> dict[str, Way]:
    with reading(office.engine) as connection:
        return wishes.wishes(connection).get(person(office, code), {})


def offered(page: httpx.Response, kind: str) -> list[str]:
    found = re.search(rf'name="way\.{kind}".*?</select>', page.text, re.DOTALL)
    return re.findall(r'value="(\w+)"', found[0]) if found else []


@pytest.fixture
async def mine(browser: httpx.AsyncClient, office: Office) -> httpx.AsyncClient:
    browser.headers["x-csrf-token"] = await entered_as(browser, office, "viewer")
    return browser


async def test_somebody_enters_changes_and_ends_an_absence_of_their_own(
    mine: httpx.AsyncClient, office: Office
) -> None:
    assert 'href="/me/notices"' in (await mine.get("/mine")).text
    done = await mine.post(f"{MINE}/away", data=LEAVE)
    assert done.headers["location"] == f"{MINE}?done=away"
    page = await mine.get(done.headers["location"])
    assert "外出已登记" in page.text
    assert "2026-11-03 至 2026-11-06，由leader代收" in page.text
    changed = {**LEAVE, "first": "2026-11-09", "until": "2026-11-10", "was": "2026-11-03"}
    await mine.post(f"{MINE}/away", data=changed)
    assert [one.first for one in away(office, "viewer")] == [date(2026, 11, 9)]
    done = await mine.post(f"{MINE}/back", data={"was": "2026-11-09"})
    assert done.headers["location"] == f"{MINE}?done=back"
    assert away(office, "viewer") == []


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"substitute": "viewer"}, "substitute", "不能代收自己的通知"),
        ({"substitute": "<b>nobody"}, "substitute", "没有“&lt;b&gt;nobody”这个人员"),
        ({"until": "2026-11-02"}, "until", "结束日期早于开始日期"),
        ({"first": ""}, "first", "此项未填"),
        ({"first": "2026-10-01", "until": "2026-10-02"}, "until", "结束日期已过"),
    ],
)
async def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(
    mine: httpx.AsyncClient, office: Office, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = await mine.post(f"{MINE}/away", data={**LEAVE, **wrong})
    assert answer.status_code == 400
    at_field = re.search(rf'id="{field}-wrong"[^>]*>([^<]*)<', answer.text)
    assert at_field is not None
    assert said in at_field[1]
    assert f'aria-describedby="{field}-wrong"' in answer.text
    assert re.search(r'<details class="action" open><summary>登记外出', answer.text)
    assert english_in(answer) == []
    assert away(office, "viewer") == []


async def test_an_absence_that_is_changed_wrongly_is_told_in_its_own_form(
    mine: httpx.AsyncClient, office: Office
) -> None:
    await mine.post(f"{MINE}/away", data=LEAVE)
    wrong = {**LEAVE, "until": "2026-11-01", "was": "2026-11-03"}
    answer = await mine.post(f"{MINE}/away", data=wrong)
    assert 'id="until2026-11-03-wrong"' in answer.text
    assert 'id="until-wrong"' not in answer.text
    assert [one.last for one in away(office, "viewer")] == [date(2026, 11, 6)]


async def test_somebody_chooses_how_they_hear_and_takes_it_back(
    mine: httpx.AsyncClient, office: Office
) -> None:
    form = {"way.all": "digest", "way.closed": "off", "way.held": "default", "lang": "en"}
    done = await mine.post(f"{MINE}/ways", data=form)
    assert done.headers["location"] == f"{MINE}?done=saved"
    assert ways(office, "viewer") == {"all": Way.DIGEST, "closed": Way.OFF}
    with reading(office.engine) as connection:
        who = person(office, "viewer")
        assert deliveries.addressees(connection, [who])[who].lang == "en"
    page = await mine.get(MINE)
    assert re.search(r'value="off" selected', page.text)
    assert "(1 set)" in page.text, "the language of mails is that of pages until one is chosen"
    await mine.post(f"{MINE}/ways", data={"way.closed": "default"})
    assert ways(office, "viewer") == {"all": Way.DIGEST}


async def test_what_is_mandatory_cannot_be_chosen_off_nor_forged_off(
    mine: httpx.AsyncClient, office: Office
) -> None:
    page = await mine.get(MINE)
    assert all(offered(page, kind) for kind in {"all", *KIND_NAMES} - {"bundle"})
    assert all("off" not in offered(page, kind) for kind in MANDATORY)
    assert offered(page, "closed") == ["default", "now", "digest", "off"]
    answer = await mine.post(f"{MINE}/ways", data={"way.assigned": "off", "way.closed": "off"})
    assert answer.status_code == 400
    assert 'id="way.assigned-wrong"' in answer.text
    assert "“新交办”填写有误：此类通知不能关闭。" in answer.text
    for forged, said in (
        ({"way.weather": "off"}, "没有 weather 这类通知"),
        ({"way.closed": "soon"}, "没有“soon”这种通知方式"),
        ({"lang": "fr"}, "“邮件语言”填写有误"),
    ):
        answer = await mine.post(f"{MINE}/ways", data=forged)
        assert (answer.status_code, said in answer.text) == (400, True), forged
    assert ways(office, "viewer") == {}
    assert (await mine.post(f"{MINE}/back", data={"was": "x"})).status_code == 400


async def test_nobody_is_signed_up_by_a_form_of_another_session(
    mine: httpx.AsyncClient, office: Office
) -> None:
    mine.headers["x-csrf-token"] = "forged"
    for path, form in (("away", LEAVE), ("ways", {"way.closed": "off"}), ("back", {})):
        assert (await mine.post(f"{MINE}/{path}", data=form)).status_code == 403
    assert (away(office, "viewer"), ways(office, "viewer")) == ([], {})


async def test_an_administrator_does_the_same_for_somebody_and_it_is_noted(
    chief: httpx.AsyncClient, office: Office
) -> None:
    done = await chief.post(f"{THEIRS}/away", data=LEAVE)
    assert done.headers["location"] == "/admin/people/viewer?done=away"
    page = await chief.get(done.headers["location"])
    assert "2026-11-03 至 2026-11-06，由leader代收" in page.text
    wrong = await chief.post(f"{THEIRS}/away", data={**LEAVE, "substitute": "viewer"})
    assert wrong.status_code == 400
    assert 'id="substitute-wrong"' in wrong.text
    await chief.post(f"{THEIRS}/back", data={"was": "2026-11-03"})
    form = {"way.all": "default", "way.closed": "digest"}
    assert (await chief.post(f"{THEIRS}/ways", data=form)).status_code == 303
    assert (await chief.post(f"{THEIRS}/weather", data=form)).status_code == 404
    assert (away(office, "viewer"), ways(office, "viewer")) == ([], {"closed": Way.DIGEST})
    with reading(office.engine) as connection:
        noted = [one for one in admin_deeds.page(connection, 9) if one.about == "viewer"]
    assert [(one.what, one.outcome) for one in noted] == [
        ("person.notices", "done"), ("person.away", "done"), ("person.away", "failed"),
        ("person.away", "done"),
    ]  # fmt: skip
    assert [one.detail for one in noted[:2]] == ["closed=digest", "back: 2026-11-03"]
    log = await chief.get("/admin/log")
    assert ("外出登记" in log.text, english_in(log)) == (True, [])
    nobody = await chief.post("/admin/people/no-such-person/notices/away", data=LEAVE)
    assert nobody.status_code == 404


async def test_a_coordinator_sees_what_is_set_and_no_form(
    browser: httpx.AsyncClient, office: Office
) -> None:
    await entered_as(browser, office, "coordinator")
    page = await browser.get("/admin/people/viewer")
    assert "现在没有登记外出" in page.text
    assert "其他各类: 按规则" in page.text
    assert "/notices/" not in page.text
