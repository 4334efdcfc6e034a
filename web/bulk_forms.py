"""The forms of a selection: one for each command that some of its items permit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from rules.commands import COMMANDS
from rules.lifecycle import TABLE
from rules.policy import Policy
from rules.prospect import required
from web.item_forms import MAIN, Field, ItemForm, Tried, choices_of, field_of
from web.words import say


def forms_of(
    commands: Sequence[str], policies: Sequence[Policy], lang: str, tried: Tried | None
) -> list[ItemForm]:
    """The forms for these commands. Choices that a policy gives are offered where the items share
    it; the lines of every checklist are."""
    return [_form(name, policies, lang, tried) for name in commands]


def recap(command: str, values: Mapping[str, str], policies: Sequence[Policy], lang: str) -> list[
    tuple[str, str]
]:  # fmt: skip
    """What the command says, in words: the fields that were filled in."""
    found, comma = [], "；" if lang.startswith("zh") else "; "
    for one in _form(command, policies, lang, Tried(command, values, "")).fields:
        if one.value:
            chosen = dict(one.choices)
            words = [chosen.get(part, part) for part in one.value.split(",")]
            found.append((one.label, comma.join(words) if chosen else one.value))
    return found


def _form(command: str, policies: Sequence[Policy], lang: str, tried: Tried | None) -> ItemForm:
    mine = tried if tried and tried.command == command else None
    row = next(row for row in TABLE if row.command == command)
    needed = required(COMMANDS[command], row)
    made = [
        _field(command, each.name, str(each.type), needed, policies, lang, mine)
        for each in fields(COMMANDS[command])
    ]
    shown = tuple(one for one in made if one is not None)
    label = say(lang, f"do.{command}")
    return ItemForm(command, label, command in MAIN, shown, mine.said if mine else "")


def _field(
    command: str, name: str, annotation: str, needed: Sequence[str], policies: Sequence[Policy],
    lang: str, tried: Tried | None,
) -> Field | None:  # fmt: skip
    value = tried.values.get(name, "") if tried else ""
    shared = policies[0] if len(policies) == 1 else None
    if name == "checked":
        lines = {pair for policy in policies for pair in choices_of(command, name, policy, lang)}
        if not lines:
            return None
        choices: Sequence[tuple[str, str]] = sorted(lines) if shared is None else choices_of(
            command, name, shared, lang
        )  # fmt: skip
    else:
        choices = choices_of(command, name, shared, lang)
    return field_of(name, annotation, name in needed, tuple(choices), value, lang)
