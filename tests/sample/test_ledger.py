"""The invented ledger: 280 items whose days, stages, people and words fit together."""

import re
from collections import Counter

from config.profiles import load_profile
from rules.vocabulary import NAMES, Level, Outcome, Severity, Source, Stage
from tests.sample.reading import Row, offset, rows

LEDGER = rows("ledger.csv")
UNITS = {row["name"]: row for row in rows("units.csv")}
PEOPLE = rows("people.csv")
POLICY = load_profile("education-rectification")


def of(stage: Stage) -> list[Row]:
    """The items in a stage."""
    return [row for row in LEDGER if row["环节"] == NAMES[stage][0]]


def level(row: Row) -> int:
    """The rung of the ladder that an item has reached."""
    return ["", *(NAMES[rung][0] for rung in Level)].index(row["督办层级"])


def holds(name: str, role: str, scope: str) -> bool:
    """Whether somebody of that name holds the role over that very unit."""
    return any(
        (person["name"], person["role"], person["scope"]) == (name, role, scope)
        for person in PEOPLE
    )


def test_there_are_280_items_with_numbers_and_titles_of_their_own() -> None:
    assert len(LEDGER) == 280
    assert len({row["编号"] for row in LEDGER}) == 280
    assert len({row["问题标题"] for row in LEDGER}) == 280
    assert len({row["问题描述"] for row in LEDGER}) == 280


def test_the_items_spread_over_the_stages() -> None:
    counts = {stage: len(of(stage)) for stage in Stage}
    assert counts == {
        Stage.INTAKE: 12,
        Stage.ASSIGNMENT: 25,
        Stage.DEADLINE: 80,
        Stage.REMINDER: 45,
        Stage.VERIFICATION: 30,
        Stage.CLOSURE: 18,
        Stage.CLOSED: 70,
    }


def test_every_inspected_unit_has_items_and_no_other_unit_has() -> None:
    inspected = {name for name, unit in UNITS.items() if unit["inspected"] == "true"}
    assert {row["责任单位"] for row in LEDGER} == inspected


def test_at_least_sixty_kinds_of_finding_occur() -> None:
    assert len({row["整改要求"] for row in LEDGER}) >= 60


def test_words_are_those_of_the_vocabulary_and_the_catalogue_is_used_whole() -> None:
    for column, kind in (("问题来源", Source), ("严重程度", Severity)):
        assert {row[column] for row in LEDGER} <= {NAMES[word][0] for word in kind}
    used = {row["问题类别"] for row in LEDGER}
    assert used == {category.zh for category in POLICY.categories}


def test_inspection_gives_most_items_and_every_other_source_some() -> None:
    sources = Counter(row["问题来源"] for row in LEDGER)
    assert sources[NAMES[Source.INSPECTION][0]] > len(LEDGER) / 2
    assert len(sources) == len(Source) - 1
    assert min(sources.values()) >= 5


def test_a_few_items_are_confidential_and_a_few_petitioners_are_named_in_part() -> None:
    assert 5 <= sum(row["是否保密"] == "是" for row in LEDGER) <= 15
    petitioners = [row for row in LEDGER if row["反映人"]]
    assert 5 <= len(petitioners) <= 40
    assert all(re.fullmatch(r".某{1,2}", row["反映人"]) for row in petitioners)
    assert {row["问题来源"] for row in petitioners} == {"信访"}


def test_the_texts_have_the_length_of_a_ledgers() -> None:
    for row in LEDGER:
        assert 8 <= len(row["问题标题"]) <= 40, row["编号"]
        assert 60 <= len(row["问题描述"]) <= 160, row["编号"]
        assert 20 <= len(row["整改要求"]) <= 120, row["编号"]
        assert row["问题描述"].endswith("。"), row["编号"]
        assert not re.search(r"[{}_]|。。|，，", "".join(row.values())), row["编号"]


def test_the_people_named_belong_to_the_item() -> None:
    for row in LEDGER:
        unit = UNITS[row["责任单位"]]
        assert (
            bool(row["责任人"])
            == bool(row["包案领导"])
            == (offset(row, "附：交办时间") is not None)
        ), row["编号"]
        if row["责任人"]:
            assert holds(row["责任人"], "responsible", unit["code"]), row["编号"]
            assert holds(row["包案领导"], "leader", unit["code"]), row["编号"]
        assert bool(row["核查人"]) == (offset(row, "附：送核时间") is not None), row["编号"]
        if row["核查人"]:
            assert holds(row["核查人"], "verifier", unit["parent"]) or holds(
                row["核查人"], "verifier", "city"
            )


def test_cooperating_units_exist_in_the_same_place() -> None:
    for row in LEDGER:
        for name in filter(None, row["协同单位"].split("、")):
            assert UNITS[name]["parent"] == UNITS[row["责任单位"]]["parent"], row["编号"]
            assert name != row["责任单位"], row["编号"]


def test_the_days_follow_one_another_and_what_has_happened_lies_behind() -> None:
    for row in LEDGER:
        happened = [
            day
            for column in ("立项时间", "附：交办时间", "附：送核时间", "销号时间")
            if (day := offset(row, column)) is not None
        ]
        assert happened == sorted(happened), row["编号"]
        assert happened[-1] <= 0, row["编号"]
        due, superior = offset(row, "整改期限"), offset(row, "上级时限")
        assert (due is None) == (offset(row, "附：交办时间") is None), row["编号"]
        assert superior is None or due is None or due <= superior, row["编号"]


def test_closed_items_and_only_they_have_an_outcome_and_a_closing_day() -> None:
    for row in LEDGER:
        closed = row in of(Stage.CLOSED)
        assert bool(row["办结结论"]) == closed, row["编号"]
        assert (row["是否销号"] == "是") == closed, row["编号"]
        assert (offset(row, "销号时间") is not None) == closed, row["编号"]


def test_an_item_has_come_as_far_as_its_stage_says() -> None:
    for row in LEDGER:
        stage = next(stage for stage in Stage if NAMES[stage][0] == row["环节"])
        assigned = offset(row, "附：交办时间") is not None
        submitted = offset(row, "附：送核时间") is not None
        if stage is Stage.CLOSED:
            worked = row["办结结论"] in {NAMES[Outcome.RECTIFIED][0], NAMES[Outcome.LONG_TERM][0]}
            assert assigned == submitted == worked, row["编号"]
        else:
            assert assigned == (stage is not Stage.INTAKE), row["编号"]
            assert submitted == (stage in (Stage.VERIFICATION, Stage.CLOSURE)), row["编号"]


def test_nothing_in_the_deadline_stage_is_due_soon() -> None:
    dues = [due for row in of(Stage.DEADLINE) if (due := offset(row, "整改期限")) is not None]
    assert len(dues) == 80
    assert min(dues) > max(POLICY.reminders_before)
    assert max(dues) <= 40


def test_chased_items_are_due_soon_or_overdue_on_every_rung() -> None:
    dues = [due for row in of(Stage.REMINDER) if (due := offset(row, "整改期限")) is not None]
    assert len(dues) == 45
    assert max(dues) <= max(POLICY.reminders_before)
    assert sum(due > 0 for due in dues) >= 10
    overdue = Counter(
        level(row) for row in of(Stage.REMINDER) if (offset(row, "整改期限") or 0) < 0
    )
    assert set(overdue) == {0, 1, 2, 3, 4}


def test_a_rung_is_reached_only_by_what_ran_late_and_as_the_ladder_says() -> None:
    for row in LEDGER:
        due = offset(row, "整改期限")
        if due is None:
            assert level(row) == 0, row["编号"]
            continue
        until = offset(row, "附：送核时间") or 0
        # The overdue notice goes out on the first working day after the deadline.
        expected = sum(due + 1 + rung.after <= until for rung in POLICY.ladder)
        assert level(row) == expected, row["编号"]


def test_what_was_put_right_was_closed_in_time_and_late() -> None:
    ended = Counter(row["办结结论"] for row in of(Stage.CLOSED))
    assert set(ended) == {NAMES[outcome][0] for outcome in Outcome}
    assert ended[NAMES[Outcome.RECTIFIED][0]] > len(of(Stage.CLOSED)) / 2
    late = [
        row for row in of(Stage.CLOSED)
        if (closed := offset(row, "销号时间")) is not None
        and (due := offset(row, "整改期限")) is not None
        and closed > due
    ]  # fmt: skip
    assert 5 <= len(late) <= 20
    assert all("超期办结" in row["备注"] for row in late)


def test_a_merged_item_names_an_open_one_of_its_unit() -> None:
    merged = [row for row in LEDGER if row["办结结论"] == NAMES[Outcome.MERGED][0]]
    by_number = {row["编号"]: row for row in LEDGER}
    assert merged
    for row in merged:
        found = re.fullmatch(r"与(.+)系同一批交办材料，并案办理。", row["备注"])
        assert found
        target = by_number[found[1]]
        assert target["责任单位"] == row["责任单位"]
        assert target["是否销号"] == "否"


def test_some_work_was_returned_and_says_why() -> None:
    returned = [row for row in LEDGER if row["附：整改轮次"] != "1"]
    assert {row["附：整改轮次"] for row in LEDGER} == {"1", "2", "3"}
    assert all("核查退回：" in row["备注"] for row in returned)


def test_the_ledger_holds_no_dates() -> None:
    assert not [
        value for row in LEDGER for value in row.values() if re.search(r"\d{4}[-/.]\d", value)
        and value != row["编号"]
    ]  # fmt: skip
