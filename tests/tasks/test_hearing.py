"""How somebody hears and who hears instead: what is kept, and what is refused at which field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine

from models import directory, people, wishes
from models.engine import reading, writing
from rules.errors import InputError
from rules.item import PersonFact
from rules.mailing import Way
from tasks import hearing
from tasks.hearing import Leave

DAY = date(2026, 11, 4)
GOOD = Leave("2026-11-03", "2026-11-06", "leader")


@pytest.fixture(autouse=True)
def nobody_is_away(store: Engine) -> None:
    with writing(store) as connection:
        gone = directory.person(connection, "outsider").id
        people.change_person(connection, gone, {"active": False})
        wishes.cancel_absences(connection, me(connection).id, date.min)


def me(connection: Connection) -> PersonFact:
    return directory.person(connection, "responsible")


def kept(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        found = wishes.absences(connection, DAY).get(me(connection).id, [])
        return [(str(one.first), str(one.last)) for one in found]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (GOOD._replace(first=""), "first"),
        (GOOD._replace(first="soon"), "first"),
        (GOOD._replace(first="20261103000000"), "first"),
        (GOOD._replace(until=" "), "until"),
        (GOOD._replace(until="2026-11-02"), "until"),
        (GOOD._replace(first="2026-11-01", until="2026-11-03"), "until"),
        (GOOD._replace(substitute=" "), "substitute"),
        (GOOD._replace(substitute="nobody-at-all"), "substitute"),
        (GOOD._replace(substitute="responsible"), "substitute"),
        (GOOD._replace(substitute="outsider"), "substitute"),
    ],
)
def test_what_cannot_be_names_its_field_and_nothing_is_kept(
    store: Engine, given: Leave, where: str
) -> None:
    with pytest.raises(InputError) as wrong, writing(store) as connection:
        hearing.go_away(connection, me(connection), given, DAY)
    assert wrong.value.where == where
    assert kept(store) == []


def test_an_absence_may_end_today_and_is_changed_by_its_first_day(store: Engine) -> None:
    with writing(store) as connection:
        hearing.go_away(connection, me(connection), GOOD._replace(until=str(DAY)), DAY)
    assert kept(store) == [("2026-11-03", "2026-11-04")]
    later = Leave("2026-11-10", "2026-11-11", "leader")
    with writing(store) as connection:
        hearing.go_away(connection, me(connection), later, DAY, date(2026, 11, 3))
    assert kept(store) == [("2026-11-10", "2026-11-11")]


def test_what_is_refused_leaves_the_absence_that_was_to_be_changed(store: Engine) -> None:
    with writing(store) as connection:
        hearing.go_away(connection, me(connection), GOOD, DAY)
    with pytest.raises(InputError), writing(store) as connection:
        hearing.go_away(connection, me(connection), GOOD._replace(substitute="responsible"), DAY,
                        date(2026, 11, 3))  # fmt: skip
    assert kept(store) == [("2026-11-03", "2026-11-06")]


def test_of_several_absences_one_is_ended(store: Engine) -> None:
    for first, until in (("2026-11-04", "2026-11-05"), ("2026-12-01", "2026-12-02")):
        with writing(store) as connection:
            hearing.go_away(connection, me(connection), Leave(first, until, "leader"), DAY)
    with writing(store) as connection:
        ident = me(connection).id
        assert hearing.come_back(connection, ident, DAY, date(2026, 11, 4)) == 1
    assert kept(store) == [("2026-12-01", "2026-12-02")]


def test_only_ways_that_differ_are_news(store: Engine) -> None:
    with writing(store) as connection:
        ident = me(connection).id
        hearing.hear(connection, ident, {"closed": "off", "all": "digest"})
        asked = {"closed": "off", "all": "default", "held": "default", "due_soon": "now"}
        news = hearing.news_in(connection, ident, asked)
        assert news == {"all": "default", "due_soon": "now"}
        hearing.hear(connection, ident, news)
        assert wishes.wishes(connection)[ident] == {"closed": Way.OFF, "due_soon": Way.NOW}


@pytest.mark.parametrize(("kind", "way"), [("assigned", "off"), ("x", "now"), ("closed", "soon")])
def test_a_way_that_is_none_names_its_kind(store: Engine, kind: str, way: str) -> None:
    with pytest.raises(InputError) as wrong, writing(store) as connection:
        hearing.hear(connection, me(connection).id, {kind: way})
    assert wrong.value.where == kind


def test_the_day_is_that_of_the_campaign_and_not_of_utc(store: Engine) -> None:
    with reading(store) as connection:
        assert hearing.today(connection, datetime(2026, 11, 3, 17, tzinfo=UTC)) == DAY
