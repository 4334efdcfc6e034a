"""Drafts of a ledger become the units and people that they really are; histories stay whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from models import audit, directory, history, items, people, roster, staff
from models.engine import reading, writing
from rules.errors import NotFound, Refused
from rules.item import ItemState
from rules.vocabulary import Role, Stage
from tasks.merging import merge_people, merge_units, preview_people, preview_units
from tasks.names import Names
from tests.conftest import MONDAY
from tests.tasks.staff import entered, give, item_in, kinds, require_sound_history, state


def draft_unit(engine: Engine, code: str, above: str = "county") -> int:
    """A unit as a ledger drafts it."""
    with writing(engine) as connection:
        parent = directory.units(connection, [above])[above]
        return people.add_unit(connection, code, code, parent.id, draft=True)[0]


def draft_person(engine: Engine, code: str, unit: str = "bureau") -> int:
    """A person as a ledger drafts them."""
    with writing(engine) as connection:
        home = directory.units(connection, [unit])[unit].id
        roles = [(Role.RESPONSIBLE, home)]
        return people.add_person(connection, code, code, home, roles, draft=True)


def ident(engine: Engine, code: str, *, unit: bool = False) -> int:
    with reading(engine) as connection:
        if unit:
            return directory.units(connection, [code])[code].id
        return directory.person(connection, code).id


def unit_items(engine: Engine, code: str, count: int, **more: object) -> Sequence[str]:
    with reading(engine) as connection:
        unit = directory.units(connection, [code])[code]
    return entered(engine, count, unit_id=unit.id, unit_path=unit.path, **more)


def whole(engine: Engine) -> bool:
    with reading(engine) as connection:
        return audit.verify(connection).breaches == ()


def test_a_merged_units_items_are_led_by_the_other_one_with_an_event_each(store: Engine) -> None:
    draft = draft_unit(store, "城管局1")
    refs = unit_items(store, "城管局1", 3)
    done = merge_units(store, "城管局1", "court", "coordinator", MONDAY)
    assert (done.moved, done.kept, done.hangs.items) == (3, (), 3)
    court = ident(store, "court", unit=True)
    for ref in refs:
        item = state(store, ref)
        assert item.unit_id == court
        assert str(item.unit_path).endswith(f"/{court}/")
        assert kinds(store, ref)[-1] == "reseated"
        require_sound_history(store, ref)
        with reading(store) as connection:
            told = history.events(connection, item.id)[-1].data
        assert (told["unit"].code, told["was"], told["from"]) == ("court", draft, "城管局1")
        assert told["by"] == "coordinator"
    assert whole(store)


def test_where_a_merged_unit_helps_the_other_one_helps_once(store: Engine) -> None:
    draft_unit(store, "城管局2")
    with reading(store) as connection:
        known = directory.units(connection, ["城管局2", "court", "bureau"])
    draft, court, bureau = (known[code].path for code in ("城管局2", "court", "bureau"))
    [both] = entered(store, 1, co_unit_paths=(draft, court))
    [leads] = unit_items(store, "court", 1, co_unit_paths=(draft, bureau))
    assert merge_units(store, "城管局2", "court", "coordinator", MONDAY).moved == 2
    assert state(store, both).co_unit_paths == (court,)
    assert state(store, leads).co_unit_paths == (bureau,)


def test_people_roles_and_units_below_follow_the_unit(store: Engine) -> None:
    draft_unit(store, "城管局3")
    draft_unit(store, "执法队3", "城管局3")
    draft_person(store, "李强3", "城管局3")
    [below] = unit_items(store, "执法队3", 1)
    done = merge_units(store, "城管局3", "court", "coordinator", MONDAY)
    assert (done.hangs.units, done.hangs.people, done.hangs.roles) == (1, 1, 1)
    with reading(store) as connection:
        court = directory.units(connection, ["court"])["court"]
        team = directory.units(connection, ["执法队3"])["执法队3"]
        person = directory.person(connection, "李强3")
    assert team.path == f"{court.path}{team.id}/"
    assert state(store, below).unit_path == team.path
    assert (person.unit_path, person.roles) == (court.path, ((Role.RESPONSIBLE, court.path),))
    assert kinds(store, below)[-1] != "reseated", "its unit is the same, elsewhere in the tree"


def test_a_merged_person_is_the_other_one_in_every_seat_and_acts_no_more(store: Engine) -> None:
    draft = draft_person(store, "张伟4")
    refs = [*entered(store, 2, responsible_id=draft), *entered(store, 1, leader_id=draft)]
    merge_people(store, "张伟4", "nobody", "coordinator", MONDAY)
    real = ident(store, "nobody")
    assert [state(store, ref).responsible_id for ref in refs[:2]] == [real, real]
    assert state(store, refs[2]).leader_id == real
    with reading(store) as connection:
        assert directory.people_by_id(connection, [draft])[draft].active is False
        assert "张伟4" not in [p.code for p in staff.people(connection, drafts=True)]
    with pytest.raises(NotFound), reading(store) as connection:
        directory.person(connection, "张伟4")
    give(store, refs[0], "report_progress", "nobody", text="接手")
    assert whole(store)


def test_what_was_merged_frees_its_code_and_keeps_its_name_in_histories(store: Engine) -> None:
    draft = draft_person(store, "张伟5")
    entered(store, 1, responsible_id=draft)
    merge_people(store, "张伟5", "nobody", "coordinator", MONDAY)
    again = draft_person(store, "张伟5")
    assert again != draft
    with reading(store) as connection:
        assert history.named(connection, directory.PERSON, [draft])[draft].name == "张伟5"


def test_a_later_ledger_that_calls_a_draft_by_its_name_means_the_other_one(store: Engine) -> None:
    draft_unit(store, "城管局6")
    draft_person(store, "老张6")
    merge_units(store, "城管局6", "court", "coordinator", MONDAY)
    merge_people(store, "老张6", "responsible", "coordinator", MONDAY)
    with reading(store) as connection:
        units, everybody = roster.all_units(connection), roster.all_people(connection)
        names = Names(units, everybody, *roster.aliases(connection))
    spot = names.unit("城管局6")
    assert (spot.above.code, spot.missing) == ("court", ())
    found = names.member("老张6", names.unit("bureau"))
    assert found is not None
    assert found.code == "responsible"


def test_a_merger_that_would_let_somebody_judge_their_own_work_is_refused_wholly(
    store: Engine,
) -> None:
    draft = draft_person(store, "核查员7", "city-office")
    free, bound = entered(store, 2, verifier_id=draft)
    with writing(store) as connection:
        assert items.by_ref(connection, free) is not None
    seen = preview_people(store, "核查员7", "responsible", MONDAY)
    assert not seen.possible
    assert [one.ref for one in seen.kept] == [free, bound]
    with pytest.raises(Refused) as refused:
        merge_people(store, "核查员7", "responsible", "coordinator", MONDAY)
    assert refused.value.refusal.rule == "KeepJudgesApart"
    assert state(store, free).verifier_id == draft
    assert ident(store, "核查员7") == draft


def test_a_closed_item_keeps_the_drafts_name_where_the_other_one_was_its_judge(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.CLOSED)
    draft = draft_person(store, "包案人8")
    [mine] = entered(
        store, 1, leader_id=draft, verifier_id=ident(store, "verifier"), stage=Stage.CLOSED
    )
    done = merge_people(store, "包案人8", "verifier", "coordinator", MONDAY)
    assert [(one.ref, one.closed) for one in done.kept] == [(mine, True)]
    assert state(store, mine).leader_id == draft
    assert kinds(store, ref)[-1] == "approved"
    assert whole(store)


def test_only_drafts_are_merged_and_not_into_themselves_or_what_lies_below(store: Engine) -> None:
    draft_unit(store, "城管局9")
    draft_unit(store, "执法队9", "城管局9")
    draft_person(store, "张伟9")
    for kind, draft, into, rule in (
        (merge_units, "court", "bureau", "MergeDraftsOnly"),
        (merge_units, "城管局9", "城管局9", "MergeTwo"),
        (merge_units, "城管局9", "执法队9", "MergeUpwards"),
        (merge_people, "leader", "responsible", "MergeDraftsOnly"),
        (merge_people, "张伟9", "张伟9", "MergeTwo"),
    ):
        with pytest.raises(Refused) as refused:
            kind(store, draft, into, "coordinator", MONDAY)
        assert refused.value.refusal.rule == rule
    with pytest.raises(NotFound):
        merge_units(store, "无此单位", "court", "coordinator", MONDAY)


def test_a_preview_says_what_the_merger_then_does_and_writes_nothing(store: Engine) -> None:
    draft_unit(store, "城管局10")
    refs = unit_items(store, "城管局10", 2)
    before = [state(store, ref) for ref in refs]
    seen = preview_units(store, "城管局10", "court", MONDAY)
    assert [state(store, ref) for ref in refs] == before
    assert merge_units(store, "城管局10", "court", "coordinator", MONDAY) == seen


def test_a_draft_merged_into_a_draft_goes_on_with_it(store: Engine) -> None:
    draft_unit(store, "城管局11")
    draft_unit(store, "城管执法局11")
    merge_units(store, "城管局11", "城管执法局11", "coordinator", MONDAY)
    merge_units(store, "城管执法局11", "court", "coordinator", MONDAY)
    with reading(store) as connection:
        court = directory.units(connection, ["court"])["court"].id
        known = roster.aliases(connection)[0]
    assert (known["城管局11"], known["城管执法局11"]) == (court, court)


SEATS = ("responsible_id", "leader_id", "verifier_id")


@settings(max_examples=12, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(seats=st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True),
       stage=st.sampled_from([Stage.DEADLINE, Stage.VERIFICATION, Stage.CLOSED]),
       into=st.sampled_from(["responsible", "leader", "verifier", "co-worker"]))  # fmt: skip
def test_after_any_merger_no_open_item_names_the_draft_and_only_seats_have_changed(
    store: Engine, seats: list[str], stage: Stage, into: str
) -> None:
    with reading(store) as connection:
        number = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
    code = f"草稿{number}"
    draft = draft_person(store, code)
    [ref] = entered(store, 1, stage=stage, **dict.fromkeys(seats, draft))
    before = state(store, ref)
    try:
        merge_people(store, code, into, "coordinator", MONDAY)
    except Refused:
        assert state(store, ref) == before
        return
    after = state(store, ref)
    if stage is not Stage.CLOSED:
        assert draft not in [getattr(after, seat) for seat in SEATS]
    changed = {f for f in ItemState._fields if getattr(before, f) != getattr(after, f)}
    assert changed <= {*seats, "version", "head"}
    require_sound_history(store, ref)
