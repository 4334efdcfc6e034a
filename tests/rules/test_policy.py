"""A policy is data that is judged before it is believed."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from pydantic import ValidationError

from rules.policy import (
    Category,
    Limit,
    NoticeRules,
    OfficeHours,
    Policy,
    QuietHours,
    Reason,
    Rung,
    Weekly,
)
from rules.seats import Seat
from rules.vocabulary import Level, Severity
from rules.workdays import Weekday
from tests.cast import policy


def raw(**changes: Any) -> dict[str, Any]:
    """A policy as it stands in a file."""
    values = {
        "name": "test",
        "version": 1,
        "title_zh": "测试",
        "title_en": "Test",
        "limits": {"general": {"days": 10}, "serious": {"days": 20}, "major": {"days": 60}},
    }
    return {**values, **changes}


def complaint(**changes: Any) -> str:
    """What is said about a policy that cannot be."""
    with pytest.raises(ValidationError) as raised:
        Policy.model_validate(raw(**changes))
    return str(raised.value)


def test_a_policy_needs_little_and_has_plain_defaults() -> None:
    found = Policy.model_validate(raw())
    assert found.limits[Severity.GENERAL] == Limit(days=10, unit="working")
    assert (found.zone, found.country) == ("Asia/Shanghai", "CN")
    assert (found.office_hours.opens, found.office_hours.closes) == (time(9), time(17))
    assert found.evidence_required


def test_a_policy_read_back_from_its_own_text_is_the_same() -> None:
    before = policy(extra_days_off=("2026-05-04",), look_back_after=(180, 90))
    assert Policy.model_validate_json(before.model_dump_json()) == before


@pytest.mark.parametrize("field", ["name", "version", "title_zh", "title_en", "limits"])
def test_what_is_required_is_missed_by_name(field: str) -> None:
    values = raw()
    del values[field]
    with pytest.raises(ValidationError, match=field):
        Policy.model_validate(values)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"ladder": [{"act": "letter", "after": 1, "day": 2}]}, "day"),
        ({"office_hours": {"open": "09:00"}}, "open"),
        ({"limits": {"general": {"days": 10}}}, "serious, major"),
        ({"limits": {"general": {"days": 0}, "serious": {"days": 1}, "major": {"days": 1}}},
         "greater than"),
        ({"limits": {"general": {"days": 9, "unit": "weeks"}, "serious": {"days": 1},
                     "major": {"days": 1}}}, "unit"),
        ({"ladder": [{"act": "letter", "after": 5}, {"act": "interview", "after": 5}]},
         "later one by one"),
        ({"ladder": [{"act": "letter", "after": 5}, {"act": "interview", "after": 1}]},
         "later one by one"),
        ({"ladder": [{"act": "shout", "after": 1}]}, "act"),
        ({"ladder": [{"act": "letter", "after": -1}]}, "after"),
        ({"acknowledge_within": 4, "deemed_received_after": 3}, "deemed_received_after"),
        ({"reminders_before": [-1]}, "reminders_before"),
        ({"look_back_after": [0]}, "look_back_after"),
        ({"office_hours": {"opens": "17:00", "closes": "09:00"}}, "open before they close"),
        ({"office_hours": {"opens": "09:00", "closes": "09:00"}}, "open before they close"),
        ({"office_hours": {"opens": "09:00", "closes": 1020}}, "in quotes"),  # YAML's bare 17:00
        ({"office_hours": {"opens": "09:00Z", "closes": "17:00"}}, "leave the offset out"),
        ({"version": 0}, "version"),
        ({"name": "Two Words"}, "name"),
        ({"verification_within": -1}, "verification_within"),
        ({"verification_within": 3651}, "verification_within"),
        ({"repeat_at_most": 101}, "repeat_at_most"),
        ({"categories": [{"code": "a", "zh": "甲", "en": "A"},
                         {"code": "a", "zh": "乙", "en": "B"}]}, "share a code"),
        ({"categories": [{"code": "A b", "zh": "甲", "en": "A"}]}, "code"),
        ({"categories": [{"code": "a", "zh": "", "en": "A"}]}, "zh"),
        ({"extra_days_on": ["2026-02-30"]}, "extra_days_on"),
        ({"progress_every": "often"}, "{weekly: friday}"),
        ({"progress_every": True}, "{weekly: friday}"),
        ({"progress_every": {"weekly": "someday"}}, "weekly"),
        ({"progress_every": {"monthly": 1}}, "monthly"),
        ({"office_hours": {"short_weekdays": ["friday"], "half_day_closes": "08:00"}},
         "between 09:00 and 17:00"),
        ({"office_hours": {"half_days": ["2026-12-31"], "half_day_closes": "17:00"}},
         "between 09:00 and 17:00"),
        ({"office_hours": {"half_day_closes": "12:00+08:00"}}, "leave the offset out"),
        ({"ladder": [{"act": "letter", "after": 1, "to": []}]}, "name somebody"),
        ({"ladder": [{"act": "letter", "after": 1, "to": ["boss"]}]}, "to"),
        ({"ladder": [{"act": "letter", "after": 1, "signer": "leader"}]}, "signer"),
        ({"ladder": [{"act": "circular", "after": 1, "minutes": True}]}, "only an interview"),
        ({"serve_within": 3, "deemed_served_after": 2}, "deemed_served_after"),
        ({"extension_reasons": [{"code": "a", "zh": "甲", "en": "A"},
                                {"code": "a", "zh": "乙", "en": "B"}]}, "share a code"),
        ({"extension_reasons": ["weather"]}, "extension_reasons"),
        ({"extensions_decided_by": "anybody"}, "extensions_decided_by"),
        ({"notices": {"quiet_hours": {"begins": "20:00", "ends": "20:00"}}}, "all day"),
        ({"notices": {"quiet_hours": {"begins": "20:00"}}}, "ends"),
        ({"notices": {"quiet_hours": {"begins": 1200, "ends": "08:00"}}}, "in quotes"),
        ({"notices": {"quiet_hours": {"begins": "20:00Z", "ends": "08:00"}}}, "offset out"),
        ({"notices": {"digest_at": "08:30Z"}}, "offset out"),
        ({"notices": {"digested": ["due_soon"]}}, "needs digest_at"),
        ({"notices": {"window_minutes": -1}}, "window_minutes"),
        ({"notices": {"cap": 5}}, "cap"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused_and_says_where(changes, said) -> None:
    assert said in complaint(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"ladder": []},
        {"ladder": [{"act": "letter", "after": 0}]},
        {"deemed_received_after": None, "acknowledge_within": 9},
        {"deemed_received_after": 2, "acknowledge_within": 2},
        {"reminders_before": [], "progress_every": 0, "repeat_every": 0, "look_back_after": []},
        {"hold_at_most": 0, "extensions_at_most": 0},
        {"categories": []},
        {"progress_every": {"weekly": "friday"}},
        {"deemed_served_after": 2, "serve_within": 2},
        {"deemed_served_after": None, "serve_within": 9},
        {"office_hours": {"opens": "13:00", "closes": "21:00"}},  # no half days: noon is nothing
        {"office_hours": {"short_weekdays": ["friday"], "half_day_closes": "16:59"}},
        {"notices": {"quiet_hours": {"begins": "20:00", "ends": "08:00", "days_off": True}}},
        {"notices": {"digest_at": "08:30", "digested": ["due_soon"]}},
    ],
)
def test_a_policy_may_do_without(changes: dict[str, Any]) -> None:
    assert Policy.model_validate(raw(**changes))


def test_reminders_and_look_backs_are_put_in_order_and_said_once() -> None:
    found = policy(reminders_before=(1, 7, 3, 7), look_back_after=(180, 90, 90))
    assert found.reminders_before == (7, 3, 1)
    assert found.look_back_after == (90, 180)


def test_what_is_new_changes_nothing_until_it_is_asked_for() -> None:
    """A policy that was written before these keys were there means what it meant."""
    found = policy()
    rung = Rung(act=Level.LETTER, after=1)
    assert rung.to == (Seat.RESPONSIBLE, Seat.LEADER, Seat.COORDINATORS)
    assert (rung.served, rung.minutes, found.announce_before) == (False, False, 0)
    assert (found.deemed_served_after, found.extension_reasons) == (None, ())
    assert (found.extension_decided_within, found.extension_longest) == (0, 0)
    assert (found.hold_decided_within, found.extensions_decided_by) == (0, "either")
    rules = found.notices
    assert (rules.quiet_hours, rules.digest_at, rules.digested) == (None, None, ())
    assert (rules.window_minutes, rules.collapse_above) == (0, 0)
    assert (rules.cap_per_run, rules.repeat_hours) == (0, 0)
    assert (found.office_hours.half_days, found.office_hours.short_weekdays) == ((), ())


def test_whoever_is_named_twice_hears_once() -> None:
    rung = Rung.model_validate(
        {"act": "letter", "after": 1, "to": ["leader", "leader", "verifier"]}
    )
    assert rung.to == (Seat.LEADER, Seat.VERIFIER)
    rules = NoticeRules.model_validate({"digest_at": "08:30", "digested": ["held", "held"]})
    assert rules.digested == ("held",)


def test_everything_that_is_new_survives_being_stored() -> None:
    before = policy(
        progress_every={"weekly": "friday"},
        limits={"general": {"by": "month_end", "plus": 1}, "serious": {"days": 3},
                "major": {"by": "year_end"}},
        ladder=({"act": "interview", "after": 1, "served": True, "minutes": True},),
        extension_reasons=({"code": "weather", "zh": "天气", "en": "Weather"},),
        office_hours={"half_days": ["2026-12-31"], "short_weekdays": ["friday"]},
        notices={"quiet_hours": {"begins": "20:00", "ends": "08:00"}, "digest_at": "08:30"},
    )  # fmt: skip
    assert before.progress_every == Weekly(weekly=Weekday.FRIDAY)
    assert Policy.model_validate_json(before.model_dump_json()) == before


@pytest.mark.parametrize(
    "part",
    [
        Limit(days=1),
        Rung(act=Level.LETTER, after=1),
        OfficeHours(),
        NoticeRules(),
        Reason(code="a", zh="甲", en="A"),
        Weekly(weekly=Weekday.MONDAY),
    ],
)
def test_a_part_cannot_be_changed(part) -> None:
    for field in type(part).model_fields:
        with pytest.raises(ValidationError):
            setattr(part, field, getattr(part, field))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("conduct", "conduct"), ("作风", "conduct"), ("Conduct", "conduct"), (" 案卷 ", "files"),
        ("", None), (" ", None), ("CONDUCT", None), ("作", None), ("conduct, files", None),
    ],
)  # fmt: skip
def test_a_category_is_found_by_its_code_or_a_whole_name(text, code) -> None:
    found = policy().category(text)
    assert (found.code if found else None) == code
    assert found is None or isinstance(found, Category)


def test_every_field_is_described() -> None:
    for kind in (
        Policy,
        Limit,
        Rung,
        Category,
        OfficeHours,
        NoticeRules,
        QuietHours,
        Reason,
        Weekly,
    ):
        for name, field in kind.model_fields.items():
            assert field.description, f"{kind.__name__}.{name}"
