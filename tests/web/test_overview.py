"""The overview for leaders: whose figures, which numbers, where they lead, and how old they are."""

from __future__ import annotations

import csv
import html
import io
import random
import re
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text, update

from config.clock import wall
from models import directory
from models.directory import UNIT
from models.engine import reading, writing
from models.items import ITEM
from rules.overview import PERIODS
from rules.vocabulary import Outcome, Stage
from tasks import board_query
from tasks import overview_parts as counting
from tasks.board import meaning, refs_of
from tasks.office import Office
from tasks.overview import Asked, overview_of
from tasks.recounting import Recounter
from tests import cast
from tests.tasks.staff import entered, give, item_in
from tests.web.desks import Desk
from web.words import say


@pytest.fixture
def life(office: Office) -> dict[str, str]:
    """Items in every stage, all of the bureau's but the one that nobody has been given."""
    engine = office.engine
    return {stage.value: item_in(engine, stage) for stage in Stage if stage is not Stage.REMINDER}


def hide(office: Office, ref: str, **seats: int | None) -> None:
    """The item is confidential from now on."""
    with writing(office.engine) as connection:
        values = {"confidential": True, **seats}
        connection.execute(update(ITEM).where(ITEM.c.ref == ref).values(values))


def tiles(page: httpx.Response) -> dict[str, int]:
    """The head figures of a page, by their keys."""
    found = re.findall(r"ov-tile-(\w+).*?<strong>([\d,]+)</strong>", page.text, re.DOTALL)
    return {key: int(number.replace(",", "")) for key, number in found}


def fact(name: str) -> Any:
    """A member of the cast as the rules see them in the store, where ids are others."""
    return next(each for each in cast.PEOPLE if each.code == name)


# Whose figures


async def test_a_leader_sees_what_lies_below_their_unit(desk: Desk, life: dict[str, str]) -> None:
    office = await desk.of("coordinator").get("/overview")
    leader = await desk.of("leader").get("/overview")
    assert (office.status_code, leader.status_code) == (200, 200)
    assert (tiles(office)["open"], tiles(leader)["open"]) == (5, 4)
    assert tiles(leader) == {
        "open": 4, "overdue_in_force": 0, "overdue": 0, "yellow": 0, "escalated": 0, "waiting": 2,
        "on_hold": 0, "closed": 1,
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["county", "court", "parallel", "nowhere", "<b>"])
async def test_a_unit_that_is_not_theirs_is_not_there(
    desk: Desk, life: dict[str, str], unit: str
) -> None:
    answer = await desk.of("leader").get("/overview", params={"unit": unit})
    assert answer.status_code == 404
    assert "ov-tile" not in answer.text


async def test_somebody_below_may_be_chosen(desk: Desk, life: dict[str, str]) -> None:
    whole = await desk.of("leader").get("/overview", params={"unit": "bureau"})
    below = await desk.of("leader").get("/overview", params={"unit": "station"})
    assert tiles(whole)["open"] == 4
    assert say("en", "overview.none") in below.text


@pytest.mark.parametrize("who", ["responsible", "verifier", "nobody"])
async def test_whoever_leads_nothing_is_told_so(desk: Desk, who: str) -> None:
    browser = desk.of(who)
    for path in ("/overview", "/overview/tables.xlsx", "/overview/tables.csv"):
        answer = await browser.get(path)
        assert answer.status_code == 403
        assert "ov-tile" not in answer.text
    assert (await browser.get("/overview/state")).status_code == 403
    assert 'href="/overview"' not in (await browser.get("/mine")).text
    assert 'href="/overview"' in (await desk.of("leader").get("/mine")).text


async def test_nobody_sees_figures_without_signing_in(browser: httpx.AsyncClient) -> None:
    for path in ("/overview", "/overview/state", "/overview/tables.xlsx"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (
            303, "/login",
        )  # fmt: skip


async def test_what_is_confidential_counts_for_those_who_may_see_it(
    desk: Desk, office: Office, life: dict[str, str]
) -> None:
    hide(office, life["deadline"])
    hide(office, life["verification"], leader_id=None)
    numbers = {
        who: tiles(await desk.of(who).get("/overview"))["open"]
        for who in ("coordinator", "supervisor", "viewer", "auditor", "leader")
    }
    # The leader is named on one of the two. What has no unit yet belongs to no city.
    assert numbers == {
        "coordinator": 5, "supervisor": 5, "viewer": 2, "auditor": 2, "leader": 3,
    }  # fmt: skip
    page = await desk.of("leader").get("/overview")
    assert "窗口推诿" in page.text
    row = page.text.partition(f'/items/{life["deadline"]}"')[2].partition("</tr>")[0]
    assert say("en", "item.confidential") in row
    assert "窗口推诿" not in row


# What is shown


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("period", ["", *PERIODS])
async def test_every_period_is_told_in_both_languages(
    desk: Desk, life: dict[str, str], lang: str, period: str
) -> None:
    page = await desk.of("supervisor", lang).get("/overview", params={"period": period})
    assert page.status_code == 200
    for key in ("units", "categories", "months", "ages", "scores", "outcomes", "longest"):
        assert say(lang, f"overview.{key}") in page.text
    assert say(lang, f"overview.period.{period or 'campaign'}") in page.text
    assert "作风" in page.text if lang == "zh-CN" else "Conduct" in page.text


async def test_an_unknown_period_or_campaign_is_refused(desk: Desk) -> None:
    browser = desk.of("leader")
    assert (await browser.get("/overview?period=decade")).status_code == 400
    assert (await browser.get("/overview?campaign=nope")).status_code == 404
    assert (await browser.get("/overview/tables.exe")).status_code == 404


async def test_without_items_it_says_what_will_be_here(desk: Desk) -> None:
    page = await desk.of("leader").get("/overview")
    assert say("en", "overview.none") in page.text
    assert "<table" not in page.text


async def test_units_with_few_items_come_last_in_the_ranking(desk: Desk, office: Office) -> None:
    entered(office.engine, 12)
    few = entered(
        office.engine, 2, cast.at("2026-10-01 10:00"), due=cast.at("2026-11-02 10:00").date()
    )
    with writing(office.engine) as connection:
        court = connection.execute(UNIT.select().where(UNIT.c.code == "court")).one()
        connection.execute(
            update(ITEM).where(ITEM.c.ref.in_(few)).values(unit_id=court.id, unit_path=court.path)
        )
    office.clock.advance(timedelta(days=30))  # type: ignore[attr-defined]
    page = await desk.of("coordinator").get("/overview?unit=county")
    ranking = page.text.partition('id="table-ranking"')[2].partition("</table>")[0]
    assert ranking.index(">bureau<") < ranking.index(">court<")
    assert say("en", "overview.few") in ranking.partition(">court<")[2]
    assert "100.0%" in ranking.partition(">court<")[2]


async def test_no_name_can_bring_a_script_or_a_formula(
    desk: Desk, office: Office, life: dict[str, str]
) -> None:
    with writing(office.engine) as connection:
        name = '=HYPERLINK("x")<script>alert(1)</script>'
        connection.execute(update(UNIT).where(UNIT.c.code == "bureau").values(name=name))
    browser = desk.of("coordinator")
    page = await browser.get("/overview?unit=county")
    assert "<script>alert" not in page.text
    book = await browser.get("/overview/tables.xlsx?unit=county")
    for sheet in load_workbook(io.BytesIO(book.content)):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    lines = await browser.get("/overview/tables.csv?unit=county")
    cells = [cell for row in csv.reader(io.StringIO(lines.text)) for cell in row]
    assert any(cell.startswith("'=") for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)


async def test_the_files_hold_what_the_page_shows(desk: Desk, life: dict[str, str]) -> None:
    browser = desk.of("supervisor")
    answer = await browser.get("/overview/tables.xlsx?period=year")
    assert answer.headers["content-disposition"].startswith('attachment; filename="overview-ZG-')
    book = load_workbook(io.BytesIO(answer.content))
    assert len(book.sheetnames) == 8
    units = [[cell.value for cell in row] for row in book[say("en", "overview.units")[:31]]]
    assert units[1] == ["Unit", "Open", "Red", "Yellow", "Green"]
    assert units[-1] == ["All", 5, 0, 0, 5]
    lines = await browser.get("/overview/tables.csv?table=units")
    rows = list(csv.reader(io.StringIO(lines.content.decode("utf-8-sig"))))
    assert rows[-1] == ["All", "5", "0", "0", "5"]
    assert len(rows) < 20


# How old the figures are


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every campaign is too large to be counted while a page is made."""
    monkeypatch.setattr(counting, "SMALL", 0)


def settled(desk: Desk) -> None:
    """Everything that pages have asked for has been counted."""
    recounter: Recounter = desk.app.state.recounter
    assert recounter.wait(30)


async def test_the_first_count_is_waited_for_and_the_last_one_shown_at_once(
    desk: Desk, office: Office, life: dict[str, str], large: None
) -> None:
    browser = desk.of("viewer")
    first = await browser.get("/overview")
    assert say("en", "overview.counting") in first.text
    settled(desk)
    assert (await browser.get("/overview/state")).json()["as_of"]
    shown = await browser.get("/overview")
    assert tiles(shown)["open"] == 4
    assert say("en", "overview.again") not in shown.text
    other = Desk(office)  # the program has been started again
    assert tiles(await other.of("auditor").get("/overview"))["open"] == 4
    await other.close()


async def test_a_count_that_is_out_of_date_is_shown_with_its_time_and_made_again(
    desk: Desk, office: Office, life: dict[str, str], large: None
) -> None:
    browser = desk.of("leader")
    await browser.get("/overview")
    settled(desk)
    give(office.engine, life["closure"], "approve", "supervisor")
    assert tiles(await browser.get("/overview"))["closed"] == 1
    later = wall() + counting.OFTEN + timedelta(seconds=1)
    desk.app.state.wall = lambda: later
    old = await browser.get("/overview")
    assert tiles(old)["closed"] == 1
    assert say("en", "overview.again") in old.text
    assert say("en", "overview.as_of", at="2026-11-02 10:00") in old.text
    settled(desk)
    assert tiles(await browser.get("/overview"))["closed"] == 2


def test_the_counts_of_several_people_are_shared(
    office: Office, life: dict[str, str], large: None
) -> None:
    recounter = Recounter(office, wall)
    for who in ("viewer", "auditor"):
        found = overview_of(office, fact(who), Asked(), wall())
        assert found is not None
        recounter.ask(found.campaign.id, found.outdated)
        assert recounter.wait(30)
    with writing(office.engine) as connection:
        plain = text("SELECT count(*) FROM tally WHERE part LIKE '%:plain:%'")
        assert connection.execute(plain).scalar_one() == 2  # what is open, and the rest


# Where the figures lead


def scattered(office: Office) -> None:
    """Items of every kind in several units, with days that crowd around today."""
    luck = random.Random(5)
    office.clock.advance(timedelta(days=40))  # type: ignore[attr-defined]
    now = office.clock.now()

    def instant(back: int) -> datetime:
        return now - timedelta(hours=luck.randint(0, 24 * back))

    def day() -> date | None:
        return luck.choice([None, now.date() + timedelta(days=luck.randint(-40, 20))])

    entered(office.engine, 160)
    with writing(office.engine) as connection:
        units = connection.execute(select(UNIT.c.id, UNIT.c.path)).all()
        ids = connection.execute(select(ITEM.c.id)).scalars().all()
        for item_id in ids:
            unit = luck.choice([*units, None])
            stage = luck.choice([*Stage, Stage.CLOSED, Stage.CLOSED])
            shut = stage is Stage.CLOSED
            values = {
                "stage": stage, "outcome": luck.choice([*Outcome]) if shut else None,
                "unit_id": unit.id if unit else None, "unit_path": unit.path if unit else None,
                "category": luck.choice(["conduct", "files", "unknown", ""]),
                "opened_at": instant(500), "closed_at": instant(300) if shut else None,
                "due": day(), "due_original": day(), "on_hold": luck.random() < 0.2 and not shut,
                "level": luck.randint(0, 4), "confidential": luck.random() < 0.3,
                "yellow_at": luck.choice([None, instant(40)]),
                "red_at": luck.choice([None, instant(20), now + timedelta(days=3)]),
                "leader_id": luck.choice([None, ITEM.c.leader_id]),
            }  # fmt: skip
            connection.execute(update(ITEM).where(ITEM.c.id == item_id).values(values))


@pytest.mark.parametrize("who", ["coordinator", "viewer", "leader", "outsider", "colleague"])
@pytest.mark.parametrize("place", ["", "period=quarter", "unit=county&period=twelve"])
async def test_every_figure_leads_to_just_as_many_items(
    desk: Desk, office: Office, who: str, place: str
) -> None:
    scattered(office)
    page = await desk.of(who).get(f"/overview?{place}")
    if who in ("leader", "outsider") and "county" in place:
        assert page.status_code == 404
        return
    links = re.findall(r'href="/board\?([^"]*)"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    assert len(links) > 40
    with reading(office.engine) as connection:
        person = directory.person(connection, who)
        for address, shown in links:
            query = html.unescape(address)
            number = re.findall(r"[\d,]+", re.sub(r"<(?!strong|/strong)[^>]*>", "", shown))[0]
            found = refs_of(connection, person, query, office.clock.now(), 1000)
            assert len(found) == int(number.replace(",", "")), query
            assert meaning(connection, board_query.read(query), office.clock.now()).odd == ()


async def test_a_unit_in_a_table_leads_to_its_own_overview(
    desk: Desk, life: dict[str, str]
) -> None:
    page = await desk.of("viewer").get("/overview?period=year&unit=county")
    address = re.findall(r'<a href="(/overview\?[^"]*)">bureau</a>', page.text)[0]
    below = await desk.of("viewer").get(html.unescape(address))
    assert tiles(below)["open"] == 4
    assert 'aria-current="page">bureau<' in below.text
