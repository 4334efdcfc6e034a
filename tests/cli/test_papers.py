"""``rectiflow papers``: the register, one paper, the templates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.clock import ManualClock
from config.settings import load
from models.engine import reading
from models.items import by_ref
from rules.commands import Assign
from tasks.act import act
from tasks.office import open_office
from tasks.orders import issue_order
from tasks.paper_numbers import KINDS
from tasks.paper_templates import FILES
from tasks.paper_values import meanings
from tests.cli.conftest import Run
from tests.cli.test_acts import in_deadline
from tests.conftest import MONDAY
from tests.stock import Stock
from tests.tasks.paper_reading import words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between databases is tested where papers are issued."""

SERIAL = "ZG-order-2026-0001"


@pytest.fixture
def ordered(rectiflow: Run, store: Stock) -> Iterator[str]:
    """The reference of an item with an order that was received."""
    ref = in_deadline(rectiflow)
    office = open_office(load())._replace(clock=ManualClock(MONDAY))
    with reading(office.engine) as connection:
        loaded = by_ref(connection, ref)
    assert loaded is not None
    for _ in range(2):
        issue_order(office, loaded.item.id)
    yield ref
    office.engine.dispose()


def test_papers_are_listed_with_what_became_of_them(rectiflow: Run, ordered: str) -> None:
    (paper,) = rectiflow("papers", "list", "--json").document["papers"]
    assert set(paper) == {
        "serial", "kind", "ref", "round", "level", "signer", "addressee", "file", "issued_at",
        "served_at", "served_how", "served_by", "acknowledged_at", "minutes",
    }  # fmt: skip
    assert (paper["serial"], paper["kind"], paper["ref"]) == (SERIAL, "order", ordered)
    assert paper["addressee"] == {"code": "zhang", "name": "张三"}
    assert paper["signer"]["code"] == "coordinator"
    assert (paper["served_how"], paper["served_by"]["code"]) == ("confirmed", "zhang")
    shown = rectiflow("papers", "list").out
    assert SERIAL in shown
    assert "交办单" in shown
    assert "本人确认" in shown


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (("--item", "ZG-00001"), 1), (("--kind", "order"), 1), (("--kind", "交办单"), 1),
        (("--kind", "letter"), 0), (("--unserved",), 0), (("--limit", "1"), 1),
    ],
)  # fmt: skip
def test_papers_are_chosen(
    rectiflow: Run, ordered: str, wanted: tuple[str, ...], count: int
) -> None:
    assert len(rectiflow("papers", "list", *wanted, "--json").document["papers"]) == count


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (("list", "--item", "ZG-99999"), "There is no item 'ZG-99999'."),
        (("list", "--kind", "poem"), "'poem' is not known."),
        (("show", "ZG-order-2026-0009"), "There is no paper 'ZG-order-2026-0009'."),
        (("show", "nonsense"), "'nonsense' is no number of a paper."),
        (("check", "nowhere.docx"), "cannot be used: No such file or directory"),
    ],
)
def test_what_is_not_there_is_named(
    rectiflow: Run, ordered: str, wanted: tuple[str, ...], said: str
) -> None:
    ran = rectiflow("papers", *wanted)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("number", [SERIAL, "ZG交〔2026〕1号"])
def test_a_paper_is_shown_by_either_number(rectiflow: Run, ordered: str, number: str) -> None:
    shown = rectiflow("papers", "show", number, "--json").document
    assert shown["there"] is True
    assert ordered in words(Path(shown["path"]))
    told = rectiflow("papers", "show", number, "--lang", "en").out
    assert "Order ZG-order-2026-0001" in told
    assert shown["path"] in told
    Path(shown["path"]).unlink()
    assert "(the file is gone)" in rectiflow("papers", "show", number, "--lang", "en").out


def test_an_order_to_somebody_else_waits_to_be_served(rectiflow: Run, ordered: str) -> None:
    office = open_office(load())._replace(clock=ManualClock(MONDAY))
    again = Assign(unit="bureau", responsible="li")
    act(office.engine, ordered, again, "coordinator", MONDAY)
    with reading(office.engine) as connection:
        loaded = by_ref(connection, ordered)
    assert loaded is not None
    issue_order(office, loaded.item.id)
    office.engine.dispose()
    (paper,) = rectiflow("papers", "list", "--unserved", "--json").document["papers"]
    assert (paper["serial"], paper["addressee"]["code"]) == ("ZG-order-2026-0002", "li")


def test_templates_are_copied_changed_tried_and_used(
    rectiflow: Run, home: Path, store: Stock, tmp_path: Path
) -> None:
    told = rectiflow("papers", "templates", "--json").document
    assert [each["file"] for each in told["templates"]] == list(FILES)
    assert len(FILES) == 2 * len(KINDS)
    assert told["variables"] == meanings()
    assert not any(each["own"] for each in told["templates"])
    own = home / "papers"
    assert rectiflow("papers", "templates", "--copy", str(own)).code == 0
    assert {file.name for file in own.iterdir()} == set(FILES)
    again = rectiflow("papers", "templates", "--copy", str(own))
    assert again.code == 2
    assert "letter.en.docx" in again.err
    sample = tmp_path / "sample.docx"
    ran = rectiflow("papers", "check", str(own / "letter.en.docx"), "--sample", str(sample))
    assert ran.code == 0
    assert "Letter of Reminder" in words(sample)
    told = rectiflow("papers", "templates", "--json").document
    assert all(each["own"] and not each["problem"] for each in told["templates"])


def test_a_template_that_cannot_be_used_is_told_by_templates_check_and_doctor(
    rectiflow: Run, home: Path, store: Stock
) -> None:
    own = home / "papers"
    own.mkdir()
    (own / "letter.en.docx").write_text("Dear {{ nobody }}")
    (own / "poem.docx").write_text("")
    ran = rectiflow("papers", "check", str(own / "letter.en.docx"))
    assert ran.code == 2
    assert "it is no .docx file" in ran.err
    told = rectiflow("papers", "templates", "--json").document
    problems = {each["file"]: each["problem"] for each in told["templates"] if each["problem"]}
    assert problems == {"letter.en.docx": "This template cannot be used: it is no .docx file."}
    assert [each["file"] for each in told["others"]] == ["poem.docx"]
    shown = rectiflow("papers", "templates", "--lang", "en").out
    assert "it is no .docx file" in shown
    checks = {each["name"]: each for each in rectiflow("doctor", "--json").document["checks"]}
    assert checks["papers"]["state"] == "warn"
    assert "letter.en.docx" in checks["papers"]["message"]
