"""A closed unit takes nothing new on, by whatever way, and stays where it has been named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import directory, findings, items, people, roster, staff, suggestions
from models.engine import reading, writing
from rules.errors import NotFound, Refused
from rules.vocabulary import Role, Stage
from tasks import unit_closing
from tasks.merging import merge_units
from tasks.prospects import prospects
from tasks.roster import load_roster
from tests.conftest import MONDAY
from tests.tasks.ledger_files import ledger, load, row
from tests.tasks.staff import FAR, entered, give, item_in, just_before, kinds, state


def unit(engine: Engine, code: str, above: str = "county", *, draft: bool = False) -> int:
    with writing(engine) as connection:
        parent = directory.units(connection, [above])[above]
        return people.add_unit(connection, code, code, parent.id, draft=draft)[0]


def person(engine: Engine, code: str, home: str) -> int:
    with writing(engine) as connection:
        seat = directory.units(connection, [home])[home].id
        return people.add_person(connection, code, code, seat, [(Role.RESPONSIBLE, seat)])


def close(engine: Engine, code: str, into: str = "") -> unit_closing.Closing:
    return unit_closing.close(engine, code, into, "coordinator", MONDAY)


def led(engine: Engine, code: str, **more: object) -> str:
    with reading(engine) as connection:
        found = directory.units(connection, [code])[code]
    [ref] = entered(engine, 1, unit_id=found.id, unit_path=found.path, **more)
    return ref


def is_closed(engine: Engine, code: str) -> bool:
    with reading(engine) as connection:
        return directory.units(connection, [code])[code].closed


def test_a_unit_on_which_something_hangs_stays_open_and_all_of_it_is_named(store: Engine) -> None:
    unit(store, "old1")
    unit(store, "below1", "old1")
    person(store, "wang1", "old1")
    ref = led(store, "old1")
    with reading(store) as connection:
        path = directory.units(connection, ["old1"])["old1"].path
    [helped] = entered(store, 1, co_unit_paths=(path,))
    with pytest.raises(Refused) as refused:
        close(store, "old1")
    said = str(refused.value)
    assert refused.value.refusal.rule == "CloseEmptyUnits"
    assert all(word in said for word in (ref, helped, "below1", "wang1"))
    seen = unit_closing.preview(store, "old1", "", MONDAY)
    assert (seen.possible, seen.ties.items) == (False, (ref, helped))
    assert not is_closed(store, "old1")


def test_what_hangs_on_it_is_handed_over_with_an_event_for_each_open_item(store: Engine) -> None:
    unit(store, "old2")
    unit(store, "below2", "old2")
    someone = person(store, "wang2", "old2")
    ref, done = led(store, "old2"), item_in(store, Stage.DEADLINE)
    give(store, done, "assign", "coordinator", unit="old2", responsible="wang2", due=FAR)
    give(store, done, "withdraw", "supervisor", reason="重复")
    assert unit_closing.preview(store, "old2", "court", MONDAY).possible
    found = close(store, "old2", "court")
    assert found.ties.items == (ref,)
    with reading(store) as connection:
        known = directory.units(connection, ["old2", "court", "below2"])
        moved = directory.people_by_id(connection, [someone])[someone]
    assert state(store, ref).unit_id == known["court"].id
    assert kinds(store, ref)[-1] == "reseated"
    assert state(store, done).unit_id == known["old2"].id, "what is closed keeps its unit"
    assert known["below2"].path.startswith(known["court"].path)
    assert moved.unit_path == known["court"].path
    assert (Role.RESPONSIBLE, known["court"].path) in moved.roles
    assert known["old2"].closed


def test_a_closed_unit_takes_no_item_person_role_or_unit(store: Engine) -> None:
    gone = unit(store, "old3")
    inactive = person(store, "wang3", "old3")
    with writing(store) as connection:
        people.change_person(connection, inactive, {"active": False})
    draft = unit(store, "draft3", draft=True)
    close(store, "old3")
    with reading(store) as connection:
        rows = {one.code: one for one in roster.all_units(connection)}
        court = directory.person(connection, "nobody").id
    tries: list[Callable[[], object]] = [
        lambda: give(store, item_in(store, Stage.ASSIGNMENT), "assign", "coordinator",
                     unit="old3", responsible="responsible", due=FAR),
        lambda: give(store, item_in(store, Stage.ASSIGNMENT), "assign", "coordinator",
                     unit="bureau", co_units=("old3",), responsible="responsible", due=FAR),
        lambda: unit(store, "new3", "old3"),
        lambda: person(store, "li3", "old3"),
        lambda: written(store, lambda c: people.add_role(c, court, gone, Role.VIEWER)),
        lambda: written(store, lambda c: people.change_person(c, court, {"unit_id": gone})),
        lambda: written(store, lambda c: people.change_person(c, inactive, {"active": True})),
        lambda: written(store, lambda c: roster.move_unit(c, rows["court"], rows["old3"])),
        lambda: merge_units(store, "draft3", "old3", "coordinator", MONDAY),
        lambda: close(store, "court", "old3"),
        lambda: close(store, "old3"),
    ]  # fmt: skip
    assert draft
    for number, one in enumerate(tries):
        with pytest.raises(Refused) as refused:
            one()
        assert refused.value.refusal.rule == "RequireOpenUnit", number
    written(store, lambda c: people.change_person(c, inactive, {"name": "王"}))


def written(engine: Engine, what: Callable[..., object]) -> None:
    with writing(engine) as connection:
        what(connection)


def test_an_item_is_reopened_only_when_its_unit_is_open(store: Engine) -> None:
    unit(store, "old4")
    ref = item_in(store, Stage.CLOSED)
    with reading(store) as connection:
        bureau = directory.units(connection, ["bureau"])["bureau"]
    written(store, lambda c: people.change_unit(c, bureau.id, {"closed": True}))
    try:
        with pytest.raises(Refused) as refused:
            give(store, ref, "reopen", "coordinator", reason="反弹", due=FAR)
        assert refused.value.refusal.rule == "RequireOpenUnit"
        with reading(store) as connection:
            loaded = items.by_ref(connection, ref)
            assert loaded is not None
            seen = list(prospects(connection, loaded, "coordinator", MONDAY))
        assert "RequireOpenUnit" in str(seen)
    finally:
        written(store, lambda c: people.change_unit(c, bureau.id, {"closed": False}))
    give(store, ref, "reopen", "coordinator", reason="反弹", due=FAR)


def test_a_closed_unit_is_no_choice_and_stays_in_lists_and_filters(store: Engine) -> None:
    unit(store, "old5")
    ref = item_in(store, Stage.DEADLINE)
    close(store, "old5")
    with reading(store) as connection:
        offered = [code for code, _ in suggestions.units(connection)]
        filtered = [code for code, _ in suggestions.units(connection, closed=True)]
        listed = {one.code: one.closed for one in staff.units(connection)}
        usual = findings.usual_unit(connection, state(store, ref))
    assert ("old5" in offered, "old5" in filtered, listed["old5"]) == (False, True, True)
    assert usual != "old5"


def test_a_successor_may_have_the_old_name_and_is_meant_by_it(store: Engine) -> None:
    unit(store, "old6")
    close(store, "old6")
    with writing(store) as connection:
        county = directory.units(connection, ["county"])["county"].id
        made = people.add_unit(connection, "new6", "same6", county)[0]
        old = directory.units(connection, ["old6"])["old6"].id
        people.change_unit(connection, old, {"name": "same6"})
    with reading(store) as connection:
        assert directory.units(connection, ["same6"])["same6"].id == made


def test_it_is_opened_again_after_the_unit_above_it(store: Engine) -> None:
    unit(store, "old7")
    unit(store, "below7", "old7")
    close(store, "below7")
    close(store, "old7")
    with pytest.raises(Refused):
        unit_closing.open_again(store, "below7")
    for code in ("old7", "below7"):
        unit_closing.open_again(store, code)
    with pytest.raises(Refused):
        unit_closing.open_again(store, "below7")
    unit(store, "again7", "below7")


def test_the_root_a_draft_and_a_unit_that_is_not_there_are_not_closed(store: Engine) -> None:
    unit(store, "draft8", draft=True)
    for code, rule in (("root", "KeepTheRoot"), ("draft8", "ConfirmDraftsFirst")):
        with pytest.raises(Refused) as refused:
            close(store, code)
        assert refused.value.refusal.rule == rule
    with pytest.raises(Refused) as refused:
        close(store, "county", "bureau")
    assert refused.value.refusal.rule == "HandOverOutside"
    with pytest.raises(NotFound):
        close(store, "nowhere")


def test_nobody_is_assigned_to_a_unit_that_is_closed_at_the_same_moment(store: Engine) -> None:
    """Whoever comes second sees what the first one did; no open item is left behind."""
    unit(store, "old9")
    person(store, "wang9", "bureau")
    with writing(store) as connection:
        old = directory.units(connection, ["old9"])["old9"].id
        found = directory.person(connection, "wang9").id
        people.add_role(connection, found, old, Role.RESPONSIBLE)
    ref = item_in(store, Stage.ASSIGNMENT)
    if store.dialect.name == "sqlite":
        pytest.skip("a writing transaction is alone there")
    happened: list[bool] = []

    def meanwhile() -> None:
        if not happened:
            happened.append(True)
            close(store, "old9")

    with just_before(store, "FOR KEY SHARE", meanwhile), pytest.raises(Refused):
        give(store, ref, "assign", "coordinator", unit="old9", responsible="wang9", due=FAR)
    assert happened


UNITS = "code,name,parent,kind,closed\nroot,root,,,\n"


def load_units(engine: Engine, folder: Path, lines: str, people: str = "") -> list[str]:
    file = folder / "units.csv"
    file.write_text(UNITS + lines, encoding="utf-8")
    staff = folder / "people.csv"
    staff.write_text(f"code,name,unit,role\n{people}", encoding="utf-8")
    report = load_roster(engine, file, staff if people else None)
    return [problem.reason for problem in report.refused] or report.closed


def test_a_table_closes_what_it_says_is_closed_and_nothing_that_it_does_not_name(
    store: Engine, tmp_path: Path
) -> None:
    for code in ("olda", "oldb", "oldc"):
        unit(store, code, "root")
    person(store, "wanga", "olda")
    [why] = load_units(store, tmp_path, "olda,olda,root,,yes\noldb,oldb,root,,是\n")
    assert "wanga" in why
    assert not is_closed(store, "oldb"), "all of it or nothing"
    # People leave, and are put elsewhere, with the same tables.
    lines = "olda,olda,root,,yes\noldb,oldb,root,,是\n"
    assert load_units(store, tmp_path, lines, "wanga,wanga,court,viewer\n") == ["olda", "oldb"]
    assert load_units(store, tmp_path, lines) == []
    assert load_units(store, tmp_path, "oldb,oldb,root,,\n") == []
    assert (is_closed(store, "oldb"), is_closed(store, "oldc")) == (True, False)
    [why] = load_units(store, tmp_path, "newa,newa,olda,,\n")
    assert "olda" in why
    [why] = load_units(store, tmp_path, "oldc,oldc,root,,\n", "lia,lia,olda,viewer\n")
    assert "olda" in why
    [why] = load_units(store, tmp_path, "oldb,oldb,root,,maybe\n")
    assert "maybe" in why
    load_units(store, tmp_path, "oldb,oldb,root,,no\nnewb,newb,oldb,,\n")
    assert not is_closed(store, "oldb")


def test_a_ledger_brings_no_new_item_to_a_closed_unit(store: Engine, tmp_path: Path) -> None:
    unit(store, "oldd")
    close(store, "oldd")
    for name in ("oldd", "oldd/新科室"):
        report = load(store, ledger(tmp_path / "book.csv", row(f"D-{len(name)}", unit=name)))
        assert [problem.reason for problem in report.refused] == [
            f"The unit {name} is closed; name the one that has taken over from it."
        ]
