"""The same words in every table: commands, events, notices, templates."""

from __future__ import annotations

from notifications.context import KINDS, LANGUAGES
from notifications.gathered import GATHERED
from rules.commands import COMMANDS
from rules.events import PAST
from rules.lifecycle import TABLE
from rules.notices import ANNOUNCED, BY_EVENT, BY_STEP
from tests.house.reading import ROOT

PARTS = {"subject.txt", "body.txt", "body.html"}
TEMPLATES = ROOT / "notifications" / "templates"


def _commands() -> set[str]:
    return set(COMMANDS)


def test_every_command_leaves_an_event_of_its_own() -> None:
    assert set(PAST) == _commands()
    assert len(set(PAST.values())) == len(PAST)


def test_every_command_but_registering_has_a_place_in_the_table() -> None:
    assert {row.command for row in TABLE} | {"register"} == _commands()


def test_notices_are_derived_only_from_events_that_exist() -> None:
    assert set(BY_EVENT) <= set(PAST.values())
    assert set(PAST.values()) >= ANNOUNCED


def test_every_kind_of_notice_is_sent_to_somebody_and_nothing_else_is() -> None:
    sent = {
        notice.kind for table in (BY_EVENT, BY_STEP) for row in table.values() for notice in row
    }
    assert sent == set(KINDS)


def test_every_kind_of_notice_has_its_texts_in_every_language() -> None:
    wanted = {f"{kind}.{language}" for kind in (*KINDS, *GATHERED) for language in LANGUAGES}
    present = {
        folder.name
        for folder in TEMPLATES.iterdir()
        if folder.is_dir() and {part.name for part in folder.iterdir()} >= PARTS
    }
    assert wanted - present == set()
    extra = present - wanted - {f"base.{language}" for language in LANGUAGES}
    assert extra == set()
