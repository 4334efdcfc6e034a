"""Commands from free words: what is understood, and what is said about the rest."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import FrozenInstanceError, fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.commands import COMMANDS, SYSTEM_COMMANDS, Command, parse
from rules.errors import InputError
from rules.vocabulary import Outcome, Severity, Source
from tests.rules.examples import FIELDS

OF_THE_PROGRAM = {
    "screen", "relist", "reseat", "record", "lose_contact", "regain_contact", "recompute", "adopt",
    "fire",
}  # fmt: skip
FOR_PEOPLE = sorted(set(COMMANDS) - OF_THE_PROGRAM)
REQUIRED = {
    "register": ["title"],
    "merge": ["into"],
    "transfer": ["to"],
    "assign": ["unit", "responsible"],
    "report_progress": ["text"],
    "attach_evidence": ["sha256", "filename"],
    "request_extension": ["due"],
    "appoint": ["verifier"],
    "request_hold": ["until"],
    "stay": ["until"],
    "waive": ["person"],
    "comment": ["text"],
}
"""Fields without which a command says nothing. Written by hand."""


def refused(name: str, values: dict[str, Any]) -> InputError:
    """The error that the words must raise."""
    with pytest.raises(InputError) as raised:
        parse(name, values)
    return raised.value


def as_words(value: object) -> object:
    """A value as a person types it."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def test_the_commands_of_the_program_are_the_hand_written_ones() -> None:
    assert SYSTEM_COMMANDS == OF_THE_PROGRAM


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_every_command_of_a_person_is_understood_from_words(name: str) -> None:
    values = FIELDS.get(name, {"title": "窗口推诿"})
    words = {field: as_words(value) for field, value in values.items()}
    command = parse(name, words)
    assert command == COMMANDS[name](**values)
    assert type(command) is COMMANDS[name]
    assert parse(name.replace("_", "-"), words) == command


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_every_field_that_says_what_is_meant_is_required(name: str) -> None:
    values = {"title": "x", **FIELDS.get(name, {})} if name == "register" else FIELDS[name]
    for field in REQUIRED.get(name, []):
        rest = {key: value for key, value in values.items() if key != field}
        for words in (rest, {**rest, field: ""}, {**rest, field: " \t　"}):
            error = refused(name, words)
            assert error.where == field
            assert error.exit_code == 2
    needed = {key: values[key] for key in REQUIRED.get(name, [])}
    assert isinstance(parse(name, needed), Command), "more is required than the list says"


@pytest.mark.parametrize("name", sorted(SYSTEM_COMMANDS))
def test_what_only_the_program_does_is_no_command_for_a_person(name: str) -> None:
    for words in ({}, FIELDS[name]):
        error = refused(name, words)
        assert "There is no command" in error.message
        for other in SYSTEM_COMMANDS:
            assert other not in error.hint.replace("report_progress", "")


@pytest.mark.parametrize("name", ["", "acept", "ACCEPT", " accept", "accept;", "None", "fire-step"])
def test_an_unknown_command_is_refused_with_those_there_are(name: str) -> None:
    error = refused(name, {})
    assert repr(name) in error.message
    assert all(known in error.hint for known in FOR_PEOPLE)


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_an_unknown_field_is_refused_with_those_there_are(name: str) -> None:
    for field in ("colour", "name", "person_fields", "__class__"):
        error = refused(name, {**FIELDS.get(name, {"title": "x"}), field: "x"})
        assert error.where == field
        assert all(known.name in error.hint for known in fields(COMMANDS[name]))
    if not fields(COMMANDS[name]):
        assert "no fields" in error.hint


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("request_extension", "due", "next week"),
        ("request_extension", "due", "2026-02-30"),
        ("request_extension", "due", "2026/12/01"),
        ("request_extension", "due", "01.12.2026"),
        ("request_extension", "due", "1798761600"),  # not seconds since 1970
        ("request_extension", "due", 1798761600),
        ("request_extension", "due", "2026-12-01T10:00:00"),
        ("request_extension", "due", True),
        ("assign", "due", ""),
        ("stay", "until", "9999999999999"),
        ("report_progress", "percent", "half"),
        ("report_progress", "percent", "9" * 5000),
        ("report_progress", "percent", "40.5"),
        ("register", "severity", "grave"),
        ("register", "source", ""),
        ("register", "confidential", "perhaps"),
        ("approve", "outcome", "merged"),
        ("approve", "outcome", "withdrawn"),
        ("approve", "outcome", ""),
        ("deny", "to", "closed"),
        ("assign", "co_units", 7),
        ("assign", "co_units", [7]),
        ("comment", "text", 7),
        ("comment", "text", ["x"]),
        ("comment", "text", "half a character \udcff"),
        ("comment", "text", "a NUL \0 inside"),
        ("assign", "co_units", "a,\0b"),
    ],
)
def test_a_malformed_field_is_named(name: str, field: str, value: object) -> None:
    words = {**FIELDS.get(name, {"title": "x"}), field: value}
    error = refused(name, words)
    assert error.where == field
    assert len(str(error)) < 300, "the whole input is thrown back"


@pytest.mark.parametrize(
    ("name", "words", "field", "value"),
    [
        ("comment", {"text": "  请抓紧\n"}, "text", "请抓紧"),
        ("comment", {"text": "两行\n文字"}, "text", "两行\n文字"),
        ("register", {"title": "x", "severity": "major"}, "severity", Severity.MAJOR),
        ("register", {"title": "x", "source": " hotline "}, "source", Source.HOTLINE),
        ("register", {"title": "x", "confidential": "true"}, "confidential", True),
        ("register", {"title": "x", "due": " 2026-12-01 "}, "due", date(2026, 12, 1)),
        ("register", {"title": "x", "due": "20261201"}, "due", date(2026, 12, 1)),
        ("register", {"title": "x", "due": date(2026, 12, 1)}, "due", date(2026, 12, 1)),
        ("register", {"title": "x", "due": None}, "due", None),
        ("approve", {"outcome": "long_term"}, "outcome", Outcome.LONG_TERM),
        ("report_progress", {"text": "x", "percent": " 40 "}, "percent", 40),
    ],
)
def test_words_become_values(name, words, field, value) -> None:
    found = getattr(parse(name, words), field)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ("court", ("court",)),
        (" court , parallel ,, ", ("court", "parallel")),
        ("court，parallel、station", ("court", "parallel", "station")),
        ("", ()),
        (["court", " parallel ", ""], ("court", "parallel")),
        (("court",), ("court",)),
    ],
)
def test_several_words_may_be_a_list_or_one_text(said, units) -> None:
    assert parse("assign", {**FIELDS["assign"], "co_units": said}).co_units == units


def test_the_words_to_be_looked_up_are_those_that_name_something() -> None:
    command = parse("assign", {"unit": "bureau", "responsible": "li", "co_units": "court,other"})
    assert list(command.words(command.unit_fields)) == ["bureau", "court", "other"]
    assert list(command.words(command.person_fields)) == ["li"]
    assert list(command.words(command.item_fields)) == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_field_that_names_something_is_declared(name: str) -> None:
    """The store looks up what is declared; a typing slip would leave a word unresolved."""
    kind = COMMANDS[name]
    own = {field.name for field in fields(kind)}
    declared = (*kind.person_fields, *kind.unit_fields, *kind.item_fields)
    assert set(declared) <= own
    names = {"unit", "co_units", "responsible", "leader", "verifier", "person", "into"}
    names |= {"into_unit", "into_person"}
    assert own & names == set(declared)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_cannot_be_changed(name: str) -> None:
    command = COMMANDS[name](**FIELDS.get(name, {"title": "x"}))
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        command.reason = "another"  # type: ignore[attr-defined]
    assert command.name == name


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.binary(),
    st.lists(st.text(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=2),
)  # fmt: skip


@given(st.sampled_from(sorted(COMMANDS)) | st.text(), st.data())
def test_whatever_is_given_there_is_a_command_or_a_sentence(name: str, data: st.DataObject) -> None:
    kind = COMMANDS.get(name)
    known = [field.name for field in fields(kind)] if kind else []
    values = data.draw(
        st.dictionaries(st.sampled_from([*known, "colour"]) if known else st.text(), ANYTHING)
    )
    with suppress(InputError):
        assert parse(name, values).name not in SYSTEM_COMMANDS
