"""The words as they are stored, and as people read them."""

from __future__ import annotations

from enum import StrEnum

import pytest

from rules.errors import (
    Conflict,
    InputError,
    NotFound,
    RectiflowError,
    Refusal,
    Refused,
    Unavailable,
)
from rules.vocabulary import (
    NAMES,
    OPEN_STAGES,
    Level,
    Light,
    Outcome,
    Role,
    Severity,
    Source,
    Stage,
    name,
)

STORED: dict[type[StrEnum], str] = {
    Stage: "intake assignment deadline reminder verification closure closed",
    Outcome: "rectified long_term unsubstantiated merged transferred withdrawn",
    Role: "coordinator responsible leader supervisor verifier viewer auditor",
    Light: "green yellow red",
    Severity: "general serious major",
    Source: "inspection hotline petition self_report superior screening online other",
    Level: "letter interview circular listing",
}
"""Stored values never change. Written by hand."""


@pytest.mark.parametrize("kind", STORED)
def test_stored_values_are_the_hand_written_ones(kind: type[StrEnum]) -> None:
    assert [word.value for word in kind] == STORED[kind].split()


@pytest.mark.parametrize("kind", STORED)
def test_every_word_is_called_something_in_both_languages(kind: type[StrEnum]) -> None:
    for word in kind:
        zh, en = NAMES[word]
        assert zh.strip()
        assert en.isascii()
        assert en.strip()
        assert (name(word), name(word, "zh"), name(word, "en")) == (zh, zh, en)


def test_no_two_kinds_share_a_stored_word() -> None:
    """They stand as keys of one table of names."""
    words = [word.value for kind in STORED for word in kind]
    assert len(words) == len(set(words)) == len(NAMES)


def test_an_unknown_word_is_shown_as_it_is_stored() -> None:
    assert name("novel") == "novel"


def test_every_stage_but_the_last_is_open() -> None:
    assert set(OPEN_STAGES) == set(Stage) - {Stage.CLOSED}


REFUSAL = Refusal("RequireReason", "It needs a reason.", "Give one.")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (Refused(REFUSAL), 1, "It needs a reason. Give one."),
        (Refused(Refusal("X", "No.")), 1, "No."),
        (InputError("Not a day.", "Give one.", where="due"), 2, "due: Not a day. Give one."),
        (InputError("Not a day."), 2, "Not a day."),
        (NotFound("There is no item."), 2, "There is no item."),
        (Unavailable("The disk is full.", "Make room."), 3, "The disk is full. Make room."),
    ],
)
def test_an_error_is_a_sentence_with_an_exit_code(error, code, text) -> None:
    assert isinstance(error, RectiflowError)
    assert (error.exit_code, str(error)) == (code, text)


def test_a_conflict_is_a_refusal_that_names_the_item() -> None:
    error = Conflict("R-1")
    assert error.rule == "OneWriterAtATime"
    assert "R-1" in error.message
