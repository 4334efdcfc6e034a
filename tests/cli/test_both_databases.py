"""Commands on SQLite and on PostgreSQL: writing, repeating, reading, filtering, going on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.engine import reading
from models.listing import Wanted, page
from rules.opening import Opening
from rules.vocabulary import Outcome, Stage
from tests.cli.conftest import Run
from tests.cli.test_acts import in_deadline, registered
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by
from tests.tasks.exhibits import picture

READS = (
    ("list",), ("show", "ZG-00001"), ("agenda", "ZG-00001"), ("audit", "verify"), ("people",),
    ("audit", "verify", "ZG-00001", "--evidence"), ("units",), ("people", "--drafts"),
    ("commands", "ZG-00001", "--as", "coordinator"), ("status",), ("units", "--drafts"),
)  # fmt: skip


def test_a_whole_life_is_led_from_the_terminal(
    rectiflow: Run, store: Stock, engine: Engine, tmp_path: Path
) -> None:
    ref = in_deadline(rectiflow)
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(picture())
    for words, stage in (
        (("attach_evidence", "--as", "zhang", "--file", str(photo)), "deadline"),
        (("submit", "--as", "zhang", "--set", "summary=已整改"), "verification"),
        (("appoint", "--as", "coordinator", "--set", "verifier=verifier"), "verification"),
        (("pass", "--as", "核查人"), "closure"),
        (("approve", "--as", "supervisor", "--set", "outcome=long_term"), "closed"),
    ):
        ran = rectiflow("act", ref, *words, "--json")
        assert (ran.code, ran.err) == (0, ""), ran
        assert ran.document["stage"] == stage
    item = rectiflow("show", ref, "--json").document["item"]
    assert (item["stage"], item["outcome"], item["light"]) == ("closed", "long_term", None)
    assert rectiflow("audit", "verify", ref).code == 0
    with reading(engine) as connection:
        assert page(connection, Wanted(stages=(Stage.CLOSED,)), MONDAY, 10).total == 1


def test_a_key_makes_a_repetition_harmless(rectiflow: Run, store: Stock) -> None:
    ref = registered(rectiflow)
    words = ("comment", "--as", "coordinator", "--set", "text=x", "--key", "k1", "--json")
    first, second = rectiflow("act", ref, *words), rectiflow("act", ref, *words)
    assert (first.code, first.out) == (0, second.out)
    assert len(rectiflow("show", ref, "--json").document["history"]) == 2
    other = registered(rectiflow)
    taken = rectiflow("act", other, *words)
    assert taken.code == 2
    assert taken.document["error"]["where"] == "key"


def test_registering_under_a_key_makes_one_item(rectiflow: Run, store: Stock) -> None:
    words = ("register", "--as", "coordinator", "--set", "title=案卷", "--key", "k2", "--json")
    assert rectiflow(*words).out == rectiflow(*words).out
    assert rectiflow("list", "--json").document["total"] == 1


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_every_read_is_one_document_for_scripts_and_words_for_people(
    rectiflow: Run, store: Stock, words: tuple[str, ...]
) -> None:
    in_deadline(rectiflow)
    as_json, as_text = rectiflow(*words, "--json"), rectiflow(*words)
    assert (as_json.code, as_json.err) == (0, "")
    assert isinstance(as_json.document, dict)
    assert (as_text.code, as_text.err) == (0, "")
    assert as_text.out.strip()
    assert not as_text.out.startswith("{")


def test_a_list_goes_on_with_its_cursor(rectiflow: Run, store: Stock, engine: Engine) -> None:
    made = entered(engine, [led_by(store, "bureau", Stage.DEADLINE) for _ in range(5)])
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        document = rectiflow("list", "--limit", "2", "--cursor", cursor, "--json").document
        found += [item["ref"] for item in document["items"]]
        assert document["total"] == 5
        cursor = document["next_cursor"]
    assert found == made
    assert "--cursor" in rectiflow("list", "--limit", "2").out
    assert "--cursor" not in rectiflow("list").out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--stage", "closed"), [2]),
        (("--stage", "已销号"), [2]),
        (("--stage", "Closed", "--stage", "intake"), [1, 2]),
        (("--open",), [0, 1]),
        (("--unit", "历山县"), [0, 2]),
        (("--person", "张三", "--open"), [0]),
        (("--light", "红灯"), [0]),
        (("--light", "green", "--light", "red"), [0, 1]),
        (("--campaign", "ZG", "--unit", "court"), []),
    ],
)
def test_filters_narrow_the_list(
    rectiflow: Run, store: Stock, engine: Engine, words: tuple[str, ...], found: list[int]
) -> None:
    openings = [
        led_by(store, "bureau", Stage.DEADLINE, due=date(2026, 10, 30)),
        Opening("新"),
        led_by(store, "bureau", Stage.CLOSED, outcome=Outcome.RECTIFIED),
    ]
    made = entered(engine, openings)
    items = rectiflow("list", *words, "--json").document["items"]
    assert {item["ref"] for item in items} == {made[place] for place in found}
