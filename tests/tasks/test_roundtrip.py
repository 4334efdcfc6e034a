"""A ledger leaves to be edited and comes back: exact differences, conflicts, refusals."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from ledgers.layout import own_mapping
from ledgers.literal import unquoted
from models import directory
from models.engine import open_engine, reading
from rules.commands import Correct
from rules.errors import InputError, NotFound
from rules.item import PersonFact
from rules.vocabulary import Stage
from tasks.act import act
from tasks.differences import APPLY, CONFLICT, REFUSED, SAME, Found, differences
from tasks.kept import unpacked
from tasks.office import Office
from tasks.roundtrip import Asked, export_for_editing
from tests.conftest import MONDAY
from tests.tasks.staff import give, history, item_in, row, staffed

NAMES: dict[str, str] = {
    str(field): own_mapping().parts(field)[0].column[0] for field in own_mapping().columns
}
REF = "系统编号"
EDITABLE = ("title", "description", "requirement", "note")

Edit = Callable[[Any, dict[str, int], dict[str, int]], None]


def office_of(store: Engine, home: Path) -> Office:
    """An installation over this store."""
    return Office(Settings(home=home, secret_key="s" * 40), store, ManualClock(MONDAY))


def who(store: Engine, code: str) -> PersonFact:
    """One of the cast."""
    with reading(store) as connection:
        return directory.person(connection, code)


def left(store: Engine, home: Path, person: str = "coordinator", **options: Any) -> Path:
    """A ledger that has left to be edited."""
    path = home / "left.xlsx"
    export_for_editing(office_of(store, home), who(store, person), path, Asked(**options))
    return path


def edit(path: Path, cells: Mapping[tuple[str, str], Any]) -> Path:
    """Say something else in the cells of items (reference, column), as a spreadsheet would."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    rows = {line[columns[REF] - 1].value: line[0].row for line in sheet.iter_rows(min_row=2)}
    for (ref, column), value in cells.items():
        sheet.cell(rows[ref], columns[column]).value = value
    edited = path.with_name("edited.xlsx")
    book.save(edited)
    return edited


def compared(store: Engine, path: Path, person: str = "coordinator") -> Found:
    """What is different."""
    office = office_of(store, path.parent)
    return differences(office, who(store, person), path, "en", MONDAY)


def carry_out(store: Engine, found: Found, person: str = "coordinator") -> None:
    """Apply what may be applied."""
    for order in found.orders:
        act(store, order.ref, order.command, who(store, person), MONDAY, version=order.version)


def verdicts(found: Found) -> dict[tuple[str, str], str]:
    """What comes of each change, by item and field."""
    return {(one.ref, one.field): one.verdict for one in found.changes}


def test_an_export_that_comes_back_as_it_left_says_nothing(store: Engine, tmp_path: Path) -> None:
    refs = [
        item_in(store, stage, title="'=1+1 _x000D_", description=" 两行\n第二行 ", number=f"a{n}")
        for n, stage in enumerate(Stage)
    ]
    found = compared(store, edit(left(store, tmp_path), {}))
    assert found.rows >= len(refs)
    assert (found.changes, found.problems, found.orders) == ([], [], [])


def test_descriptions_are_applied_by_whoever_edited_them_and_decisions_are_refused(
    store: Engine, tmp_path: Path
) -> None:
    ref = item_in(store, Stage.DEADLINE, requirement="旧要求", number="b1")
    edits = {
        (ref, NAMES["title"]): "新标题", (ref, NAMES["note"]): "备注", (ref, "编号"): "b2",
        (ref, NAMES["requirement"]): None, (ref, NAMES["due"]): "2026-12-30",
        (ref, NAMES["responsible"]): "leader", (ref, NAMES["severity"]): "重大",
    }  # fmt: skip
    found = compared(store, edit(left(store, tmp_path), edits))
    said = verdicts(found)
    assert {field for (_, field), verdict in said.items() if verdict == APPLY} == {
        "title", "requirement", "note",
    }  # fmt: skip
    refused = {one.field: one.commands for one in found.changes if one.verdict == REFUSED}
    assert refused == {
        "due": ("request_extension", "grant_extension"), "responsible": ("assign",),
        "severity": ("accept",), "number": (),
    }  # fmt: skip
    carry_out(store, found)
    kept = row(store, ref, "title", "requirement", "extra", "version")
    assert (kept.title, kept.requirement, kept.extra) == ("新标题", "", '{"note":"备注"}')
    assert history(store, ref)[-1].actor_id == who(store, "coordinator").id
    again = compared(store, tmp_path / "edited.xlsx")
    assert {one.verdict for one in again.changes} == {SAME, REFUSED}
    assert again.orders == []


def test_a_cell_that_both_have_changed_is_a_conflict_and_the_others_are_applied(
    store: Engine, tmp_path: Path
) -> None:
    ref = item_in(store, Stage.DEADLINE, number="c1")
    path = left(store, tmp_path)
    give(store, ref, "correct", "coordinator", title="系统里改的")
    cells = {(ref, NAMES["title"]): "台账里改的", (ref, NAMES["description"]): "新描述"}
    found = compared(store, edit(path, cells))
    assert verdicts(found) == {(ref, "title"): CONFLICT, (ref, "description"): APPLY}
    [conflict] = [one for one in found.changes if one.verdict == CONFLICT]
    assert (conflict.was, conflict.said, conflict.here) == ("窗口推诿", "台账里改的", "系统里改的")
    carry_out(store, found)
    kept = row(store, ref, "title", "description")
    assert tuple(kept) == ("系统里改的", "新描述")


def test_new_rows_forged_bases_and_strangers_items_are_not_applied(
    store: Engine, tmp_path: Path
) -> None:
    ref, other = item_in(store, Stage.INTAKE), item_in(store, Stage.DEADLINE)
    path = edit(left(store, tmp_path), {(ref, NAMES["title"]): "x", (other, NAMES["title"]): "y"})
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    sheet.append(["n1", "一个新事项"])
    hidden: Any = book["_rectiflow"]
    assert hidden.sheet_state == "veryHidden"
    for line in hidden.iter_rows(min_row=2):
        if line[0].value == ref:
            line[3].value = line[3].value.replace("窗口推诿", "伪造")
    book.save(path)
    found = compared(store, path)
    assert set(verdicts(found)) == {(other, "title")}
    assert [one.code for one in found.problems] == ["not_exported", "not_exported"]
    assert compared(store, path, "outsider").changes == []


def test_who_may_not_correct_an_item_is_told_so_before(store: Engine, tmp_path: Path) -> None:
    ref = item_in(store, Stage.DEADLINE)
    path = edit(left(store, tmp_path, "responsible"), {(ref, NAMES["title"]): "z"})
    found = compared(store, path, "responsible")
    [change] = found.changes
    assert (change.verdict, change.why, found.orders) == (REFUSED, "HoldTheDuty", [])


def test_a_ledger_that_was_not_exported_here_is_refused(store: Engine, tmp_path: Path) -> None:
    for content in (b"a,b\n1,2\n", _workbook()):
        path = tmp_path / "foreign"
        path.write_bytes(content)
        with pytest.raises(InputError, match="was not exported here"):
            compared(store, path)


def _workbook() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_confidential_items_leave_when_asked_for_and_complaints_only_for_the_office(
    store: Engine, tmp_path: Path
) -> None:
    ref = item_in(store, Stage.DEADLINE, confidential=True, complainant="某甲")
    refs = _refs(left(store, tmp_path))
    assert ref not in refs
    path = left(store, tmp_path, confidential=True)
    assert _refs(path)[ref] == "某甲"
    blind = left(store, tmp_path, "responsible", confidential=True)
    assert _refs(blind)[ref] is None
    stranger = left(store, tmp_path, "outsider", confidential=True)
    assert ref not in _refs(stranger)


def test_a_complainant_is_not_overwritten_by_somebody_who_may_not_know_them(
    store: Engine, tmp_path: Path
) -> None:
    ref = item_in(store, Stage.DEADLINE, complainant="某甲")
    path = left(store, tmp_path, "colleague", confidential=True)
    assert _refs(path)[ref] is None
    [change] = compared(
        store, edit(path, {(ref, NAMES["complainant"]): "某乙"}), "colleague"
    ).changes
    assert (change.verdict, change.why, change.here) == (REFUSED, "secret", None)


def _refs(path: Path) -> dict[str, Any]:
    sheet: Any = openpyxl.load_workbook(path).worksheets[0]
    heads = {cell.value: cell.column - 1 for cell in sheet[1]}
    named = heads.get(NAMES["complainant"])
    return {
        line[heads[REF]].value: line[named].value if named is not None else None
        for line in sheet.iter_rows(min_row=2)
    }


def test_nobody_exports_a_unit_or_campaign_that_is_not_there(store: Engine, tmp_path: Path) -> None:
    for wrong in ({"unit": "nowhere"}, {"campaign": "XX"}):
        with pytest.raises(NotFound):
            left(store, tmp_path, **wrong)


def _meant(text: str) -> str:
    return unquoted(text, frozenset(own_mapping().blanks))


# What begins with "=" is a formula to a spreadsheet: its row is refused.
WORDS = st.text("改标题 abc=+-@'\n_x0", min_size=1, max_size=8).filter(
    lambda text: bool(_meant(text)) and not text.startswith("=")
)


@settings(max_examples=12)
@given(
    edits=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(EDITABLE), WORDS), max_size=6),
    moved=st.sets(st.tuples(st.integers(0, 3), st.sampled_from(("title", "description")))),
)
def test_edited_cells_are_applied_exactly_and_no_other_cell_changes(
    sqlite: Engine, tmp_path_factory: pytest.TempPathFactory,
    edits: list[tuple[int, str, str]], moved: set[tuple[int, str]],
) -> None:  # fmt: skip
    refs = [item_in(sqlite, Stage.ASSIGNMENT, description="原", requirement="求") for _ in range(4)]
    path = left(sqlite, tmp_path_factory.mktemp("trip"))
    for place, field in moved:
        act(sqlite, refs[place], Correct(**{field: "系统改的"}), "coordinator", MONDAY)
    before = {ref: _texts(sqlite, ref) for ref in refs}
    wanted = {(refs[place], field): text for place, field, text in edits}
    cells = {(ref, NAMES[field]): text for (ref, field), text in wanted.items()}
    found = compared(sqlite, edit(path, cells))
    carry_out(sqlite, found)
    left_at = {"title": "窗口推诿", "description": "原", "requirement": "求", "note": ""}
    for ref in refs:
        for field in EDITABLE:
            held = before[ref][field]
            meant = _meant(wanted.get((ref, field), left_at[field]))
            clash = held != left_at[field] and meant not in (left_at[field], held)
            said = verdicts(found).get((ref, field))
            assert (said == CONFLICT) == clash, (ref, field, meant, held)
            changed = meant != left_at[field] and not clash
            assert _texts(sqlite, ref)[field] == (meant if changed else held), (ref, field)


def _texts(store: Engine, ref: str) -> dict[str, str]:
    kept = row(store, ref, "title", "description", "requirement", "extra")
    return {"title": kept.title, "description": kept.description, "requirement": kept.requirement,
            "note": unpacked(kept.extra).note}  # fmt: skip


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store for many examples."""
    engine = staffed(open_engine(f"sqlite:///{tmp_path_factory.mktemp('s')}/rectiflow.db"))
    yield engine
    engine.dispose()
