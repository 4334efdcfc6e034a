"""The invented city: its tree of units and the people in them."""

import re
from collections import Counter, defaultdict

from rules.vocabulary import Role
from tests.sample.reading import rows

UNITS = {row["code"]: row for row in rows("units.csv")}
PEOPLE = rows("people.csv")
INSPECTED = [row for row in UNITS.values() if row["inspected"] == "true"]
DISTRICTS = [row for row in UNITS.values() if row["kind"] == "county"]


def roles(unit: str) -> Counter[str]:
    """How many people who sit in the unit hold each role."""
    return Counter(row["role"] for row in PEOPLE if row["unit"] == unit)


def test_77_units_are_inspected_in_a_city_of_13_districts_and_counties() -> None:
    assert len(rows("units.csv")) == len(UNITS)
    assert len(INSPECTED) == 77
    assert len(DISTRICTS) == 13
    assert {row["kind"] for row in INSPECTED} == {"unit"}


def test_the_units_are_one_tree_with_parents_before_their_children() -> None:
    seen: set[str] = set()
    roots = []
    for unit in UNITS.values():
        if not unit["parent"]:
            roots.append(unit["code"])
        else:
            assert unit["parent"] in seen, unit
        seen.add(unit["code"])
    assert roots == ["city"]


def test_the_level_of_a_unit_is_that_of_the_place_above_it() -> None:
    for unit in UNITS.values():
        below_county = UNITS.get(unit["parent"], {}).get("kind") == "county"
        expected = "county" if below_county or unit["kind"] == "county" else "city"
        assert unit["level"] == expected, unit


def test_each_district_has_the_same_five_units_and_an_office() -> None:
    below = defaultdict(set)
    for unit in UNITS.values():
        below[unit["parent"]].add(unit["code"].removeprefix(f"{unit['parent']}-"))
    for district in DISTRICTS:
        assert below[district["code"]] == {"office", "plc", "court", "proc", "police", "justice"}


def test_unit_names_are_unique() -> None:
    assert len({unit["name"] for unit in UNITS.values()}) == len(UNITS)


def test_every_person_sits_in_a_unit_and_holds_a_role_over_one() -> None:
    for row in PEOPLE:
        assert row["unit"] in UNITS, row
        assert row["scope"] in UNITS, row
        assert row["role"] in set(Role), row


def test_a_handle_and_a_name_mean_one_person_whatever_their_roles() -> None:
    by_code: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in PEOPLE:
        by_code[row["code"]].add((row["name"], row["unit"], row["email"], row["lang"]))
    assert all(len(persons) == 1 for persons in by_code.values())
    assert len({next(iter(persons))[0] for persons in by_code.values()}) == len(by_code)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code) for code in by_code)


def test_no_role_is_listed_twice_and_some_people_hold_two() -> None:
    duties = Counter((row["code"], row["role"], row["scope"]) for row in PEOPLE)
    assert max(duties.values()) == 1
    held = Counter(row["code"] for row in PEOPLE)
    assert sum(count > 1 for count in held.values()) >= 10


def test_an_inspected_unit_has_two_responsible_persons_and_a_leader() -> None:
    for unit in INSPECTED:
        held = roles(unit["code"])
        viewer = {"viewer": 1} if unit["code"].endswith("-plc") else {}
        assert held == {"responsible": 2, "leader": 1, **viewer}, unit


def test_a_district_office_can_steer_verify_and_approve() -> None:
    for district in DISTRICTS:
        office = f"{district['code']}-office"
        assert roles(office) == {"coordinator": 1, "supervisor": 1, "verifier": 2}, office
        scopes = {row["scope"] for row in PEOPLE if row["unit"] == office}
        assert scopes == {district["code"]}


def test_the_city_office_has_its_people_over_the_whole_city() -> None:
    wanted = {"coordinator": 3, "supervisor": 3, "verifier": 4, "viewer": 1, "auditor": 1}
    assert roles("city-office") == wanted
    assert {row["scope"] for row in PEOPLE if row["unit"] == "city-office"} == {"city"}


def test_one_person_of_the_city_office_both_supervises_and_verifies() -> None:
    held = {row["role"] for row in PEOPLE if row["code"] == "city-office-s3"}
    assert held == {"supervisor", "verifier"}


def test_no_mail_can_reach_anybody() -> None:
    assert {row["email"] for row in PEOPLE} == {
        f"{row['code']}@rectiflow.example" for row in PEOPLE
    }


def test_most_people_read_chinese_and_a_few_english() -> None:
    langs = Counter({row["code"]: row["lang"] for row in PEOPLE}.values())
    assert langs.keys() == {"zh-CN", "en"}
    assert 5 <= langs["en"] <= 20
