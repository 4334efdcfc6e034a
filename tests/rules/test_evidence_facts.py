"""What a reviewer must notice: each fact at its edge, and nothing where there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.evidence_facts import Elsewhere, Fact, FactKind, Look, Order, asked_at, facts, instant

ZONE = ZoneInfo("Asia/Shanghai")
FOUND = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
ASSIGNED = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
"""Ten o'clock in Shanghai."""
ORDERS = [Order(3, "assigned", ASSIGNED)]
PHOTO = Look(5, 1, "a" * 64, "照片.jpg", "image/jpeg", "", False, False)


def noticed(*pieces: Look, elsewhere: dict[str, Elsewhere] | None = None) -> list[FactKind]:
    """The kinds of everything noticed."""
    found = facts(pieces, FOUND, ORDERS, elsewhere or {}, ZONE)
    return [fact.kind for fact in found]


def test_nothing_is_said_of_a_photo_without_anything() -> None:
    assert noticed(PHOTO) == []


@pytest.mark.parametrize(
    ("made", "kinds"),
    [
        ("2026-09-07T10:00:00", []),
        ("2026-09-07T09:59:59", [FactKind.OLDER_THAN_ASSIGNMENT]),
        ("2026-09-07T02:00:00+00:00", []),
        ("2026-09-07T01:59:59Z", [FactKind.OLDER_THAN_ASSIGNMENT]),
        ("2026-09-07T09:59:59+09:00", [FactKind.OLDER_THAN_ASSIGNMENT]),
        ("2026-09-01T09:00:00", [FactKind.OLDER_THAN_ASSIGNMENT]),
        (
            "2026-09-01T08:59:59",
            [FactKind.OLDER_THAN_FINDING, FactKind.OLDER_THAN_ASSIGNMENT],
        ),
        ("2026-02-30T00:00:00", []),
        ("in autumn", []),
    ],
)
def test_a_camera_without_a_zone_is_read_in_that_of_the_campaign(
    made: str, kinds: list[FactKind]
) -> None:
    assert noticed(PHOTO._replace(made=made)) == kinds


def test_the_two_instants_that_were_compared_are_told() -> None:
    (fact,) = facts([PHOTO._replace(made="2026-09-07T09:59:59")], FOUND, ORDERS, {}, ZONE)
    made = ASSIGNED - timedelta(seconds=1)
    assert fact == Fact(5, FactKind.OLDER_THAN_ASSIGNMENT, made_at=made, asked_at=ASSIGNED)


def test_work_is_asked_for_by_the_first_assignment_or_by_the_reopening() -> None:
    later, again = ASSIGNED + timedelta(days=2), ASSIGNED + timedelta(days=90)
    orders = [*ORDERS, Order(9, "assigned", later), Order(20, "reopened", again)]
    assert asked_at(PHOTO._replace(seq=2), orders) is None
    assert asked_at(PHOTO._replace(seq=5), orders) == ASSIGNED
    assert asked_at(PHOTO._replace(seq=12), orders) == ASSIGNED
    assert asked_at(PHOTO._replace(seq=21), orders) == again


def test_the_same_file_is_told_at_the_second_time_and_apart_by_round() -> None:
    twice, again = PHOTO._replace(seq=6), PHOTO._replace(seq=9, round=2)
    found = facts([PHOTO, twice, again], FOUND, ORDERS, {}, ZONE)
    assert found == [
        Fact(6, FactKind.TWICE_IN_ROUND, seqs=(5,)),
        Fact(9, FactKind.FROM_EARLIER_ROUND, seqs=(5, 6)),
    ]
    assert noticed(PHOTO, PHOTO._replace(seq=6, sha256="b" * 64)) == []


def test_other_items_places_scripts_and_names_are_told() -> None:
    elsewhere = {PHOTO.sha256: Elsewhere(12, ("ZG-00002",))}
    (fact,) = facts([PHOTO], FOUND, ORDERS, elsewhere, ZONE)
    assert (fact.kind, fact.refs, fact.others) == (
        FactKind.SAME_FILE_ELSEWHERE, ("ZG-00002",), 12,
    )  # fmt: skip
    assert noticed(PHOTO._replace(place=True)) == [FactKind.PLACE_RECORDED]
    assert noticed(PHOTO._replace(active=True)) == [FactKind.RUNS_SOMETHING]
    assert noticed(PHOTO._replace(filename="照片.png")) == [FactKind.NAMED_OTHERWISE]


def test_of_a_file_that_nobody_has_looked_into_nothing_is_claimed() -> None:
    assert noticed(Look(5, 1, "a" * 64, "a.exe", "", "", False, False)) == []


@given(st.text(max_size=40) | st.datetimes().map(datetime.isoformat))
def test_whatever_a_file_says_of_its_date_is_an_instant_or_nothing(made: str) -> None:
    found = instant(made, ZONE)
    assert found is None or found.tzinfo is not None
    noticed(PHOTO._replace(made=made))
