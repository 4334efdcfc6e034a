"""Entering units and people, and putting them right."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run
from tests.stock import Stock

PERSON = ("person", "add", "zhao", "--name", "赵六")


def person(rectiflow: Run, code: str) -> dict[str, object]:
    """The person as people lists them."""
    found = rectiflow("people", "--json").document["people"]
    return next(each for each in found if each["code"] == code)


def test_a_person_is_entered_with_everything_that_is_known(rectiflow: Run, store: Stock) -> None:
    ran = rectiflow(*PERSON, "--unit", "历山县法院", "--role", "responsible", "--role",
                    "核查人@county", "--role", "responsible@court", "--email", "zhao@example.org",
                    "--lang", "en", "--json")  # fmt: skip
    assert (ran.code, ran.document) == (0, {"person": "zhao", "done": "entered"})
    found = person(rectiflow, "zhao")
    court = {"code": "court", "name": "历山县法院"}
    assert (found["name"], found["unit"], found["email"]) == ("赵六", court, "zhao@example.org")
    assert (found["lang"], found["active"], found["draft"]) == ("en", True, False)
    roles = {(held["role"], held["unit"]["code"]) for held in found["roles"]}  # type: ignore[attr-defined]
    assert roles == {("responsible", "court"), ("verifier", "county")}


def test_a_draft_that_is_completed_is_a_draft_no_longer(rectiflow: Run, store: Stock) -> None:
    assert person(rectiflow, "wang")["draft"] is True
    words = ("person", "set", "王五", "--email", "wang@example.org", "--name", "王 五")
    assert rectiflow(*words).code == 0
    found = person(rectiflow, "wang")
    assert (found["draft"], found["email"], found["name"]) == (False, "wang@example.org", "王 五")


def test_what_is_not_given_stays_as_it_is(rectiflow: Run, store: Stock) -> None:
    before = person(rectiflow, "li")
    assert rectiflow("person", "set", "li").code == 0
    assert person(rectiflow, "li") == before


def test_roles_are_given_and_taken_as_often_as_one_likes(rectiflow: Run, store: Stock) -> None:
    for _ in range(2):
        ran = rectiflow("person", "set", "li", "--role", "verifier@court", "--drop-role", "leader")
        assert ran.code == 0
    (held,) = person(rectiflow, "li")["roles"]  # type: ignore[misc]
    assert (held["role"], held["unit"]["code"]) == ("verifier", "court")


def test_whoever_moves_keeps_roles_and_gets_new_ones_in_the_new_place(
    rectiflow: Run, store: Stock
) -> None:
    ran = rectiflow("person", "set", "zhang", "--unit", "court", "--role", "leader")
    assert ran.code == 0
    found = person(rectiflow, "zhang")
    roles = {(held["role"], held["unit"]["code"]) for held in found["roles"]}  # type: ignore[attr-defined]
    assert roles == {("responsible", "bureau"), ("leader", "court")}


def test_whoever_has_left_is_inactive_and_can_come_back(rectiflow: Run, store: Stock) -> None:
    assert rectiflow("person", "set", "li", "--inactive").code == 0
    assert person(rectiflow, "li")["active"] is False
    assert "停用" in rectiflow("people").out
    assert rectiflow("person", "set", "li", "--active", "--email", "").code == 0
    assert (person(rectiflow, "li")["active"], person(rectiflow, "li")["email"]) == (True, "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*PERSON, "--unit", "nowhere"), "nowhere"),
        ((*PERSON, "--unit", "court", "--role", "king"), "coordinator"),
        ((*PERSON, "--unit", "court", "--role", "leader@nowhere"), "nowhere"),
        ((*PERSON, "--unit", "court", "--email", "zhao"), "--email"),
        ((*PERSON, "--unit", "court", "--email", "赵@example.org"), "--email"),
        (("person", "add", "li", "--name", "李四", "--unit", "court"), "already"),
        (("person", "add", "zhao liu", "--name", "赵六", "--unit", "court"), "CODE"),
        (("person", "add", "system", "--name", "赵六", "--unit", "court"), "CODE"),
        (("person", "add", "z" * 65, "--name", "赵六", "--unit", "court"), "CODE"),
        (("person", "add", "zhao", "--name", " ", "--unit", "court"), "--name"),
        (("person", "add", "zhao", "--name", "赵" * 101, "--unit", "court"), "--name"),
        (("person", "add", "zhao", "--unit", "court"), "--name"),
        (("person", "set", "nobody", "--email", ""), "nobody"),
        (("person", "set", "li", "--unit", "nowhere"), "nowhere"),
        (("unit", "add", "court", "--name", "法院"), "already"),
        (("unit", "add", "a,b", "--name", "某局"), "CODE"),
        (("unit", "add", "jn", "--name", "某局", "--parent", "nowhere"), "nowhere"),
        (("unit", "set", "nowhere", "--name", "某局"), "nowhere"),
    ],
)
def test_what_cannot_be_entered_is_refused_and_nothing_is_stored(
    rectiflow: Run, store: Stock, words: tuple[str, ...], said: str
) -> None:
    before = rectiflow("people", "--json").out, rectiflow("units", "--json").out
    ran = rectiflow(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert (rectiflow("people", "--json").out, rectiflow("units", "--json").out) == before


def test_a_unit_is_entered_below_another_one(rectiflow: Run, store: Stock) -> None:
    words = (
        "unit",
        "add",
        "squad",
        "--name",
        "警务室",
        "--parent",
        "城关派出所",
        "--kind",
        "squad",
    )
    assert rectiflow(*words).code == 0
    found = rectiflow("units", "--json").document["units"]
    squad = next(unit for unit in found if unit["code"] == "squad")
    assert (squad["name"], squad["kind"], squad["draft"]) == ("警务室", "squad", False)
    assert (squad["parent"]["code"], squad["depth"]) == ("station", 4)


def test_a_unit_is_renamed_and_items_follow_by_its_code(rectiflow: Run, store: Stock) -> None:
    ran = rectiflow("unit", "set", "court", "--name", "历山县人民法院", "--json")
    assert ran.document == {"unit": "court", "done": "set"}
    assert rectiflow("list", "--unit", "历山县人民法院").code == 0
    assert rectiflow("list", "--unit", "历山县法院").code == 2
