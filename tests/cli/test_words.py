"""The command line's words agree with what is stored."""

from __future__ import annotations

from cli.words import DELIVERY_STATES, EVENTS, SEATS, said
from models.summary import DELIVERY_STATES as STORED
from rules.events import PAST
from rules.notices import Seat


def test_every_event_has_a_name_and_nothing_else_has() -> None:
    assert set(EVENTS) == set(PAST.values())


def test_every_seat_and_state_of_a_delivery_has_a_name() -> None:
    assert set(SEATS) == set(Seat)
    assert set(DELIVERY_STATES) == set(STORED)


def test_names_are_all_different_in_each_language() -> None:
    for table in (EVENTS, SEATS, DELIVERY_STATES):
        assert len({zh for zh, _ in table.values()}) == len(table)
        assert len({en for _, en in table.values()}) == len(table)


def test_an_unknown_word_speaks_for_itself() -> None:
    assert said(EVENTS, "danced", "en") == said(EVENTS, "danced", "zh-CN") == "danced"
