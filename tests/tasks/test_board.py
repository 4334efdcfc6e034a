"""The board shows just what a naive reading of all items shows, to anybody, in any order."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import Engine, insert, select, text, update

from models import directory, found, helping, items, ledger, search_check, search_index
from models.engine import reading, writing
from models.items import ITEM
from rules.deadlines import light
from rules.duties import may_see
from rules.errors import InputError
from rules.item import ItemState, PersonFact
from rules.vocabulary import Light, Outcome, Role, Severity, Source, Stage
from tasks import board, board_query, board_views
from tasks.board_export import export
from tests import cast
from tests.conftest import MONDAY
from tests.rules.test_searching import naive
from tests.tasks.staff import entered, give, item_in

ITEMS = 90
WORDS = ("窗口推诿", "扯皮", "案卷", "超期", "未及时反馈", "Reply 12345", "推", "诿扯", "整改")
UNITS = (cast.CITY, cast.COUNTY, cast.BUREAU, cast.STATION, cast.COURT, cast.OTHER_BUREAU)
WHO = ("coordinator", "supervisor", "responsible", "leader", "verifier", "viewer", "colleague",
       "co-worker", "outsider", "nobody")  # fmt: skip
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def stocked(store: Engine) -> Engine:
    """Items of every kind, drawn once."""
    dice = random.Random(7)
    entered(store, 1)
    with writing(store) as connection:
        units = directory.units(connection, [unit.code for unit in UNITS])
        people = [one.id for one in directory.people(connection, WHO).values()]
        first = connection.execute(select(ITEM).limit(1)).mappings().one()
        blank = {key: value for key, value in first.items() if key != "id"}
        made = [_drawn(dice, blank, n, list(units.values()), people) for n in range(ITEMS)]
        connection.execute(insert(ITEM), made)
        ids = connection.execute(select(ITEM.c.id)).scalars().all()
        search_index.renew(connection, ids)
        helped = connection.execute(select(ITEM.c.id, ITEM.c.co_unit_paths))
        helping.renew(connection, {row.id: row.co_unit_paths for row in helped})
    return store


def _drawn(
    dice: random.Random, blank: dict[str, Any], n: int, units: list[Any], people: list[int]
) -> dict[str, Any]:
    stage = dice.choice([*Stage, Stage.DEADLINE, Stage.CLOSED, Stage.CLOSED])
    closed = stage is Stage.CLOSED
    unit = dice.choice([*units, None])

    def somebody() -> int | None:
        return dice.choice([*people, None, None])

    def instant(near: int) -> datetime:
        return MONDAY + timedelta(days=dice.randint(-near, near), hours=dice.randint(0, 3))

    due = dice.choice([None, TODAY + timedelta(days=dice.randint(-9, 9))])
    return {
        **blank, "ref": f"T-{n:03}", "number": str(n), "title": dice.choice(WORDS),
        "description": "，".join(dice.sample(WORDS, 2)), "requirement": dice.choice(WORDS),
        "complainant": "周某某", "stage": stage, "flow_run_id": None,
        "outcome": dice.choice(list(Outcome)) if closed else None,
        "closed_at": instant(5) if closed else None, "category": dice.choice(["conduct", "files"]),
        "severity": dice.choice(list(Severity)), "source": dice.choice(list(Source)),
        "confidential": dice.random() < 0.3, "on_hold": not closed and dice.random() < 0.2,
        "level": dice.randint(0, 4), "unit_id": unit and unit.id, "unit_path": unit and unit.path,
        "responsible_id": somebody(), "leader_id": somebody(), "verifier_id": somebody(),
        "due": due, "due_original": due and due - timedelta(days=dice.randint(0, 4)),
        "opened_at": instant(4), "changed_at": instant(2),
        "co_unit_paths": tuple(each.path for each in dice.sample(units, dice.choice([0, 0, 1, 2]))),
        "yellow_at": dice.choice([None, instant(3)]), "red_at": dice.choice([None, instant(3)]),
    }  # fmt: skip


@pytest.fixture(scope="module")
def everybody(stocked: Engine) -> dict[str, PersonFact]:
    """The cast, as the rules see them."""
    with reading(stocked) as connection:
        return directory.people(connection, WHO)


QUERIES: dict[str, st.SearchStrategy[Any]] = {
    "q": st.sampled_from([*WORDS, "皮", "1", "T-0", "周某某", "！", "推诿 整改", "re", "诿扯皮"]),
    "scope": st.sampled_from(["open", "closed", "all"]),
    "stage": st.sampled_from([*Stage, "open", "all"]),
    "light": st.sampled_from(list(Light)),
    "unit": st.sampled_from([*(unit.code for unit in UNITS), "nowhere"]),
    "category": st.sampled_from(["conduct", "files", "none"]),
    "source": st.sampled_from(list(Source)),
    "severity": st.sampled_from(list(Severity)),
    "level": st.integers(0, 4).map(str),
    "outcome": st.sampled_from(list(Outcome)),
    "person": st.sampled_from(WHO),
    "campaign": st.just("ZG"),
    **{name: st.integers(-6, 6).map(lambda n: (TODAY + timedelta(days=n)).isoformat())
       for name in board_query.DAYS},
    "confidential": st.sampled_from(["yes", "no"]),
    "held": st.sampled_from(["yes", "no"]),
    "overdue": st.sampled_from(["in_force", "original"]),
    "helping": st.just("yes"),
}  # fmt: skip
ORDERS = st.sampled_from(list(ledger.Order))


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Some filters, most often few, and an order."""
    names = draw(st.lists(st.sampled_from(list(QUERIES)), max_size=3))
    pairs = [(name, str(draw(QUERIES[name]))) for name in names]
    if draw(st.booleans()):
        pairs.append(("scope", "all"))
    return urlencode([*pairs, ("sort", draw(ORDERS).value)])


@settings(max_examples=80)
@given(query=queries(), who=st.sampled_from(WHO), size=st.integers(3, 40), few=st.booleans())
def test_a_board_shows_what_a_naive_reading_shows(
    stocked: Engine, everybody: dict[str, PersonFact], query: str, who: str, size: int, few: bool
) -> None:
    person, asked = everybody[who], board_query.read(query)
    with pytest.MonkeyPatch.context() as patch, reading(stocked) as connection:
        if few:  # what is done with much, tried with little
            patch.setattr(ledger, "MOST_COUNTED", 5)
            patch.setattr(found, "FEW", 4)
        expected = _naive(connection, asked, person)
        pages = list(_pages(connection, person, asked, size))
        shown = [row.view.ref for page in pages for row in page.rows]
        assert shown == expected
        assert board.refs_of(connection, person, query, MONDAY, 1000) == expected
        totals = {page.total for page in pages}
        assert totals <= ({None, len(expected)} if few else {len(expected)})
        assert list(_backwards(connection, person, asked, pages, size)) == pages[:-1][::-1]


def _pages(connection: Any, person: PersonFact, asked: Any, size: int) -> Iterator[board.Board]:
    after = ""
    while True:
        page = board.page_of(connection, person, asked, MONDAY, after=after, size=size)
        yield page
        if not (after := page.after):
            return


def _backwards(
    connection: Any, person: PersonFact, asked: Any, pages: list[board.Board], size: int
) -> Iterator[board.Board]:
    """The same pages from the last one back; only their first page knows nothing before it."""
    before = pages[-1].before
    while before:
        page = board.page_of(connection, person, asked, MONDAY, before=before, size=size)
        yield page
        before = page.before


def _naive(connection: Any, asked: board_query.Query, person: PersonFact) -> list[str]:
    rows = connection.execute(select(ITEM)).all()
    units = {row.id: row.path for row in connection.execute(text("SELECT id, path FROM unit"))}
    people = directory.people(connection, WHO)
    codes = {unit.code: unit.path
             for unit in directory.units(connection, [u.code for u in UNITS]).values()}  # fmt: skip
    states = {one.item.id: one.item for one in items.by_ids(connection, [r.id for r in rows])}
    fits = [
        row for row in rows
        if may_see(person, states[row.id]) and _fits(row, asked, units, people, codes)
        and (not asked.one("helping") or _helps(person, states[row.id]))
    ]  # fmt: skip
    return [row.ref for row in sorted(fits, key=_NAIVELY[asked.order])]


def _helps(person: PersonFact, item: ItemState) -> bool:
    """Whether a working role of theirs lies over a co-unit, and none over the item's unit."""
    held = [path for role, path in person.roles if role not in (Role.VIEWER, Role.AUDITOR)]
    lead = item.unit_path
    if item.confidential or lead is None or any(lead.startswith(path) for path in held):
        return False
    return any(unit.startswith(path) for unit in item.co_unit_paths for path in held)


def _fits(row: Any, asked: Any, units: Any, people: Any, codes: Any) -> bool:
    given: dict[str, set[str]] = {}
    for name, value in asked.given:
        given.setdefault(name, set()).add(value)
    shown = light(row.stage, row.yellow_at, row.red_at, MONDAY)
    day = {"due": row.due, "opened": _day(row.opened_at), "closed": _day(row.closed_at)}
    said = "\n".join((row.ref, row.number, row.title, row.description, row.requirement))
    is_open = row.stage is not Stage.CLOSED
    checks: dict[str, Callable[[set[str]], bool]] = {
        "q": lambda v: any(c.isalnum() for c in min(v)) and naive(min(v), said),
        "stage": lambda v: row.stage in v,
        "light": lambda v: shown is not None and shown in v,
        "unit": lambda v: units.get(row.unit_id, "").startswith(codes.get(min(v), "!")),
        "category": lambda v: row.category in v,
        "source": lambda v: row.source in v,
        "severity": lambda v: row.severity in v,
        "level": lambda v: str(row.level) in v,
        "outcome": lambda v: row.outcome in v,
        "person": lambda v: (
            people[min(v)].id in (row.responsible_id, row.leader_id, row.verifier_id)
        ),
        "campaign": lambda v: True,
        "helping": lambda v: True,
        "confidential": lambda v: row.confidential is (min(v) == "yes"),
        "held": lambda v: row.on_hold is (min(v) == "yes"),
    }
    for name in ("due", "opened", "closed"):
        checks[f"{name}_from"] = lambda v, d=day[name]: d is not None and d.isoformat() >= min(v)
        checks[f"{name}_to"] = lambda v, d=day[name]: d is not None and d.isoformat() <= min(v)
    checks["overdue"] = lambda v: (
        is_open
        and (
            row.due is not None and row.due < TODAY and not row.on_hold
            if min(v) == "in_force"
            else row.due_original is not None and row.due_original < TODAY
        )
    )
    scope = min(given.pop("scope", {"open"}))
    if "stage" not in given and scope != "all" and is_open is not (scope == "open"):
        return False
    return all(checks[name](values) for name, values in given.items())


def _day(instant: datetime | None) -> date | None:
    return (instant + timedelta(hours=8)).date() if instant else None


_NAIVELY: dict[ledger.Order, Callable[[Any], Any]] = {
    ledger.Order.DUE: lambda r: (r.due or date.max, r.id),
    ledger.Order.DUE_LAST: lambda r: (r.due is None, -(r.due or date.max).toordinal(), -r.id),
    ledger.Order.OPENED: lambda r: (-r.opened_at.timestamp(), -r.id),
    ledger.Order.CHANGED: lambda r: (-r.changed_at.timestamp(), -r.id),
    ledger.Order.LEVEL: lambda r: (-r.level, -r.id),
}


def test_items_that_change_between_pages_move_no_other_one(
    stocked: Engine, everybody: dict[str, PersonFact]
) -> None:
    person, asked = everybody["coordinator"], board_query.read("scope=all")
    with writing(stocked) as connection:
        before = board.refs_of(connection, person, "scope=all", MONDAY, 1000)
        first = board.page_of(connection, person, asked, MONDAY, size=20)
        seen = [row.view.ref for row in first.rows]
        # One that was shown falls due later; one that was not yet, earlier; one is new.
        moves = {seen[3]: date(2027, 1, 1), before[40]: date(2020, 1, 1)}
        for ref, due in moves.items():
            connection.execute(update(ITEM).where(ITEM.c.ref == ref).values(due=due))
        pages = [first]
        while pages[-1].after:
            after = pages[-1].after
            pages.append(board.page_of(connection, person, asked, MONDAY, after=after, size=20))
        shown = [row.view.ref for page in pages for row in page.rows]
        assert [ref for ref in shown if ref not in moves] == [r for r in before if r not in moves]
        connection.rollback()


def test_a_place_of_another_order_is_refused(
    stocked: Engine, everybody: dict[str, PersonFact]
) -> None:
    person = everybody["coordinator"]
    for order, place in (("due", "4~1"), ("level", "2026-01-01~1"), ("level", "~1"), ("due", "x"),
                         ("opened", "2026-01-01~1"), ("due", "2026-01-01~x")):  # fmt: skip
        query = board_query.read(f"sort={order}")
        with reading(stocked) as connection, pytest.raises(InputError):
            board.page_of(connection, person, query, MONDAY, after=place)


def test_what_is_written_is_found_at_once_and_by_nothing_else(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE, title="水渠堵塞", complainant="孙某某")
    give(store, ref, "correct", "coordinator", requirement="限期疏浚", description="灌溉受阻")

    def refs(words: str) -> list[str]:
        with reading(store) as connection:
            person = directory.person(connection, "coordinator")
            query = urlencode({"q": words, "scope": "all"})
            return board.refs_of(connection, person, query, MONDAY, 100)

    assert refs("水渠") == refs("疏浚") == refs("灌溉受阻") == refs(ref) == [ref]
    give(store, ref, "correct", "coordinator", title="沟渠淤积")
    assert (refs("水渠"), refs("沟渠"), refs("疏浚")) == ([], [ref], [ref])
    assert refs("孙某某") == []


def test_a_damaged_index_is_noticed_and_made_again(store: Engine) -> None:
    entered(store, 3, title="堤坝渗水")
    assert search_check.lack(store) == (0, 0, 0)
    with writing(store) as connection:
        key = {"sqlite": "rowid", "postgresql": "item_id"}[store.dialect.name]
        worst = connection.execute(text("SELECT max(id) FROM item")).scalar_one()
        connection.execute(text(f"DELETE FROM item_words WHERE {key} = {worst}"))
        row = connection.execute(select(ITEM).where(ITEM.c.id == worst)).mappings().one()
        search_index.write(connection, [{**row, "id": worst + 77}, {**row, "id": worst - 1}])
    assert search_check.lack(store) == (1, 1, 1)
    with reading(store) as connection:
        number = connection.execute(text("SELECT count(*) FROM item")).scalar_one()
    assert list(search_index.rebuild(store))[-1] == number
    assert search_check.lack(store) == (0, 0, 0)
    with reading(store) as connection:
        person = directory.person(connection, "coordinator")
        found_again = board.refs_of(connection, person, "q=堤坝&scope=all", MONDAY, 100)
    assert len(found_again) == 3


HEADS = {one: one for one in (*board_views.COLUMNS, "days", "confidential")} | {
    "sheet": "板", "cut": "cut off",
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_is_what_the_board_shows(
    stocked: Engine, everybody: dict[str, PersonFact], tmp_path: Path, suffix: str
) -> None:
    person = everybody["colleague" if suffix == "csv" else "coordinator"]
    query = board_query.read("scope=all&sort=level&severity=general&severity=major")
    columns = ("ref", "title", "due", "level", "changed")
    path = tmp_path / f"board.{suffix}"
    with writing(stocked) as connection:
        one = board.refs_of(connection, person, query.text, MONDAY, 1)[0]
        connection.execute(
            update(ITEM).where(ITEM.c.ref == one).values(title='=HYPERLINK("http://x")')
        )
    done = export(stocked, path, person, query, columns, HEADS, "en", MONDAY, MONDAY)
    with reading(stocked) as connection:
        shown = board.page_of(connection, person, query, MONDAY, size=1000).rows
        noted = connection.execute(
            text("SELECT item_id FROM access_log WHERE person_id = :who AND via = 'export'"),
            {"who": person.id},
        ).scalars()
        assert sorted(noted) == sorted(row.view.id for row in shown if row.view.confidential)
    lines = _lines(path)
    assert lines[0] == ["ref", "title", "confidential", "due", "days", "level", "changed"]
    assert [line[0] for line in lines[1:]] == [row.view.ref for row in shown]
    assert lines[1][1] == '\'=HYPERLINK("http://x")'
    assert (done.rows, done.cut) == (len(shown), False)


def test_an_export_that_is_cut_says_so(
    stocked: Engine, everybody: dict[str, PersonFact], tmp_path: Path
) -> None:
    path, query = tmp_path / "board.csv", board_query.read("scope=all")
    person = everybody["coordinator"]
    done = export(stocked, path, person, query, ("ref",), HEADS, "en", MONDAY, MONDAY, most=5)
    lines = _lines(path)
    assert (len(lines), lines[-1], done.rows, done.cut) == (7, ["cut off"], 5, True)


def _lines(path: Path) -> list[list[Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = load_workbook(path).active
    return [list(line) for line in sheet.iter_rows(values_only=True)]


@given(pairs=st.lists(st.tuples(st.sampled_from([*QUERIES, "sort", "x"]), st.text(max_size=12))))
def test_any_address_is_read_and_reads_the_same_when_written(pairs: list[tuple[str, str]]) -> None:
    once = board_query.read_pairs(pairs)._replace(odd=())
    assert board_query.read(once.text) == once
    assert parse_qsl(once.text) is not None
